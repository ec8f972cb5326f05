"""CodeDeploy's types: applications, deployment groups, configurations."""

from __future__ import annotations

from typing import Any

from rehearsal.cloudformation.resource_handler import (
    HandlerContext,
    Members,
    ResourceHandler,
    given,
    lower_first,
    tag_map,
)

_SERVICE = "codedeploy"
_GROUP = (
    "ApplicationName",
    "DeploymentGroupName",
    "DeploymentConfigName",
    "ServiceRoleArn",
    "AlarmConfiguration",
    "AutoRollbackConfiguration",
    "DeploymentStyle",
    "TriggerConfigurations",
)


def _tags(properties: Members) -> dict[str, Any]:
    return {"tags": list(properties["Tags"])} if properties.get("Tags") else {}


def _create_application(context: HandlerContext, properties: Members) -> Members:
    names = lower_first(given(properties, "ApplicationName", "ComputePlatform"))
    context.call(_SERVICE, "create_application", **names, **_tags(properties))
    return {}


def _retag(context: HandlerContext, before: Members, after: Members, resource: str) -> None:
    arn = f"arn:aws:codedeploy:{context.region}:{context.account}:{resource}"
    old, new = tag_map(before), tag_map(after)
    added = [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value]
    if added:
        context.call(_SERVICE, "tag_resource", ResourceArn=arn, Tags=added)
    removed = sorted(set(old) - set(new))
    if removed:
        context.call(_SERVICE, "untag_resource", ResourceArn=arn, TagKeys=removed)


def _update_application(context: HandlerContext, before: Members, after: Members) -> Members:
    _retag(context, before, after, f"application:{after['ApplicationName']}")
    return {}


def _delete_application(context: HandlerContext, properties: Members) -> None:
    context.call(_SERVICE, "get_application", applicationName=properties["ApplicationName"])
    context.call(_SERVICE, "delete_application", applicationName=properties["ApplicationName"])


def _group(context: HandlerContext, properties: Members) -> dict[str, Any]:
    unknown = sorted(set(properties) - set(_GROUP) - {"Tags"})
    if unknown:
        raise context.fail(f"property {', '.join(unknown)} is not rehearsed")
    return dict(lower_first(given(properties, *_GROUP)))


def _create_group(context: HandlerContext, properties: Members) -> Members:
    context.call(_SERVICE, "create_deployment_group", **_group(context, properties), **_tags(properties))
    return {}


def _update_group(context: HandlerContext, before: Members, after: Members) -> Members:
    arguments = _group(context, after)
    current = arguments.pop("deploymentGroupName")
    # What a template no longer says is switched off.
    cleared = {"alarmConfiguration": {"enabled": False, "alarms": []}, "autoRollbackConfiguration": {"enabled": False}}
    context.call(_SERVICE, "update_deployment_group", **{**cleared, **arguments}, currentDeploymentGroupName=current)
    _retag(context, before, after, f"deploymentgroup:{after['ApplicationName']}/{current}")
    return {}


def _delete_group(context: HandlerContext, properties: Members) -> None:
    names = lower_first(given(properties, "ApplicationName", "DeploymentGroupName"))
    context.call(_SERVICE, "get_deployment_group", **names)
    context.call(_SERVICE, "delete_deployment_group", **names)


def _create_config(context: HandlerContext, properties: Members) -> Members:
    context.call(_SERVICE, "create_deployment_config", **lower_first(dict(properties)))
    return {}


def _delete_config(context: HandlerContext, properties: Members) -> None:
    context.call(_SERVICE, "get_deployment_config", deploymentConfigName=properties["DeploymentConfigName"])
    context.call(_SERVICE, "delete_deployment_config", deploymentConfigName=properties["DeploymentConfigName"])


HANDLERS = (
    ResourceHandler(
        type_name="AWS::CodeDeploy::Application",
        create=_create_application,
        update=_update_application,
        delete=_delete_application,
        name="ApplicationName",
        name_limit=100,
        reference=lambda properties: str(properties["ApplicationName"]),
    ),
    ResourceHandler(
        type_name="AWS::CodeDeploy::DeploymentGroup",
        create=_create_group,
        update=_update_group,
        delete=_delete_group,
        name="DeploymentGroupName",
        name_limit=100,
        reference=lambda properties: str(properties["DeploymentGroupName"]),
    ),
    ResourceHandler(
        type_name="AWS::CodeDeploy::DeploymentConfig",
        create=_create_config,
        delete=_delete_config,
        name="DeploymentConfigName",
        name_limit=100,
        reference=lambda properties: str(properties["DeploymentConfigName"]),
    ),
)
