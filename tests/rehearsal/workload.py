"""A model package in the registry account, and endpoints that serve it in a workload account."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.aws.actors import Actor
from rehearsal.sagemaker import storage
from tests.rehearsal.accounts import (
    BUCKET,
    IMAGE,
    REGION,
    STAGING,
    DataScienceAccount,
    make_bucket,
    make_role,
    make_vpc,
)

CAPTURE = "capture-222222222222"
ENDPOINT = "mlops-screening-staging"


@dataclass
class ServingAccount:
    """A workload account, ready to serve."""

    data_science: DataScienceAccount
    deployer: Actor
    role: str
    key: str
    network: dict[str, list[str]]
    models: Path
    # Of each variant.
    instances: int = 1

    def client(self, service: str) -> Any:
        return self.data_science.cloud.client(self.deployer, service)

    def rows(self, name: str = "first") -> list[list[float]]:
        found: list[list[float]] = json.loads((self.models / name / "rows.json").read_text())
        return found

    def expected(self, name: str = "first") -> list[float]:
        found: list[float] = json.loads((self.models / name / "expected.json").read_text())
        return found

    def package(self, name: str = "first", content: bytes | None = None) -> str:
        """Register a model's archive; gives the package's ARN."""
        archive = storage.pack(self.models / name) if content is None else content
        address = self.data_science.put(f"models/{name}/model.tar.gz", archive)
        client = self.data_science.client("sagemaker")
        if not client.list_model_package_groups()["ModelPackageGroupSummaryList"]:
            client.create_model_package_group(ModelPackageGroupName="screening")
        specification = {
            "Containers": [{"Image": IMAGE, "ModelDataUrl": address}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        }
        answer = client.create_model_package(
            ModelPackageGroupName="screening",
            InferenceSpecification=specification,
            ModelApprovalStatus="Approved",
        )
        return str(answer["ModelPackageArn"])

    def config(self, name: str, *packages: str, capture: int | None = None, weights: tuple[float, ...] = (1.0,)) -> str:
        """A model for each package and an endpoint configuration of them."""
        client = self.client("sagemaker")
        variants = []
        for number, (package, weight) in enumerate(zip(packages, weights, strict=True)):
            model = f"{name}-{number}"
            client.create_model(
                ModelName=model,
                Containers=[{"ModelPackageName": package}],
                ExecutionRoleArn=self.role,
                VpcConfig=self.network,
                EnableNetworkIsolation=True,
            )
            variant = "primary" if number == 0 else f"other-{number}"
            variants.append(
                {
                    "VariantName": variant,
                    "ModelName": model,
                    "InitialInstanceCount": self.instances,
                    "InstanceType": "ml.m7i.large",
                    "InitialVariantWeight": weight,
                }
            )
        more = {"DataCaptureConfig": self.capture(capture)} if capture is not None else {}
        client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants, KmsKeyId=self.key, **more)
        return name

    def capture(self, percentage: int) -> dict[str, Any]:
        return {
            "EnableCapture": True,
            "InitialSamplingPercentage": percentage,
            "DestinationS3Uri": f"s3://{CAPTURE}/screening",
            "KmsKeyId": self.key,
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        }

    def endpoint(self, config: str) -> dict[str, Any]:
        """Create the endpoint and wait for it."""
        self.client("sagemaker").create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=config)
        return self.settled()

    def update(self, config: str, **more: Any) -> dict[str, Any]:
        """Update the endpoint and wait for it."""
        self.client("sagemaker").update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=config, **more)
        return self.settled()

    def settled(self) -> dict[str, Any]:
        for _ in range(600):
            described: dict[str, Any] = self.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
            if described["EndpointStatus"] in ("InService", "Failed"):
                return described
            time.sleep(0.1)
        raise AssertionError(f"the endpoint is still {described['EndpointStatus']}")

    def ask(self, rows: list[list[float]], **more: Any) -> Any:
        """InvokeEndpoint with CSV."""
        body = "\n".join(",".join(map(repr, row)) for row in rows)
        arguments = {"ContentType": "text/csv", "Accept": "application/json", **more}
        return self.client("sagemaker-runtime").invoke_endpoint(EndpointName=ENDPOINT, Body=body, **arguments)

    def answers(self, rows: list[list[float]]) -> list[float]:
        predictions: list[float] = json.loads(self.ask(rows)["Body"].read())["predictions"]
        return predictions


def make_workload(data_science: DataScienceAccount, models: Path) -> ServingAccount:
    """The staging account."""
    deployer = data_science.cloud.deployer(STAGING)
    key = make_bucket(data_science.cloud, deployer, CAPTURE)
    _, subnets, group = make_vpc(data_science.cloud, deployer, ("s3",))
    role = make_role(data_science.cloud, deployer, "model", "sagemaker.amazonaws.com", "/mlops/projects/screening/")
    network = {"Subnets": subnets, "SecurityGroupIds": [group]}
    return ServingAccount(data_science, deployer, role, key, network, models)


__all__ = ["BUCKET", "CAPTURE", "ENDPOINT", "REGION", "ServingAccount", "make_workload"]
