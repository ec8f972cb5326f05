"""Whether a change is made in place or by a replacement, as a resource's type says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.engine.calls import carries
from rehearsal.service_model.resource_type import ApiCall, ResourceType
from rehearsal.services import invocations, resource_types


def step(type_: str, inputs: Mapping[str, Any], changed: Iterable[str]) -> str:
    """`update` or `replace`, for a resource with these inputs and the names of the properties that changed."""
    if type_ in invocations():
        # Only the input of a whole-life call can change in place.
        return "update" if whole_life(inputs) and set(changed) <= {"input", "triggers"} else "replace"
    resource_type = resource_types()[type_]
    for name in changed:
        if name == "region" or name in resource_type.replace_on:
            return "replace"
        if name in resource_type.not_sent or name in ("tags", "tagsAll"):
            continue
        if not updaters(resource_type, name):
            return "replace"
    return "update"


def updaters(resource_type: ResourceType, name: str) -> list[ApiCall]:
    """The calls that carry a changed property to AWS."""
    return [call for call in (*resource_type.after_create, *resource_type.update) if carries(resource_type, call, name)]


def whole_life(inputs: Mapping[str, Any]) -> bool:
    """Whether a function is called when the resource is made, changed and removed, not only when it is made."""
    return inputs.get("lifecycleScope") == "CRUD"
