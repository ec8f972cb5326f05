"""An endpoint that is checked: what CloudWatch has been told of it in the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import boto3
from moto.cloudwatch.models import cloudwatch_backends

from functions.endpoint_checker import handler
from functions.endpoint_checker.events import RefusedEvent
from functions.endpoint_checker.handler import IncompleteCheck
from rehearsal.aws.cloud import Cloud
from tests.functions.endpoint_checker.account import ACCOUNT, CONFIG, ENDPOINT, REGION, event
from tests.functions.faults.case import FunctionCase, Late
from tests.functions.faults.environment import credentials

_CHECKS = json.dumps({"contentType": "text/csv", "rows": ["1,2"], "expected": [[0.5]], "tolerance": 0}).encode()
_BUCKET, _KEY = "models", "screening/checks/x1/checks.json"
_PACKAGE = f"arn:aws:sagemaker:{REGION}:111111111111:model-package/mlops-screening/7"
_TWICE = "a check that is made twice is two checks: no figure is less true for it"


class CheckedAccount:
    """The function in an account whose endpoint answers rightly."""

    def __init__(self, cloud: Cloud) -> None:
        self.event = event(time=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        cloud.handlers["sagemaker-runtime:InvokeEndpoint"] = self._answer
        s3, sagemaker = boto3.client("s3"), boto3.client("sagemaker")
        s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=_BUCKET, Key=_KEY, Body=_CHECKS)
        environment = {
            "MODEL_PACKAGE_ARN": _PACKAGE,
            "CHECKS_URI": f"s3://{_BUCKET}/{_KEY}",
            "CHECKS_SHA256": hashlib.sha256(_CHECKS).hexdigest(),
        }
        sagemaker.create_model(
            ModelName="model",
            ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/model",
            Containers=[{"ModelPackageName": _PACKAGE, "Environment": environment}],
        )
        variant = {
            "VariantName": "primary",
            "ModelName": "model",
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
        }
        sagemaker.create_endpoint_config(EndpointConfigName="config", ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="config")

    def handle(self, event: Any) -> Any:
        """Invoke it, in an environment that is new."""
        handler._read.clear()
        handler.clients.cache_clear()
        return handler.handle(event, None)

    def state(self) -> Mapping[str, Any]:
        """Which figures CloudWatch has."""
        data = cloudwatch_backends[ACCOUNT][REGION].metric_data
        return {
            "figures": sorted(":".join([datum.name, *(str(each.value) for each in datum.dimensions)]) for datum in data)
        }

    def _answer(self, *_: Any) -> Any:
        headers = {
            "Content-Type": "text/csv",
            "X-Amzn-SageMaker-Custom-Attributes": "model-package=mlops-screening/7",
        }
        return 200, headers, b"0.5\n"


@contextmanager
def checked() -> Iterator[CheckedAccount]:
    """A fresh account; two requests of a check are as good as twenty."""
    with Cloud(REGION) as cloud, TemporaryDirectory() as folder, credentials(cloud, ACCOUNT):
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(CONFIG), encoding="utf-8")
        with patch.object(handler, "CONFIG", config), patch.object(handler, "REQUESTS", 2):
            yield CheckedAccount(cloud)


def _waited_for_an_hour(account: Any) -> None:
    account.event = event(time="2026-11-27T11:00:00Z")


def _nothing_new(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert before == after


CASES = [
    FunctionCase(
        function="endpoint_checker",
        does="an endpoint answers",
        account=checked,
        refusals=(RefusedEvent, IncompleteCheck),
        repeated={"figures": _TWICE},
        late={"an hour": Late(happened=_waited_for_an_hour, leaves=_nothing_new)},
    )
]
