"""What a stage's StackSet deploys now, and the update that must come before another instance type."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deploy.errors import DeployError

# A VPC without an endpoint for CloudFormation must not hold a release up.
REACHABLE = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})

Parameters = list[dict[str, str]]


@dataclass(frozen=True)
class Deployed:
    """What a StackSet has now: its parameters and its template; empty where there is no such set."""

    parameters: Mapping[str, str]
    template: str = ""


def deployed_stack_set(cloudformation: Any, stack_set: str) -> Deployed:
    """Parameters and template that the StackSet has now.

    Empty as well, with a warning, where CloudFormation cannot be reached. Raises `DeployError` if it refuses.
    """
    try:
        found = cloudformation.describe_stack_set(StackSetName=stack_set)["StackSet"]
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("StackSetNotFound"):
            return Deployed({})
        raise DeployError([f"stack set {stack_set}: {error.response['Error']['Message']}"]) from error
    except BotoCoreError as error:
        print(
            f"warning: CloudFormation cannot be reached ({error}): a changed instance type would be refused "
            "while the endpoint scales; add cloudformation to network.endpoints of the data science stack",
            file=sys.stderr,
        )
        return Deployed({})
    if found["Status"] == "DELETED":
        return Deployed({})
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", ())}
    return Deployed(parameters, found.get("TemplateBody", ""))


@dataclass(frozen=True)
class StackSetUpdate:
    """One update of a StackSet: its template and its parameters."""

    template: str
    parameters: Parameters


def deregistering(deployed: Deployed, release: StackSetUpdate) -> StackSetUpdate:
    """The update before the release's own: the same, unless its instance type is another.

    SageMaker refuses another type while the variant is a scalable target (SageMaker Developer Guide, "Update
    endpoints that use auto scaling"). Then all is left as it is deployed, the template too, but both bounds
    are one number, so that the template has no scalable target. A second variant that goes is taken off in
    the same way.
    """
    wanted = {each["ParameterKey"]: each["ParameterValue"] for each in release.parameters}
    before = dict(deployed.parameters)
    keeps_type = before.get("InstanceType", wanted.get("InstanceType")) == wanted.get("InstanceType")
    second, after = before.get("ChallengerPackageArn", "none"), wanted.get("ChallengerPackageArn", "none")
    if not before or (keeps_type and not (second != "none" and after == "none")):
        return release
    template = deployed.template or release.template
    if not deployed.template:
        before = {key: before.get(key, value) for key, value in wanted.items()}
    if "MinInstanceCount" in before:
        before["MaxInstanceCount"] = before["MinInstanceCount"]
    return StackSetUpdate(template, parameters_of(before))


def without_challenger(deployed: Deployed) -> StackSetUpdate:
    """What is deployed, its second model taken away: the update before a shape whose template has none."""
    none = ("ChallengerPackageArn", "ChallengerChecksUri", "ChallengerChecksSha256")
    alone = {**dict.fromkeys(none, "none"), "PrimaryPercentage": "100", "SameVariants": "no"}
    alone["MaxInstanceCount"] = deployed.parameters["MinInstanceCount"]
    return StackSetUpdate(deployed.template, parameters_of({**deployed.parameters, **alone}))


def parameters_of(values: Mapping[str, str]) -> Parameters:
    """Parameters as the StackSet action reads them."""
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(values.items())]
