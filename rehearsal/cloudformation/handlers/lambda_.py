"""Lambda's types: functions, versions, aliases that CodeDeploy shifts, permissions, asynchronous invocations."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from assumptions.entries.aliases_go_back_at_once import ASSUMPTION as AT_ONCE
from assumptions.outcomes import holds
from rehearsal.cloudformation.resource_handler import (
    HandlerContext,
    Members,
    ResourceHandler,
    changed,
    given,
    tag_map,
)
from rehearsal.service_model.aws_behavior import aws_behavior

_CONFIGURATION = (
    "Role",
    "Handler",
    "Description",
    "Timeout",
    "MemorySize",
    "VpcConfig",
    "Environment",
    "Runtime",
    "DeadLetterConfig",
    "TracingConfig",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "EphemeralStorage",
    "LoggingConfig",
)
_CODE = ("S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri", "SourceKMSKeyArn")
_UPDATED = ("Code", "Architectures", "ReservedConcurrentExecutions", "KmsKeyArn", "Tags", *_CONFIGURATION)


def _configuration(properties: Members) -> dict[str, Any]:
    found = given(properties, *_CONFIGURATION)
    if "KmsKeyArn" in properties:
        found["KMSKeyArn"] = properties["KmsKeyArn"]
    return found


def _code(context: HandlerContext, properties: Members) -> dict[str, Any]:
    code = properties["Code"]
    if "ZipFile" not in code:
        return {name: code[name] for name in _CODE if name in code}
    return {"ZipFile": inline_archive(context, str(properties.get("Handler", "")), str(code["ZipFile"]))}


@aws_behavior(
    'AWS CloudFormation Template Reference, "AWS::Lambda::Function Code": ZipFile is source text of at most 4 MB, '
    "put into a file named index",
)
def inline_archive(context: HandlerContext, handler: str, text: str) -> bytes:
    """Source text in a template becomes the file `index`, so that the handler must be in that module."""
    import io
    import zipfile

    if not handler.startswith("index."):
        raise context.fail(f"inline code is the module index: the handler is {handler}, not index.<function>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), text)
    return buffer.getvalue()


def _create_function(context: HandlerContext, properties: Members) -> Members:
    _require_known(context, properties)
    arguments = {
        **_configuration(properties),
        **given(properties, "PackageType", "Architectures", "CodeSigningConfigArn"),
    }
    tags = {"Tags": tag_map(properties)} if properties.get("Tags") else {}
    name = properties["FunctionName"]
    made = context.call(
        "lambda", "create_function", FunctionName=name, Code=_code(context, properties), **arguments, **tags
    )
    if "ReservedConcurrentExecutions" in properties:
        reserved = properties["ReservedConcurrentExecutions"]
        context.call("lambda", "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=reserved)
    context.call("lambda", "get_function", FunctionName=name)
    return {"Arn": made["FunctionArn"]}


def _require_known(context: HandlerContext, properties: Members) -> None:
    known = {"FunctionName", "PackageType", "CodeSigningConfigArn", *_UPDATED}
    unknown = sorted(set(properties) - known - {"Arn"})
    if unknown:
        raise context.fail(f"property {', '.join(unknown)} is not rehearsed")


def _update_function(context: HandlerContext, before: Members, after: Members) -> Members:
    _require_known(context, after)
    name = after["FunctionName"]
    if changed(before, after, "Code", "Architectures"):
        more = given(after, "Architectures")
        context.call("lambda", "update_function_code", FunctionName=name, **_code(context, after), **more)
    if changed(before, after, "KmsKeyArn", *_CONFIGURATION):
        # What a template no longer says goes back to its default.
        cleared = {key: _CLEARED[key] for key in _CLEARED if key in before and key not in after}
        context.call(
            "lambda", "update_function_configuration", FunctionName=name, **{**cleared, **_configuration(after)}
        )
    if changed(before, after, "ReservedConcurrentExecutions"):
        reserved = after.get("ReservedConcurrentExecutions")
        if reserved is None:
            context.call("lambda", "delete_function_concurrency", FunctionName=name)
        else:
            context.call("lambda", "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=reserved)
    _retag(context, before, after)
    return {}


_CLEARED: Members = {
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "Environment": {"Variables": {}},
    "Layers": [],
    "DeadLetterConfig": {},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "TracingConfig": {"Mode": "PassThrough"},
}


def _retag(context: HandlerContext, before: Members, after: Members) -> None:
    old, new, arn = tag_map(before), tag_map(after), after["Arn"]
    added = {key: value for key, value in new.items() if old.get(key) != value}
    if added:
        context.call("lambda", "tag_resource", Resource=arn, Tags=added)
    removed = sorted(set(old) - set(new))
    if removed:
        context.call("lambda", "untag_resource", Resource=arn, TagKeys=removed)


def _delete_function(context: HandlerContext, properties: Members) -> None:
    context.call("lambda", "delete_function", FunctionName=properties["FunctionName"])


FUNCTION = ResourceHandler(
    type_name="AWS::Lambda::Function",
    create=_create_function,
    update=_update_function,
    delete=_delete_function,
    name="FunctionName",
    reference=lambda properties: str(properties["FunctionName"]),
)


# ---- versions


def _create_version(context: HandlerContext, properties: Members) -> Members:
    unknown = sorted(set(properties) - {"FunctionName", "Description", "CodeSha256"})
    if unknown:
        raise context.fail(f"property {', '.join(unknown)} is not rehearsed")
    before = context.call("lambda", "list_versions_by_function", FunctionName=properties["FunctionName"])["Versions"]
    made = context.call("lambda", "publish_version", **properties)
    require_new_version(context, made, [each["Version"] for each in before])
    return {"Version": made["Version"], "FunctionArn": made["FunctionArn"]}


@aws_behavior(
    'AWS CloudFormation Template Reference, "AWS::Lambda::Version": a version is published once for each state of '
    "a function",
    "aws-cloudformation/cloudformation-coverage-roadmap, issue 1225",
)
def require_new_version(context: HandlerContext, made: Members, before: list[str]) -> None:
    """A version resource fails where the function has not changed since its last version: it is there already."""
    if made["Version"] in before:
        raise context.fail(
            f"A version for this Lambda function exists ( {made['Version']} ). Modify the function to create a "
            f"new version."
        )


def _delete_version(context: HandlerContext, properties: Members) -> None:
    context.call("lambda", "delete_function", FunctionName=properties["FunctionName"], Qualifier=properties["Version"])


VERSION = ResourceHandler(
    type_name="AWS::Lambda::Version",
    create=_create_version,
    delete=_delete_version,
    reference=lambda properties: str(properties["FunctionArn"]),
)


# ---- aliases


def _create_alias(context: HandlerContext, properties: Members) -> Members:
    made = context.call("lambda", "create_alias", **_alias(context, properties))
    return {"AliasArn": made["AliasArn"]}


def _alias(context: HandlerContext, properties: Members) -> dict[str, Any]:
    if "ProvisionedConcurrencyConfig" in properties:
        raise context.fail("ProvisionedConcurrencyConfig is not rehearsed")
    found = given(properties, "FunctionName", "FunctionVersion", "Name", "Description")
    weights = (properties.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or ()
    if weights:
        shares = {str(each["FunctionVersion"]): float(each["FunctionWeight"]) for each in weights}
        found["RoutingConfig"] = {"AdditionalVersionWeights": shares}
    return found


def _update_alias(context: HandlerContext, before: Members, after: Members) -> Members:
    policy = (context.update_policy or {}).get("CodeDeployLambdaAliasUpdate")
    at_once = context.rolling_back and holds(AT_ONCE)
    shifted = bool(policy) and changed(before, after, "FunctionVersion") and not at_once
    if shifted and policy:
        _deploy(context, after, policy)
    if not shifted or changed(before, after, "Description"):
        context.call("lambda", "update_alias", **_alias(context, after), **_no_weights(after, shifted=shifted))
    return {}


def _no_weights(after: Members, *, shifted: bool) -> dict[str, Any]:
    return {} if shifted or after.get("RoutingConfig") else {"RoutingConfig": {"AdditionalVersionWeights": {}}}


@aws_behavior(
    'AWS CloudFormation Template Reference, "UpdatePolicy attribute": CodeDeployLambdaAliasUpdate runs when the '
    "alias's version changes",
    'AWS CloudFormation User Guide, "Stack update fails" of CodeDeploy deployments: the update waits for the '
    "deployment",
)
def _deploy(context: HandlerContext, after: Members, policy: Members) -> None:
    """A changed version of an alias is brought by a CodeDeploy deployment; the stack waits for it and fails with it."""
    group = {
        "applicationName": policy["ApplicationName"],
        "deploymentGroupName": policy["DeploymentGroupName"],
    }
    context.call("codedeploy", "get_deployment_group", **group)
    current = context.call("lambda", "get_alias", FunctionName=after["FunctionName"], Name=after["Name"])
    if context.rolling_back and current["FunctionVersion"] == after["FunctionVersion"]:
        return  # CodeDeploy has gone back by itself
    content = json.dumps(app_spec(after, str(current["FunctionVersion"]), policy))
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
    made = context.call("codedeploy", "create_deployment", **group, revision=revision)
    while True:
        found = context.call("codedeploy", "get_deployment", deploymentId=made["deploymentId"])["deploymentInfo"]
        if found["status"] == "Succeeded":
            return
        if found["status"] in ("Failed", "Stopped"):
            why = (found.get("errorInformation") or {}).get("message", found["status"])
            raise context.fail(f"CodeDeploy deployment {made['deploymentId']} {found['status'].lower()}: {why}")
        context.wait(5)


def app_spec(alias: Members, current: str, policy: Members) -> dict[str, Any]:
    """The application specification of a deployment that shifts an alias."""
    properties = {
        "Name": str(alias["FunctionName"]).rpartition("function:")[2],
        "Alias": alias["Name"],
        "CurrentVersion": current,
        "TargetVersion": str(alias["FunctionVersion"]),
    }
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    hooks = [
        {event: policy[f"{event}Hook"]}
        for event in ("BeforeAllowTraffic", "AfterAllowTraffic")
        if policy.get(f"{event}Hook")
    ]
    return {"version": 0.0, "Resources": [{"alias": resource}], "Hooks": hooks}


def _delete_alias(context: HandlerContext, properties: Members) -> None:
    context.call("lambda", "delete_alias", FunctionName=properties["FunctionName"], Name=properties["Name"])


ALIAS = ResourceHandler(
    type_name="AWS::Lambda::Alias",
    create=_create_alias,
    update=_update_alias,
    delete=_delete_alias,
    reference=lambda properties: str(properties["AliasArn"]),
)


# ---- permissions and asynchronous invocations


def _split(name: str) -> dict[str, str]:
    """FunctionName and Qualifier of a name or ARN that may have one."""
    before, marker, rest = name.rpartition("function:")
    plain, _, qualifier = rest.partition(":")
    return {"FunctionName": f"{before}{marker}{plain}", **({"Qualifier": qualifier} if qualifier else {})}


def _create_permission(context: HandlerContext, properties: Members) -> Members:
    given_ = {name: value for name, value in properties.items() if name != "FunctionName"}
    drawn = hashlib.sha256(json.dumps([context.logical_id, properties], sort_keys=True, default=str).encode())
    statement = f"{context.logical_id[:80]}-{drawn.hexdigest()[:12]}"
    context.call("lambda", "add_permission", StatementId=statement, **_split(str(properties["FunctionName"])), **given_)
    return {"Id": statement}


def _delete_permission(context: HandlerContext, properties: Members) -> None:
    named = _split(str(properties["FunctionName"]))
    context.call("lambda", "remove_permission", StatementId=properties["Id"], **named)


PERMISSION = ResourceHandler(
    type_name="AWS::Lambda::Permission",
    create=_create_permission,
    delete=_delete_permission,
    reference=lambda properties: str(properties["Id"]),
)


def _put_event_invoke(context: HandlerContext, properties: Members) -> Members:
    context.call("lambda", "put_function_event_invoke_config", **properties)
    return {}


EVENT_INVOKE_CONFIG = ResourceHandler(
    type_name="AWS::Lambda::EventInvokeConfig",
    create=_put_event_invoke,
    update=lambda context, _, after: _put_event_invoke(context, after),
    delete=lambda context, properties: _ignored(
        context.call("lambda", "delete_function_event_invoke_config", **given(properties, "FunctionName", "Qualifier"))
    ),
    reference=lambda properties: f"{properties['FunctionName']}|{properties['Qualifier']}",
)


def _ignored(_: object) -> None:
    return None


HANDLERS = (FUNCTION, VERSION, ALIAS, PERMISSION, EVENT_INVOKE_CONFIG)
