"""What a change set says of one resource's change: details, replacement, scope. Pure.

Sources: AWS CloudFormation API Reference, "ResourceChange", "ResourceChangeDetail", "ResourceTargetDefinition"; AWS
CloudFormation User Guide, "Example change sets for CloudFormation".
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.cloudformation.dependencies import references
from rehearsal.cloudformation.resource_types import StackResourceType
from rehearsal.service_model.aws_behavior import aws_behavior

# What a change set shows for a value that only the update will know.
KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"
# How much a change of a property weighs, by the page "ResourceChange".
_WEIGHT = {"Never": "False", "Conditionally": "Conditional"}


@dataclass(frozen=True, kw_only=True)
class PendingChanges:
    """What is known of the rest of the template: parameters with new values, resources that change or get a new id."""

    parameters: Collection[str]
    modified: Collection[str]
    renamed: Collection[str]


def unknown_until_applied(value: Any) -> Any:
    """The value, with each text that contains something unknown as a whole unknown."""
    if isinstance(value, dict):
        return {key: unknown_until_applied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unknown_until_applied(item) for item in value]
    return KNOWN_AFTER_APPLY if isinstance(value, str) and KNOWN_AFTER_APPLY in value else value


def property_details(
    resource_type: StackResourceType | None,
    templates: tuple[Mapping[str, Any], Mapping[str, Any]],
    values: tuple[Mapping[str, Any], Mapping[str, Any]],
    pending: PendingChanges,
) -> list[dict[str, Any]]:
    """Details of every property that changes: `templates` and `values` are those before and after."""
    found = []
    for name in sorted({*values[0], *values[1]}):
        before, after = values[0].get(name), values[1].get(name)
        old, new = templates[0].get(name), templates[1].get(name)
        causes = list(_causes(old, new, pending))
        if before == after and not any(cause["Evaluation"] == "Dynamic" for cause in causes):
            continue
        target = _target(resource_type, name, before, after)
        found += [{"Target": target, **cause} for cause in causes or [_direct("Static")]]
    return found


def _causes(old: Any, new: Any, pending: PendingChanges) -> Iterator[dict[str, Any]]:
    """Why a property changes: each parameter, resource or attribute that it refers to, else the template itself."""
    if old != new:
        yield _direct("Static")
    for reference in dict.fromkeys(references(new)):
        if reference.name in pending.parameters:
            yield {"Evaluation": "Static", "ChangeSource": "ParameterReference", "CausingEntity": reference.name}
            # A parameter's new value reaches the property as a direct change too, by the guide's example.
            yield _direct("Dynamic")
        elif reference.attribute and reference.name in pending.modified:
            entity = f"{reference.name}.{reference.attribute}"
            yield {"Evaluation": "Dynamic", "ChangeSource": "ResourceAttribute", "CausingEntity": entity}
        elif not reference.attribute and reference.name in pending.renamed:
            yield {"Evaluation": "Dynamic", "ChangeSource": "ResourceReference", "CausingEntity": reference.name}


def _direct(evaluation: str) -> dict[str, Any]:
    return {"Evaluation": evaluation, "ChangeSource": "DirectModification"}


def _target(resource_type: StackResourceType | None, name: str, before: Any, after: Any) -> dict[str, Any]:
    kind = "Add" if before is None else "Remove" if after is None else "Modify"
    shown = {"BeforeValue": _text(before), "AfterValue": _text(after), "AttributeChangeType": kind}
    values = {key: value for key, value in shown.items() if value is not None}
    if name == "Tags":
        return {"Attribute": "Tags", "RequiresRecreation": "Never", "Path": "/Properties/Tags", **values}
    recreation = _recreation(resource_type, name)
    path = f"/Properties/{name}"
    return {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation, "Path": path, **values}


def _recreation(resource_type: StackResourceType | None, name: str) -> str:
    if resource_type is None:
        return "Conditionally"  # a type of moto's own, of which no table here says what replaces it
    if resource_type.create_only is None:
        return "Always"
    return "Always" if name in resource_type.create_only else "Never"


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, sort_keys=True)


@aws_behavior('AWS CloudFormation API Reference, "ResourceChange": Replacement')
def replacement(details: list[dict[str, Any]]) -> str:
    """A static change of a create-only property replaces; one that only the update can evaluate may replace.

    The change with the most impact decides.
    """
    weights = set()
    for detail in details:
        recreation = detail["Target"]["RequiresRecreation"]
        always = "True" if detail["Evaluation"] == "Static" else "Conditional"
        weights.add(always if recreation == "Always" else _WEIGHT[recreation])
    return next((weight for weight in ("True", "Conditional") if weight in weights), "False")


def scope(details: list[dict[str, Any]]) -> list[str]:
    """Which attributes of the resource change."""
    return sorted({detail["Target"]["Attribute"] for detail in details})


def without_values(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change as it is answered where the caller asked for no property values."""
    shown = ("Attribute", "Name", "RequiresRecreation")
    resource = {key: value for key, value in change["ResourceChange"].items() if not key.endswith("Context")}
    if "Details" in resource:
        resource["Details"] = [
            {**detail, "Target": {key: detail["Target"][key] for key in shown if key in detail["Target"]}}
            for detail in resource["Details"]
        ]
    return {**change, "ResourceChange": resource}
