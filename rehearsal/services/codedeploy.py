"""CodeDeploy for Lambda. Actions: Service Authorization Reference, "AWS CodeDeploy".

Applications, deployment groups and configurations are records; deployments run in `rehearsal/codedeploy`.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords, ServiceRefusal
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    arn_template,
    pass_role,
    requires,
)
from rehearsal.service_model.service import AwsService

APPLICATIONS, GROUPS, CONFIGS = "codedeploy-application", "codedeploy-group", "codedeploy-config"
DEPLOYMENTS = "codedeploy-deployment"
_NAME = re.compile(r".{1,100}")
_EVENTS = ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")
# Deployment -> application and group: requests name the deployment, and are decided on its group.
group_of_deployment: dict[str, tuple[str, str]] = {}


def _predefined() -> dict[str, Members]:
    """AWS's own configurations (CodeDeploy User Guide, "Predefined deployment configurations for an AWS Lambda compute
    platform")."""
    found: dict[str, Members] = {"LambdaAllAtOnce": {"type": "AllAtOnce"}}
    for minutes in (5, 10, 15, 30):
        canary = {"canaryPercentage": 10, "canaryInterval": minutes}
        found[f"LambdaCanary10Percent{minutes}Minutes"] = {"type": "TimeBasedCanary", "timeBasedCanary": canary}
    for minutes in (1, 2, 3, 10):
        linear = {"linearPercentage": 10, "linearInterval": minutes}
        name = f"LambdaLinear10PercentEvery{minutes}Minute{'s' if minutes > 1 else ''}"
        found[name] = {"type": "TimeBasedLinear", "timeBasedLinear": linear}
    return {f"CodeDeployDefault.{name}": routing for name, routing in found.items()}


PREDEFINED: Mapping[str, Members] = _predefined()


def _missing(kind: str, message: str) -> ServiceRefusal:
    return ServiceRefusal(f"{kind}DoesNotExistException", message)


# ---- applications


def create_application(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateApplication."""
    name = str(given.get("applicationName") or "")
    if not _NAME.fullmatch(name):
        raise ServiceRefusal("InvalidApplicationNameException", f"application name {name!r}: 1 to 100 characters")
    if name in records.all(APPLICATIONS):
        raise ServiceRefusal("ApplicationAlreadyExistsException", f"Application {name} already exists.")
    if given.get("computePlatform") != "Lambda":
        raise ServiceRefusal("InvalidComputePlatformException", "only computePlatform Lambda is rehearsed")
    made = {"applicationId": str(uuid.uuid4()), "applicationName": name, "createTime": time.time()}
    records.all(APPLICATIONS)[name] = {**made, "linkedToGitHub": False, "computePlatform": "Lambda"}
    _tag(records, f"application:{name}", given.get("tags"))
    return {"applicationId": made["applicationId"]}


def application(records: ServiceRecords, name: Any) -> Members:
    """An application. Raises ServiceRefusal."""
    found = records.all(APPLICATIONS).get(str(name))
    if found is None:
        raise _missing("Application", f"No application found for name: {name}")
    return found


def get_application(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetApplication."""
    return {"application": application(records, given.get("applicationName"))}


def list_applications(records: ServiceRecords, _: Mapping[str, Any]) -> Members:
    """ListApplications."""
    return {"applications": list(records.all(APPLICATIONS))}


def delete_application(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteApplication: its groups go with it; of one that is not there nothing is said."""
    name = given.get("applicationName")
    records.all(APPLICATIONS).pop(str(name), None)
    for key in [key for key in records.all(GROUPS) if key.partition("/")[0] == name]:
        del records.all(GROUPS)[key]
    return {}


# ---- deployment groups


def _group(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    config = given.get("deploymentConfigName") or "CodeDeployDefault.LambdaAllAtOnce"
    deployment_config(records, config)
    style = given.get("deploymentStyle") or {}
    if style and style != {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}:
        raise ServiceRefusal(
            "InvalidDeploymentStyleException",
            "For Lambda the deployment type is BLUE_GREEN and the option WITH_TRAFFIC_CONTROL",
        )
    rollback = given.get("autoRollbackConfiguration") or {"enabled": False}
    if unknown := sorted(set(rollback.get("events") or ()) - set(_EVENTS)):
        raise ServiceRefusal("InvalidAutoRollbackConfigException", f"unknown events {unknown}: {', '.join(_EVENTS)}")
    if rollback.get("enabled") and not rollback.get("events"):
        raise ServiceRefusal("InvalidAutoRollbackConfigException", "events are required where rollback is enabled")
    alarms = given.get("alarmConfiguration") or {"enabled": False, "alarms": []}
    if len(alarms.get("alarms") or ()) > 10:
        raise ServiceRefusal("AlarmsLimitExceededException", "at most 10 alarms in a deployment group")
    return {
        "deploymentConfigName": config,
        "serviceRoleArn": require_service_role(records, given.get("serviceRoleArn")),
        "triggerConfigurations": list(given.get("triggerConfigurations") or ()),
        "alarmConfiguration": alarms,
        "autoRollbackConfiguration": rollback,
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "computePlatform": "Lambda",
    }


@aws_behavior(
    'AWS CodeDeploy API Reference, "CreateDeploymentGroup": InvalidRoleException',
    'AWS CodeDeploy User Guide, "Create a service role for CodeDeploy"',
)
def require_service_role(records: ServiceRecords, role_arn: Any) -> str:
    """A group's service role must exist and trust CodeDeploy."""
    import json

    from moto.iam.models import iam_backends

    from rehearsal.service_model.trust import trusts_service

    if not role_arn:
        raise ServiceRefusal("RoleRequiredException", "The role ID was not specified.")
    roles = iam_backends[records.account]["aws"].roles.values()
    found = next((role for role in roles if role.arn == role_arn), None)
    trust: Any = found.assume_role_policy_document if found else {}
    if not trusts_service(json.loads(trust) if isinstance(trust, str) else trust, "codedeploy.amazonaws.com"):
        raise ServiceRefusal(
            "InvalidRoleException", f"AWS CodeDeploy does not have the permissions to assume {role_arn}."
        )
    return str(role_arn)


def create_group(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateDeploymentGroup."""
    application(records, given.get("applicationName"))
    key = f"{given['applicationName']}/{given.get('deploymentGroupName')}"
    if key in records.all(GROUPS):
        raise ServiceRefusal("DeploymentGroupAlreadyExistsException", f"Deployment group {key} already exists.")
    names = {"applicationName": given["applicationName"], "deploymentGroupName": given["deploymentGroupName"]}
    made = {"deploymentGroupId": str(uuid.uuid4()), **names, **_group(records, given)}
    records.all(GROUPS)[key] = made
    _tag(records, f"deploymentgroup:{key}", given.get("tags"))
    return {"deploymentGroupId": made["deploymentGroupId"]}


def group(records: ServiceRecords, application_name: Any, name: Any) -> Members:
    """A deployment group. Raises ServiceRefusal."""
    application(records, application_name)
    found = records.all(GROUPS).get(f"{application_name}/{name}")
    if found is None:
        raise _missing("DeploymentGroup", f"No Deployment Group found for name: {name}")
    return found


def get_group(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetDeploymentGroup."""
    return {"deploymentGroupInfo": group(records, given.get("applicationName"), given.get("deploymentGroupName"))}


def update_group(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateDeploymentGroup."""
    found = group(records, given.get("applicationName"), given.get("currentDeploymentGroupName"))
    new = given.get("newDeploymentGroupName")
    found.update(_group(records, {**found, **{key: value for key, value in given.items() if value is not None}}))
    if new and new != found["deploymentGroupName"]:
        del records.all(GROUPS)[f"{found['applicationName']}/{found['deploymentGroupName']}"]
        found["deploymentGroupName"] = new
        records.all(GROUPS)[f"{found['applicationName']}/{new}"] = found
    return {"hooksNotCleanedUp": []}


def delete_group(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteDeploymentGroup."""
    application(records, given.get("applicationName"))
    records.all(GROUPS).pop(f"{given['applicationName']}/{given.get('deploymentGroupName')}", None)
    return {"hooksNotCleanedUp": []}


# ---- configurations


def deployment_config(records: ServiceRecords, name: Any) -> Members:
    """A configuration's traffic routing. Raises ServiceRefusal."""
    routing = PREDEFINED.get(str(name)) or records.all(CONFIGS).get(str(name), {}).get("trafficRoutingConfig")
    if routing is None:
        raise _missing("DeploymentConfig", f"No deployment configuration found for name: {name}")
    return dict(routing)


def create_config(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateDeploymentConfig."""
    name, routing = str(given.get("deploymentConfigName") or ""), given.get("trafficRoutingConfig") or {}
    if name.startswith("CodeDeployDefault") or not _NAME.fullmatch(name):
        raise ServiceRefusal(
            "InvalidDeploymentConfigNameException", f"The deployment configuration name {name} is reserved"
        )
    if name in records.all(CONFIGS):
        raise ServiceRefusal(
            "DeploymentConfigAlreadyExistsException", f"Deployment configuration {name} already exists."
        )
    if given.get("computePlatform") != "Lambda":
        raise ServiceRefusal("InvalidComputePlatformException", "only computePlatform Lambda is rehearsed")
    made = {
        "deploymentConfigId": str(uuid.uuid4()),
        "deploymentConfigName": name,
        "createTime": time.time(),
        "computePlatform": "Lambda",
        "trafficRoutingConfig": require_routing(routing),
    }
    records.all(CONFIGS)[name] = made
    return {"deploymentConfigId": made["deploymentConfigId"]}


@aws_behavior(
    "botocore, codedeploy CreateDeploymentConfig: TrafficRoutingConfig",
    'AWS CodeDeploy User Guide, "CodeDeploy quotas": traffic shifts for at most two days (2,880 minutes), 99 percent',
)
def require_routing(routing: Mapping[str, Any]) -> Members:
    """A traffic routing names one kind with its own members, 1 to 99 percent, at most two days in all."""
    kind = routing.get("type")
    if kind == "AllAtOnce":
        return {"type": kind}
    member = {"TimeBasedCanary": "timeBasedCanary", "TimeBasedLinear": "timeBasedLinear"}.get(str(kind))
    stated = routing.get(member or "") or {}
    if member is None or not stated:
        raise ServiceRefusal("InvalidTrafficRoutingConfigurationException", f"trafficRoutingConfig of type {kind}")
    stem = member.removeprefix("timeBased").lower()
    percent, minutes = int(stated.get(f"{stem}Percentage") or 0), int(stated.get(f"{stem}Interval") or 0)
    steps = 1 if stem == "canary" else 100 // max(1, percent)
    if not 1 <= percent <= 99 or minutes < 1 or minutes * steps > 2880:
        raise ServiceRefusal(
            "InvalidTrafficRoutingConfigurationException",
            f"{percent} percent, {minutes} minutes: 1 to 99 percent and at most 2880 minutes in all",
        )
    return {"type": kind, member: {f"{stem}Percentage": percent, f"{stem}Interval": minutes}}


def get_config(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetDeploymentConfig."""
    name = given.get("deploymentConfigName")
    routing = deployment_config(records, name)
    found = records.all(CONFIGS).get(str(name)) or {"deploymentConfigName": name, "computePlatform": "Lambda"}
    return {"deploymentConfigInfo": {**found, "trafficRoutingConfig": routing}}


def delete_config(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteDeploymentConfig: one that a group uses stays."""
    name = given.get("deploymentConfigName")
    if any(each["deploymentConfigName"] == name for each in records.all(GROUPS).values()):
        raise ServiceRefusal("DeploymentConfigInUseException", f"The deployment configuration {name} is in use.")
    records.all(CONFIGS).pop(str(name), None)
    return {}


# ---- tags


def _tag(records: ServiceRecords, resource: str, tags: Any) -> None:
    held = records.all("codedeploy-tags").setdefault(records.arn("codedeploy", resource), {})
    held.update({str(tag["Key"]): str(tag.get("Value", "")) for tag in tags or ()})


def tag_resource(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """TagResource."""
    _tag(records, str(given["ResourceArn"]).split(":", 5)[5], given.get("Tags"))
    return {}


def untag_resource(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UntagResource."""
    held = records.all("codedeploy-tags").get(str(given["ResourceArn"]), {})
    for key in given.get("TagKeys") or ():
        held.pop(key, None)
    return {}


def list_tags(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """ListTagsForResource."""
    held = records.all("codedeploy-tags").get(str(given.get("ResourceArn")), {})
    return {"Tags": [{"Key": key, "Value": value} for key, value in held.items()]}


EMULATED: Mapping[str, EmulatedOperation] = {
    "CreateApplication": create_application,
    "CreateDeploymentConfig": create_config,
    "CreateDeploymentGroup": create_group,
    "DeleteApplication": delete_application,
    "DeleteDeploymentConfig": delete_config,
    "DeleteDeploymentGroup": delete_group,
    "GetApplication": get_application,
    "GetDeploymentConfig": get_config,
    "GetDeploymentGroup": get_group,
    "ListApplications": list_applications,
    "ListTagsForResource": list_tags,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateDeploymentGroup": update_group,
}

_APPLICATION = arn_template("codedeploy", "application:{applicationName}")
_GROUP = arn_template("codedeploy", "deploymentgroup:{applicationName}/{deploymentGroupName}")
_CURRENT_GROUP = arn_template("codedeploy", "deploymentgroup:{applicationName}/{currentDeploymentGroupName}")
_CONFIG = arn_template("codedeploy", "deploymentconfig:{deploymentConfigName}")
_ROLE = pass_role("serviceRoleArn", "codedeploy.amazonaws.com")


@aws_behavior('Service Authorization Reference, "AWS CodeDeploy": GetDeployment on deploymentgroup')
def deployment_rights(request: ApiRequest) -> list[Right]:
    """A request that names a deployment is authorised on the group that it deploys to."""
    names = group_of_deployment.get(str(request.parameters.get("deploymentId")), ("*", "*"))
    arn = f"arn:{request.partition}:codedeploy:{request.region}:{request.account}:deploymentgroup:{'/'.join(names)}"
    return [Right(action=f"codedeploy:{request.operation}", resource=arn)]


OPERATIONS: Operations = {
    "CreateApplication": (
        *requires("codedeploy:CreateApplication", _APPLICATION, tags="tags"),
        RequiredAction(action="codedeploy:TagResource", resource=_APPLICATION, tags="tags", when="tags"),
    ),
    "CreateDeployment": requires("codedeploy:CreateDeployment", _GROUP),
    "CreateDeploymentConfig": requires("codedeploy:CreateDeploymentConfig", _CONFIG),
    "CreateDeploymentGroup": (
        *requires("codedeploy:CreateDeploymentGroup", _GROUP, tags="tags"),
        RequiredAction(action="codedeploy:TagResource", resource=_GROUP, tags="tags", when="tags"),
        _ROLE,
    ),
    "DeleteApplication": requires("codedeploy:DeleteApplication", _APPLICATION),
    "DeleteDeploymentConfig": requires("codedeploy:DeleteDeploymentConfig", _CONFIG),
    "DeleteDeploymentGroup": requires("codedeploy:DeleteDeploymentGroup", _GROUP),
    "GetApplication": requires("codedeploy:GetApplication", _APPLICATION),
    "GetDeployment": (deployment_rights,),
    "GetDeploymentConfig": requires("codedeploy:GetDeploymentConfig", _CONFIG),
    "GetDeploymentGroup": requires("codedeploy:GetDeploymentGroup", _GROUP),
    "ListApplications": requires("codedeploy:ListApplications"),
    "ListDeployments": requires("codedeploy:ListDeployments", _GROUP),
    "ListTagsForResource": requires("codedeploy:ListTagsForResource", "{ResourceArn}"),
    "PutLifecycleEventHookExecutionStatus": requires("codedeploy:PutLifecycleEventHookExecutionStatus"),
    "StopDeployment": requires("codedeploy:StopDeployment"),
    "TagResource": requires("codedeploy:TagResource", "{ResourceArn}", tags="Tags"),
    "UntagResource": requires("codedeploy:UntagResource", "{ResourceArn}", context_keys={"aws:TagKeys": "TagKeys"}),
    "UpdateDeploymentGroup": (*requires("codedeploy:UpdateDeploymentGroup", _CURRENT_GROUP), _ROLE),
}

SERVICE = AwsService(name="codedeploy", operations=OPERATIONS, emulated=EMULATED)
