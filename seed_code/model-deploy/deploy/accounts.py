"""A workload account as the test role sees it."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from deploy.stages import StageSettings

# A container has 60 seconds; the client's time-out should then be 70 (botocore, InvokeEndpoint).
_RUNTIME = Config(read_timeout=70, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True)
class EndpointLocation:
    """One endpoint of a stage."""

    account: str
    region: str
    endpoint: str


@dataclass(frozen=True)
class TestClients:
    """The services that a test needs, with the test role's credentials."""

    sagemaker: Any
    runtime: Any
    s3: Any
    cloudwatch: Any
    ssm: Any


def targets(settings: StageSettings) -> list[EndpointLocation]:
    """Every endpoint of the stage."""
    return [
        EndpointLocation(account, region, settings.endpoint_name)
        for account in settings.accounts
        for region in settings.regions
    ]


def entered(role: str, session_name: str, region: str) -> Any:
    """A session of a role (ARN) in a region. Raises botocore's `ClientError` if it cannot be assumed."""
    sts = boto3.client("sts", region_name=region)
    answer = sts.assume_role(RoleArn=role, RoleSessionName=session_name, DurationSeconds=3600)
    credentials = answer["Credentials"]
    return boto3.session.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=region,
    )


def assume(settings: StageSettings, target: EndpointLocation) -> TestClients:
    """Clients of the account's test role. Raises botocore's `ClientError` if it cannot be assumed."""
    session = entered(
        settings.test_role_arns[target.account], f"model-deploy-{settings.stage}", target.region
    )
    return TestClients(
        sagemaker=session.client("sagemaker"),
        runtime=session.client("sagemaker-runtime", config=_RUNTIME),
        s3=session.client("s3"),
        cloudwatch=session.client("cloudwatch"),
        ssm=session.client("ssm"),
    )
