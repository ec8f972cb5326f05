"""Which resources an update of a stack would add, modify or remove, and how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.parsing import ResourceMap

from rehearsal.cloudformation.change_set_details import (
    KNOWN_AFTER_APPLY,
    PendingChanges,
    property_details,
    replacement,
    scope,
    unknown_until_applied,
)
from rehearsal.cloudformation.dependencies import in_dependency_order
from rehearsal.cloudformation.resource_types import RESOURCE_TYPES
from rehearsal.cloudformation.resources import CloudFormationResource
from rehearsal.cloudformation.stack_operation import no_value_leaves_its_place


class _Unmade:
    """A resource that the update will make: nothing of it is known yet."""

    physical_resource_id = KNOWN_AFTER_APPLY

    def get_cfn_attribute(self, _name: str) -> str:
        return KNOWN_AFTER_APPLY


class _Update:
    """One update that is thought through, resource by resource, each after those that it refers to."""

    def __init__(self, stack: Any, template: Mapping[str, Any], after: ResourceMap) -> None:
        self._old: Mapping[str, Any] = stack.resource_map._resource_json_map
        self._new: Mapping[str, Any] = template["Resources"]
        self._made = {
            name: resource
            for name, resource in stack.resource_map._parsed_resources.items()
            if name in self._old and resource is not None
        }
        self._own = _properties_of(stack)
        self._after = after
        before = stack.resource_map.resolved_parameters
        now = after.resolved_parameters
        self._parameters = {name for name in {*before, *now} if before.get(name) != now.get(name)}
        self._modified: set[str] = set()
        self._renamed: set[str] = set()

    def changes(self) -> list[dict[str, Any]]:
        order = [name for name in in_dependency_order(self._new) if self._wanted(name)]
        found = [change for name in order if (change := self._of(name)) is not None]
        gone = [name for name in self._made if name not in self._new or not self._wanted(name)]
        found += [self._removal(name) for name in gone]
        return [{"Type": "Resource", "ResourceChange": change} for change in found]

    def _wanted(self, name: str) -> bool:
        condition = self._new[name].get("Condition")
        return not condition or bool(self._after.lazy_condition_map[condition])

    def _of(self, name: str) -> dict[str, Any] | None:
        """What happens to a resource of the new template; None where nothing does."""
        declared = self._new[name]
        given = parsing.clean_json(declared.get("Properties", {}), self._after)
        properties = unknown_until_applied(no_value_leaves_its_place(given))
        kind, standing = declared["Type"], self._made.get(name)
        if standing is None or self._old[name]["Type"] != kind:
            self._forget(name)
            context = {"AfterContext": _context(properties)}
            return {"Action": "Add", "LogicalResourceId": name, "ResourceType": kind, **context}
        before = self._own[name]
        after = standing.with_name(properties) if isinstance(standing, CloudFormationResource) else properties
        pending = PendingChanges(parameters=self._parameters, modified=self._modified, renamed=self._renamed)
        templates = (self._old[name].get("Properties", {}), declared.get("Properties", {}))
        details = property_details(RESOURCE_TYPES.get(kind), templates, (before, after), pending)
        if not details:
            self._after._parsed_resources[name] = standing
            return None
        verdict = replacement(details)
        self._modified.add(name)
        if verdict == "False":
            self._after._parsed_resources[name] = standing
        else:
            self._forget(name)
        policy = {"PolicyAction": "ReplaceAndDelete"} if verdict != "False" else {}
        return {
            "Action": "Modify",
            "LogicalResourceId": name,
            "PhysicalResourceId": standing.physical_resource_id,
            "ResourceType": kind,
            "Replacement": verdict,
            "Scope": scope(details),
            "Details": details,
            "BeforeContext": _context(before),
            "AfterContext": _context(after if verdict == "False" else properties),
            **policy,
        }

    def _forget(self, name: str) -> None:
        self._renamed.add(name)
        self._modified.add(name)
        self._after._parsed_resources[name] = _Unmade()

    def _removal(self, name: str) -> dict[str, Any]:
        retained = self._old[name].get("DeletionPolicy") == "Retain"
        return {
            "Action": "Remove",
            "LogicalResourceId": name,
            "PhysicalResourceId": self._made[name].physical_resource_id,
            "ResourceType": self._old[name]["Type"],
            "PolicyAction": "Retain" if retained else "Delete",
            "BeforeContext": _context(self._own[name]),
        }


def changes_of(stack: Any, template: Mapping[str, Any], after: ResourceMap) -> list[dict[str, Any]]:
    """Every change that updating the stack to the template would make; `after` has its parameters and conditions."""
    return _Update(stack, template, after).changes()


def _properties_of(stack: Any) -> dict[str, Mapping[str, Any]]:
    """The properties that each resource of a stack was last given."""
    resource_map = stack.resource_map
    by_moto = getattr(resource_map.__dict__.get("operation"), "properties", {})
    return {
        name: resource.properties if isinstance(resource, CloudFormationResource) else by_moto.get(name, {})
        for name, resource in resource_map._parsed_resources.items()
        if name in resource_map._resource_json_map and resource is not None
    }


def _context(properties: Mapping[str, Any]) -> str:
    """The text that DescribeChangeSet gives of a resource before or after."""
    return json.dumps({"Properties": properties}, sort_keys=True)
