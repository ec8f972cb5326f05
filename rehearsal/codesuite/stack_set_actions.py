"""The two StackSet actions: a set to its template, instances to their set (CodePipeline User Guide,
"AWS CloudFormation StackSets deployment action reference")."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from assumptions.entries.stack_set_actions_fail_within_tolerance import ASSUMPTION as WITHIN
from assumptions.outcomes import holds
from rehearsal.codesuite.actions import ActionContext, ActionFailed

# A template in the request itself (CloudFormation User Guide, "CloudFormation quotas"); CodePipeline takes larger ones
# from S3.
_TEMPLATE_BYTES = 51_200
_OPERATION_SECONDS = 3600.0
_CURRENT = "CURRENT"


@dataclass(frozen=True, kw_only=True)
class _Targets:
    """Where instances are: accounts (self-managed) or organizational units (service-managed), and Regions."""

    accounts: tuple[str, ...]
    units: tuple[str, ...]
    regions: tuple[str, ...]

    def pairs(self) -> list[tuple[str, str]]:
        return [(account, region) for region in self.regions for account in self.accounts]

    def arguments(self, pairs: Iterable[tuple[str, str]] | None = None) -> dict[str, Any]:
        """Arguments of an operation on these pairs of account and Region: all accounts in all Regions."""
        if self.units:
            return {"DeploymentTargets": {"OrganizationalUnitIds": list(self.units)}, "Regions": list(self.regions)}
        chosen = self.pairs() if pairs is None else list(pairs)
        accounts, regions = dict.fromkeys(a for a, _ in chosen), dict.fromkeys(r for _, r in chosen)
        return {"Accounts": list(accounts), "Regions": list(regions)}


def create_or_update(context: ActionContext) -> Mapping[str, str]:
    """Create the set, or update it and its instances. New instances come first and with the old version."""
    client, configuration = context.client("cloudformation"), context.configuration
    name, targets = configuration["StackSetName"], _targets(context)
    existing = _described(client, context)
    definition = _definition(context)
    if existing is None:
        set_id = client.create_stack_set(StackSetName=name, **definition, **_permission(context))["StackSetId"]
        operation = _create_missing(context, targets) if targets else ""
    else:
        set_id = existing["StackSetId"]
        if targets:
            _create_missing(context, targets)
        scope = targets.arguments() if targets else {}
        answer = client.update_stack_set(
            StackSetName=name, **definition, **_roles(context), **_preferences(context), **scope
        )
        operation = answer["OperationId"]
        _finish(context, operation)
    if targets:
        _require_current(context, targets)
    return {"StackSetId": set_id, "OperationId": operation}


def update_instances(context: ActionContext) -> Mapping[str, str]:
    """Create the instances that are missing and update those that are outdated."""
    client, targets = context.client("cloudformation"), _targets(context)
    existing = _described(client, context)
    if existing is None or targets is None:
        raise ActionFailed(f"stack set {context.configuration['StackSetName']} does not exist")
    overrides = _parameters(context, "ParameterOverrides")
    operation = _create_missing(context, targets, overrides)
    states = _states(context)
    outdated = [pair for pair in targets.pairs() if states.get(pair, _CURRENT) != _CURRENT or overrides]
    for region in dict.fromkeys(region for _, region in outdated):
        answer = client.update_stack_instances(
            StackSetName=context.configuration["StackSetName"],
            **targets.arguments(pair for pair in outdated if pair[1] == region),
            **({"ParameterOverrides": overrides} if overrides else {}),
            **_preferences(context),
        )
        operation = answer["OperationId"]
        _finish(context, operation)
    _require_current(context, targets)
    context.state.summary = f"{len(targets.pairs())} instances are current"
    return {"StackSetId": existing["StackSetId"], "OperationId": operation}


# ---- configuration


def _targets(context: ActionContext) -> _Targets | None:
    names, regions = _listed(context, "DeploymentTargets"), _listed(context, "Regions")
    if bool(names) != bool(regions):
        raise ActionFailed("DeploymentTargets and Regions must be given together")
    if not names:
        return None
    managed = context.configuration.get("PermissionModel") == "SERVICE_MANAGED" or names[0].startswith(("ou-", "r-"))
    return _Targets(
        accounts=() if managed else tuple(names), units=tuple(names) if managed else (), regions=tuple(regions)
    )


def _listed(context: ActionContext, key: str) -> list[str]:
    """A list written as `a,b` or as a JSON file of an artifact."""
    value = context.configuration.get(key, "")
    if "::" not in value:
        return [part.strip() for part in value.split(",") if part.strip()]
    parsed = _json(context.file(value), value)
    if not isinstance(parsed, list):
        raise ActionFailed(f"{key}: {value} is no JSON list")
    return [str(part) for part in parsed]


def _parameters(context: ActionContext, key: str) -> list[dict[str, Any]]:
    """Parameters written as `ParameterKey=a,ParameterValue=b …` or as a JSON file of an artifact."""
    value = context.configuration.get(key, "")
    if not value:
        return []
    if "::" in value:
        entries = _json(context.file(value), value)
    else:
        entries = [dict(_pair(part, key) for part in word.split(",")) for word in shlex.split(value)]
    allowed = {"ParameterKey", "ParameterValue", "UsePreviousValue"}
    for entry in entries if isinstance(entries, list) else [None]:
        if not isinstance(entry, dict) or "ParameterKey" not in entry or not set(entry) <= allowed:
            raise ActionFailed(f"{key}: {value}: allowed: a list of objects with ParameterKey and ParameterValue")
    return list(entries)


def _pair(part: str, key: str) -> tuple[str, str]:
    name, separator, value = part.partition("=")
    if not separator:
        raise ActionFailed(f"{key}: {part!r} is no Key=Value")
    return name, value


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ActionFailed(f"{where} is no JSON: {error}") from None


def _definition(context: ActionContext) -> dict[str, Any]:
    body = context.file(context.configuration["TemplatePath"])
    if len(body.encode()) > _TEMPLATE_BYTES:
        raise ActionFailed(f"the template has {len(body.encode())} bytes; at most {_TEMPLATE_BYTES} are sent here")
    description = context.configuration.get("Description")
    return {
        "TemplateBody": body,
        "Parameters": _parameters(context, "Parameters"),
        "Capabilities": _listed(context, "Capabilities"),
        **({"Description": description} if description else {}),
    }


def _permission(context: ActionContext) -> dict[str, Any]:
    model = context.configuration.get("PermissionModel", "SELF_MANAGED")
    deployment = context.configuration.get("OrganizationsAutoDeployment")
    if deployment is None or model == "SELF_MANAGED":
        return {"PermissionModel": model, **_roles(context)}
    automatic = {
        "Enabled": deployment != "Disabled",
        "RetainStacksOnAccountRemoval": deployment.endswith("StackRetention"),
    }
    return {"PermissionModel": model, "AutoDeployment": automatic, **_roles(context)}


def _roles(context: ActionContext) -> dict[str, str]:
    named = {
        "AdministrationRoleARN": context.configuration.get("AdministrationRoleArn"),
        "ExecutionRoleName": context.configuration.get("ExecutionRoleName"),
        "CallAs": context.configuration.get("CallAs"),
    }
    return {key: value for key, value in named.items() if value}


def _preferences(context: ActionContext) -> dict[str, Any]:
    configuration = context.configuration
    numbers = ("FailureTolerancePercentage", "MaxConcurrentPercentage")
    preferences: dict[str, Any] = {key: int(configuration[key]) for key in numbers if configuration.get(key)}
    texts = ("RegionConcurrencyType", "ConcurrencyMode")
    preferences |= {key: configuration[key] for key in texts if configuration.get(key)}
    return {"OperationPreferences": preferences} if preferences else {}


# ---- StackSets


def _described(client: Any, context: ActionContext) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = client.describe_stack_set(StackSetName=context.configuration["StackSetName"])
    except ClientError as error:
        if "NotFound" in error.response["Error"]["Code"]:
            return None
        raise
    described: Mapping[str, Any] = found["StackSet"]
    return None if described["Status"] == "DELETED" else described


def _states(context: ActionContext) -> dict[tuple[str, str], str]:
    """Account and Region -> status of the set's instances."""
    pages = context.client("cloudformation").get_paginator("list_stack_instances")
    answers = pages.paginate(StackSetName=context.configuration["StackSetName"])
    return {
        (instance["Account"], instance["Region"]): instance["Status"]
        for page in answers
        for instance in page["Summaries"]
    }


def _create_missing(context: ActionContext, targets: _Targets, overrides: Sequence[Mapping[str, Any]] = ()) -> str:
    """Create the instances that do not exist. Gives the last operation's id, empty where none was needed."""
    states, operation = _states(context), ""
    missing = [pair for pair in targets.pairs() if pair not in states]
    regions = targets.regions if targets.units else tuple(dict.fromkeys(region for _, region in missing))
    for region in regions:
        answer = context.client("cloudformation").create_stack_instances(
            StackSetName=context.configuration["StackSetName"],
            **targets.arguments(pair for pair in missing if pair[1] == region),
            **({"ParameterOverrides": list(overrides)} if overrides else {}),
            **_preferences(context),
        )
        operation = answer["OperationId"]
        _finish(context, operation)
    return operation


def _finish(context: ActionContext, operation: str) -> None:
    """Wait for an operation. Whether it fails with an instance that failed within the tolerance is an assumption."""
    client, name = context.client("cloudformation"), context.configuration["StackSetName"]
    context.state.external_id = operation
    deadline = time.monotonic() + (context.action.seconds or _OPERATION_SECONDS)
    while True:
        state = client.describe_stack_set_operation(StackSetName=name, OperationId=operation)["StackSetOperation"]
        if state["Status"] not in ("RUNNING", "QUEUED", "STOPPING"):
            break
        if time.monotonic() > deadline:
            raise ActionFailed(f"operation {operation} of {name} did not end in time")
        context.pause()
    results = client.list_stack_set_operation_results(StackSetName=name, OperationId=operation)["Summaries"]
    failed = [result for result in results if result["Status"] in ("FAILED", "CANCELLED")]
    count = (state.get("StatusDetails") or {}).get("FailedStackInstancesCount") or 0
    if state["Status"] != "SUCCEEDED" or (holds(WITHIN) and (count or failed)):
        reasons = [
            f"{result['Account']}/{result['Region']}: {result.get('StatusReason') or result['Status']}"
            for result in failed
        ]
        text = "; ".join([*reasons, state.get("StatusReason") or ""]).strip("; ")
        raise ActionFailed(
            f"operation {operation} of {name} {state['Status']}, {max(count, len(failed))} failed: {text}"
        )


def _require_current(context: ActionContext, targets: _Targets) -> None:
    if not holds(WITHIN):
        return
    states = _states(context)
    pairs = targets.pairs() or list(states)
    outdated = [f"{a}/{r} is {states.get((a, r), 'missing')}" for a, r in pairs if states.get((a, r)) != _CURRENT]
    if outdated:
        raise ActionFailed(f"{context.configuration['StackSetName']}: {'; '.join(outdated)}; allowed: {_CURRENT}")
