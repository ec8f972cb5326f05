"""What an account really serves, by its own word: a StackSet may say that an update succeeded that SageMaker took back.

An endpoint whose update is rolled back is in service again, with the configuration that it had before and perhaps a
reason (SageMaker Developer Guide, "Auto-Rollback Configuration and Monitoring"; hashicorp/terraform-provider-aws, issue
48997, for whoever looks at its status alone). Whether CloudFormation looks further, no page says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from functions.release_recorder.config import Project

# Credentials and Region -> a client of SageMaker there.
SageMakerThere = Callable[[Mapping[str, str], str], Any]


@dataclass(frozen=True, kw_only=True)
class Serving:
    """An endpoint: its status, the packages that its models are made of, and why its last update failed."""

    status: str
    packages: tuple[str, ...]
    reason: str


class Accounts:
    """Looks at endpoints with the account's reader role."""

    def __init__(self, project: Project, sts: Any, there: SageMakerThere) -> None:
        self._project, self._sts, self._there = project, sts, there

    def serving(self, stage: str, account: str, region: str) -> Serving | None:
        """What a stage's endpoint serves; None where there is none."""
        role = f"arn:{self._project.partition}:iam::{account}:role/{self._project.readers[stage]}"
        answer = self._sts.assume_role(RoleArn=role, RoleSessionName="release-recorder", DurationSeconds=900)
        sagemaker = self._there(answer["Credentials"], region)
        try:
            endpoint = sagemaker.describe_endpoint(EndpointName=self._project.endpoints[stage])
        except ClientError as error:
            if "Could not find" in error.response["Error"].get("Message", ""):
                return None
            raise
        config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        models = [
            sagemaker.describe_model(ModelName=variant["ModelName"])
            for variant in config.get("ProductionVariants", ())
            if variant.get("ModelName")
        ]
        return Serving(
            status=endpoint["EndpointStatus"],
            packages=tuple(sorted({package for model in models for package in _packages(model)})),
            reason=" ".join(str(endpoint.get("FailureReason", "")).split()),
        )


def _packages(model: Mapping[str, Any]) -> list[str]:
    containers = model.get("Containers") or [model.get("PrimaryContainer") or {}]
    return [each["ModelPackageName"] for each in containers if each.get("ModelPackageName")]
