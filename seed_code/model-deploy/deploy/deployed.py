"""What a stage's StackSet deploys now, and the update that must come before another instance type."""

import sys
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deploy.errors import DeployError

# A VPC without an endpoint for CloudFormation must not hold a release up.
REACHABLE = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})

Parameters = list[dict[str, str]]


def deployed_parameters(cloudformation: Any, stack_set: str) -> Mapping[str, str]:
    """The template parameters that the StackSet has now; empty if there is no such set.

    Empty as well, with a warning, where CloudFormation cannot be reached. Raises `DeployError` if it refuses.
    """
    try:
        found = cloudformation.describe_stack_set(StackSetName=stack_set)["StackSet"]
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("StackSetNotFound"):
            return {}
        raise DeployError([f"stack set {stack_set}: {error.response['Error']['Message']}"]) from error
    except BotoCoreError as error:
        print(
            f"warning: CloudFormation cannot be reached ({error}): a changed instance type would be refused "
            "while the endpoint scales; add cloudformation to network.endpoints of the data science stack",
            file=sys.stderr,
        )
        return {}
    if found["Status"] == "DELETED":
        return {}
    return {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", ())}


def deregistering(deployed: Mapping[str, str], release: Parameters) -> Parameters:
    """The parameters of the update before the release's own: the same, unless its instance type is another.

    SageMaker refuses another type while the variant is a scalable target (SageMaker Developer Guide, "Update
    endpoints that use auto scaling"). Then all is left as it is deployed, but both bounds are one number, so
    that the template has no scalable target. A second variant that goes is taken off in the same way.
    """
    wanted = {each["ParameterKey"]: each["ParameterValue"] for each in release}
    keeps_type = deployed.get("InstanceType", wanted.get("InstanceType")) == wanted.get("InstanceType")
    second, after = deployed.get("ChallengerPackageArn", "none"), wanted.get("ChallengerPackageArn", "none")
    if not deployed or (keeps_type and not (second != "none" and after == "none")):
        return release
    before = {key: deployed.get(key, value) for key, value in wanted.items()}
    if "MinInstanceCount" in before:
        before["MaxInstanceCount"] = before["MinInstanceCount"]
    return _parameters(before)


def without_challenger(deployed: Mapping[str, str]) -> Parameters:
    """What is deployed, its second model taken away: the update before a shape whose template has none."""
    alone = {"ChallengerPackageArn": "none", "PrimaryPercentage": "100", "SameVariants": "no"}
    alone["MaxInstanceCount"] = deployed["MinInstanceCount"]
    return _parameters({**deployed, **alone})


def _parameters(values: Mapping[str, str]) -> Parameters:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(values.items())]
