"""AWS as the tests see it: accounts in memory, and endpoints that answer.

The model is a small logistic one, computed in float32 as a server would.
"""

import json
import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from moto.core.exceptions import ServiceException
from moto.sagemaker.models import sagemaker_backends

REGION = "eu-west-1"
REGISTRY, STAGING, PRODUCTION, SECOND = "111111111111", "222222222222", "333333333333", "444444444444"
GROUP = "mlops-screening"
_TEMPLATE = Path(__file__).resolve().parents[1] / "template.json"
_WEIGHTS = (1.5, -2.0, 0.25)
ROWS = [(f"{n / 7:.6f}", "" if n % 9 == 0 else f"{(n * 5 % 11) / 3:.6f}", str(n % 4)) for n in range(150)]


class AccessDenied(ServiceException):
    """What STS says to a caller that the role does not trust."""

    code = "AccessDenied"
    message = "User is not authorized to perform: sts:AssumeRole"

    def __init__(self) -> None:
        super().__init__(self.message)


def template_text() -> str:
    """The template beside this repository."""
    return _TEMPLATE.read_text(encoding="utf-8")


def float32(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def predict(values: list[float]) -> float:
    known = [0.5 if math.isnan(value) else value for value in values]
    score = sum(weight * value for weight, value in zip(_WEIGHTS, known, strict=True))
    return float32(1 / (1 + math.exp(-score)))


def numbers(row: tuple[str, ...]) -> list[float]:
    return [float(cell) if cell else math.nan for cell in row]


EXPECTED = [predict(numbers(row)) for row in ROWS]
LABELS = [int(value >= 0.5) for value in EXPECTED]


def assumed(account: str) -> dict[str, str]:
    """Credentials in an account: moto tells accounts apart by the access key."""
    sts = boto3.client("sts", region_name=REGION)
    role = f"arn:aws:iam::{account}:role/setup"
    credentials = sts.assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
    return {name: credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}


def stage(name: str, *accounts: str) -> dict[str, Any]:
    return {
        "accounts": list(accounts),
        "regions": [REGION],
        "endpointName": f"mlops-screening-{name}",
        "instanceType": "ml.m5.large",
        "initialInstanceCount": 1,
        "minInstanceCount": 1,
        "maxInstanceCount": 2,
        "capturePercentage": 100,
        "modelRoleName": "mlops/projects/screening/mlops-screening-model",
        "testRoleArns": {account: f"arn:aws:iam::{account}:role/mlops/mlops-test" for account in accounts},
        "parametersPath": f"/mlops/{name}",
        "changeSetRoleName": "mlops/projects/screening/mlops-change-set",
        "latencyLimitMs": 5000,
        "trafficShifting": "ALL_AT_ONCE",
        "shiftStepInstances": 1,
        "waitSeconds": 60,
        "keepSeconds": 60,
        "deploymentTimeoutSeconds": 3720,
        "stackSetName": f"mlops-screening-{name}",
    }


def metadata() -> dict[str, str]:
    return {
        "artifact_sha256": "a" * 64,
        "holdout_uri": "s3://mlops-artifacts/screening/runs/1/evaluation",
        "manifest_uri": "s3://mlops-artifacts/screening/runs/1/evaluation/manifest.json",
        "problem": "binary",
        "metric": "auc",
        "commit": "0123abc",
    }


IMAGE = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/mlops@sha256:" + "b" * 64
ARTIFACT = "s3://mlops-models/screening/training/model.tar.gz"


def manifest() -> dict[str, Any]:
    """What the training pipeline writes beside its held-out rows."""
    return {
        "model_package_group": GROUP,
        "image": IMAGE,
        "model_data_url": ARTIFACT,
        "artifact": {"sha256": "a" * 64, "bytes": 1},
        "problem": "binary",
        "evaluation": {"metric": "auc", "value": 0.98, "gate": {"passed": 1}},
    }


@dataclass
class Behaviour:
    """How an account's endpoint errs; by default it does not."""

    add: float = 0.0
    constant: float | None = None
    drop_last: bool = False
    malformed_status: int | None = 400
    malformed_message: str = '{"error": {"code": "bad_input", "message": "row 1, column 1: not a number"}}'
    captures: bool = True
    captured_output: str | None = None
    crash: bool = False


@dataclass
class InMemoryAws:
    """Registry account with parameters, packages and held-out rows; endpoints in workload accounts."""

    tree = "/mlops/dev/projects/screening"
    folder: Path
    stages: dict[str, Any] = field(
        default_factory=lambda: {
            "staging": stage("staging", STAGING),
            "production": stage("production", PRODUCTION),
        }
    )
    behaviour: dict[str, Behaviour] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    buckets: dict[str, Any] = field(default_factory=dict)  # account -> S3 client of its own
    deployed: dict[str, dict[str, str]] = field(default_factory=dict)  # stack set -> parameters

    def __post_init__(self) -> None:
        self.ssm = boto3.client("ssm", region_name=REGION)
        self.sagemaker = boto3.client("sagemaker", region_name=REGION)
        self.sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="mlops-artifacts")
        self.put_holdout()
        self.put_manifest(manifest())
        for name, value in {
            "id": "screening",
            "registry/group": GROUP,
            "gate/metric": "auc",
            "gate/threshold": "0.9",
        }.items():
            self.put_parameter(name, value)
        self.publish()

    def publish(self) -> None:
        self.put_parameter("deploy/stages", json.dumps(self.stages))

    def put_parameter(self, name: str, value: str) -> None:
        self.ssm.put_parameter(Name=f"{self.tree}/{name}", Value=value, Type="String", Overwrite=True)

    def put_holdout(self, **texts: str) -> None:
        files = {
            "holdout": "a,b,c\n" + "".join(",".join(row) + "\n" for row in ROWS),
            "expected": "answer\n" + "".join(f"{value!r}\n" for value in EXPECTED),
            "labels": "label\n" + "".join(f"{value}\n" for value in LABELS),
        } | texts
        for name, text in files.items():
            boto3.client("s3", region_name=REGION).put_object(
                Bucket="mlops-artifacts", Key=f"screening/runs/1/evaluation/{name}.csv", Body=text.encode()
            )

    def put_manifest(self, document: Any) -> None:
        boto3.client("s3", region_name=REGION).put_object(
            Bucket="mlops-artifacts",
            Key="screening/runs/1/evaluation/manifest.json",
            Body=json.dumps(document).encode(),
        )

    def register(self, approval: str = "Approved", **changes: Any) -> str:
        """A model package, which the pipeline runs for if it is approved; returns its ARN.

        A metadata value of None leaves the key out.

        `image` and `artifact` change its container, `container` adds to it, `statistics` is its evaluation's.
        """
        container = {"Image": changes.pop("image", IMAGE), "ModelDataUrl": changes.pop("artifact", ARTIFACT)}
        container |= changes.pop("container", {})
        statistics = changes.pop(
            "statistics", "s3://mlops-artifacts/screening/runs/1/evaluation/evaluation.json"
        )
        quality = {"Statistics": {"ContentType": "application/json", "S3Uri": statistics}}
        described = {key: value for key, value in (metadata() | changes).items() if value is not None}
        answer = self.sagemaker.create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus=approval,
            InferenceSpecification={
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            CustomerMetadataProperties=described,
            ModelMetrics={"ModelQuality": quality} if statistics else {},
        )
        arn = str(answer["ModelPackageArn"])
        if approval == "Approved":
            os.environ["MODEL_PACKAGE_ARN"] = arn  # what the approval's event gives the pipeline
        return arn

    def session(self, account: str) -> boto3.session.Session:
        keys = assumed(account)
        return boto3.session.Session(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=REGION
        )

    def serve(self, stage_name: str, package_arn: str, *, capture: bool = True) -> None:
        """Makes the stage's endpoints, as its StackSet would."""
        for account in self.stages[stage_name]["accounts"]:
            self._serve(account, self.stages[stage_name], package_arn, capture=capture)

    def _serve(self, account: str, settings: dict[str, Any], package_arn: str, *, capture: bool) -> None:
        session = self.session(account)
        sagemaker, name = session.client("sagemaker"), settings["endpointName"]
        self.buckets[account] = session.client("s3", region_name="us-east-1")
        self.buckets[account].create_bucket(Bucket=f"capture-{account}")
        sagemaker.create_model(
            ModelName=f"{name}-model",
            ExecutionRoleArn=f"arn:aws:iam::{account}:role/{settings['modelRoleName']}",
            Containers=[{"ModelPackageName": package_arn}],
        )
        data_capture = {
            "EnableCapture": True,
            "InitialSamplingPercentage": settings["capturePercentage"],
            "DestinationS3Uri": f"s3://capture-{account}/screening",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        }
        variant = {
            "VariantName": "primary",
            "ModelName": f"{name}-model",
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
        }
        more = {"DataCaptureConfig": data_capture} if capture else {}
        sagemaker.create_endpoint_config(EndpointConfigName=f"{name}-1", ProductionVariants=[variant], **more)
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-1")

    def break_endpoint(self, account: str, status: str, reason: str) -> None:
        (endpoint,) = sagemaker_backends[account][REGION].endpoints.values()
        vars(endpoint).update(endpoint_status=status, failure_reason=reason)

    def invoke(
        self, account: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """What SageMaker Runtime and the container behind it answer."""
        how = self.behaviour.get(account, Behaviour())
        if how.crash:
            return _model_error(500, "boom")
        kind = headers["Content-Type"]
        try:
            rows = _rows(body, kind)
        except ValueError:
            if how.malformed_status is not None:
                return _model_error(how.malformed_status, how.malformed_message)
            rows = [[0.0, 0.0, 0.0]]
        answers = [predict(row) + how.add if how.constant is None else how.constant for row in rows]
        text = _answer(answers[:-1] if how.drop_last else answers, kind)
        if how.captures:
            self._capture(account, path.split("/")[2], headers, body.decode(), how.captured_output or text)
        return 200, {"Content-Type": kind}, text.encode()

    def _capture(
        self, account: str, endpoint: str, headers: Mapping[str, str], request: str, answer: str
    ) -> None:
        now, inference_id = datetime.now(UTC), headers["X-Amzn-SageMaker-Inference-Id"]
        event = {
            "captureData": {
                "endpointInput": {"mode": "INPUT", "data": request, "encoding": "CSV"},
                "endpointOutput": {"mode": "OUTPUT", "data": answer, "encoding": "CSV"},
            },
            "eventMetadata": {"eventId": "1", "inferenceId": inference_id, "inferenceTime": f"{now:%FT%TZ}"},
            "eventVersion": "0",
        }
        key = f"screening/{endpoint}/primary/{now:%Y/%m/%d/%H}/{inference_id}.jsonl"
        self.buckets[account].put_object(
            Bucket=f"capture-{account}", Key=key, Body=(json.dumps(event) + "\n").encode()
        )


def _rows(body: bytes, kind: str) -> list[list[float]]:
    text = body.decode()
    if kind == "text/csv":
        return [numbers(tuple(line.split(","))) for line in text.splitlines()]
    if kind == "application/json":
        rows = json.loads(text)["instances"]
    else:
        rows = [json.loads(line) for line in text.splitlines()]
    return [[math.nan if value is None else float(value) for value in row] for row in rows]


def _answer(answers: list[float], kind: str) -> str:
    if kind == "text/csv":
        return "".join(f"{value!r}\n" for value in answers)
    if kind == "application/json":
        return json.dumps({"predictions": answers})
    return "".join(json.dumps({"prediction": value}) + "\n" for value in answers)


def _model_error(status: int, message: str) -> tuple[int, dict[str, str], bytes]:
    """SageMaker Runtime answers 424 with what the container said (botocore: ModelError)."""
    document = {
        "Message": "Received error from model",
        "OriginalStatusCode": status,
        "OriginalMessage": message,
    }
    headers = {"x-amzn-ErrorType": "ModelError", "Content-Type": "application/json"}
    return 424, headers, json.dumps(document).encode()
