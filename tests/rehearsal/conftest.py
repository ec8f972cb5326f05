"""A data science account with a VPC, a bucket, a key and roles, in a fresh in-memory AWS."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import MODEL_IMAGE, container_python
from rehearsal.cloudformation.service import CloudFormation
from rehearsal.sagemaker.service import SageMaker
from tests.rehearsal.accounts import ACCOUNT, BUCKET, IMAGE, REGION, Role, make_bucket, make_role, make_vpc


@dataclass
class World:
    """The account, who acts in it and what was emitted."""

    cloud: Cloud
    sagemaker: SageMaker
    deployer: Actor
    vpc: str
    subnet: str
    group: str
    key: str
    roles: dict[Role, str]
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return self.cloud.client(self.deployer, service)

    def put(self, key: str, content: str | bytes) -> str:
        body = content.encode() if isinstance(content, str) else content
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def read(self, key: str) -> bytes:
        body: bytes = self.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str = "") -> list[str]:
        answer = self.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for entry in answer.get("Contents", ())]

    @property
    def network(self) -> dict[str, list[str]]:
        return {"Subnets": [self.subnet], "SecurityGroupIds": [self.group]}

    def processing(self, script: str, **more: Any) -> dict[str, Any]:
        """Arguments of CreateProcessingJob, without a name, for a script."""
        code = self.put(f"code/{abs(hash(script))}/run.py", script)
        source = {"S3Uri": code, "LocalPath": "/opt/ml/processing/input/code", "S3DataType": "S3Prefix"}
        target = {
            "S3Uri": f"s3://{BUCKET}/out",
            "LocalPath": "/opt/ml/processing/output/out",
            "S3UploadMode": "EndOfJob",
        }
        cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
        return {
            "ProcessingInputs": [{"InputName": "code", "S3Input": {**source, "S3InputMode": "File"}}],
            "ProcessingOutputConfig": {
                "Outputs": [{"OutputName": "out", "S3Output": target}],
                "KmsKeyId": self.key,
            },
            "ProcessingResources": {"ClusterConfig": cluster},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "AppSpecification": {
                "ImageUri": IMAGE,
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/run.py"],
            },
            "NetworkConfig": {"VpcConfig": self.network},
            "RoleArn": self.roles[Role.JOB],
            **more,
        }

    def training(self, script: str, **more: Any) -> dict[str, Any]:
        """Arguments of CreateTrainingJob, without a name, for a script."""
        code = self.put(f"code/{abs(hash(script))}/train.py", script)
        source = {"S3Uri": code, "S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}
        return {
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py"],
                "MetricDefinitions": [{"Name": "auc", "Regex": r"auc=([0-9.]+)"}],
            },
            "HyperParameters": {"max_depth": "3"},
            "InputDataConfig": [{"ChannelName": "code", "DataSource": {"S3DataSource": source}}],
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models", "KmsKeyId": self.key},
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "VpcConfig": self.network,
            "EnableNetworkIsolation": True,
            "RoleArn": self.roles[Role.JOB],
            **more,
        }


_TRAIN = """
import json, pathlib, sys
import numpy, xgboost
folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(0)
rows = random.normal(size=(200, 2)).astype("float32")
for name, target in (("first", rows[:, 0] + rows[:, 1]), ("second", rows[:, 0] * rows[:, 1])):
    data = xgboost.DMatrix(rows, label=(target > 0).astype(int), feature_names=["a", "b"])
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 3, "seed": 0}, data, 5)
    (folder / name).mkdir()
    booster.save_model(folder / name / "model.ubj")
    schema = {"features": ["a", "b"], "target": "y", "problem": "binary", "classes": [0, 1]}
    (folder / name / "schema.json").write_text(json.dumps(schema))
    expected = booster.predict(xgboost.DMatrix(rows[:20], feature_names=["a", "b"]))
    (folder / name / "expected.json").write_text(json.dumps([float(value) for value in expected]))
    (folder / name / "rows.json").write_text(json.dumps(rows[:20].tolist()))
"""


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small XGBoost models, `first` and `second`, trained in the model image's environment."""
    if not container_python().exists():
        subprocess.run([str(shutil.which("uv")), "sync", "--project", str(MODEL_IMAGE), "--frozen"], check=True)
    folder = tmp_path_factory.mktemp("models")
    subprocess.run([str(container_python()), "-c", _TRAIN, str(folder)], check=True)
    return folder


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh account; its SageMaker runs."""
    with Cloud(REGION, tmp_path / "requests.jsonl") as cloud:
        events: list[tuple[str, str, dict[str, Any]]] = []
        sagemaker = SageMaker(cloud, on_event=lambda *event: events.append(event), folder=tmp_path / "logs")
        with sagemaker, CloudFormation(cloud):
            deployer = cloud.deployer(ACCOUNT)
            key = make_bucket(cloud, deployer, BUCKET)
            vpc, subnets, group = make_vpc(cloud, deployer, ("s3", "sagemaker.api", "sts"))
            roles = {name: make_role(cloud, deployer, name, "sagemaker.amazonaws.com") for name in Role}
            yield World(cloud, sagemaker, deployer, vpc, subnets[0], group, key, roles, events)


def requests_of(world: World, role: Role) -> list[Any]:
    """The recorded requests of a role."""
    return [line for line in world.cloud.recorder.requests if line.role == world.roles[role]]


def json_lines(content: bytes) -> list[Any]:
    """JSON lines, parsed."""
    return [json.loads(line) for line in content.decode().splitlines()]
