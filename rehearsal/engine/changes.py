"""What differs between a resource's old and new inputs. Pure."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.engine import schema
from rehearsal.engine.state import Resource
from rehearsal.services import resource_types

_STEPS = re.compile(r"[^.\[\]\"]+")


def changed_names(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Top-level properties that are not what they were."""
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def keep_ignored(new: Mapping[str, Any], old: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """New inputs with the old values at each `ignoreChanges` path (`tags.owner`, `rules[0].id`)."""
    kept: dict[str, Any] = copy.copy(dict(new))
    for path in paths:
        steps = _STEPS.findall(path)
        if steps:
            kept = _with(kept, steps, old)
    return kept


def named(new: Resource, old: Resource | None, name: str) -> dict[str, Any]:
    """Inputs with a physical name: the program's, the one it has already, or one of the engine's making."""
    if not name or name in new.inputs:
        return new.inputs
    if old is not None and name in old.inputs:
        return {**new.inputs, name: old.inputs[name]}
    start = str(new.inputs.get(f"{name}Prefix") or f"{new.name}-")
    suffix = hashlib.sha256(f"{new.urn}#{new.generation}".encode()).hexdigest()[:7]
    generated = f"{start}{suffix}"
    fit = resource_types()[new.type].generated_name
    return {**new.inputs, name: fit(generated, new.inputs) if fit else generated}


def tagged(inputs: Mapping[str, Any], type_: str, default: Mapping[str, str]) -> dict[str, Any]:
    """Inputs with `tagsAll`: the provider's default tags under the resource's own, where the type takes tags."""
    if "tagsAll" not in schema.outputs(type_):
        return dict(inputs)
    every = {**default, **(inputs.get("tags") or {})}
    return {**inputs, "tagsAll": every} if every else dict(inputs)


def _with(values: Any, steps: Sequence[str], old: Any) -> Any:
    first, *rest = steps
    if first == "*" and isinstance(values, Mapping):
        for key in {*values, *(old if isinstance(old, Mapping) else ())}:
            values = _with(values, [key, *rest], old)
        return values
    if isinstance(values, list) and first.isdigit():
        index, changed = int(first), list(values)
        if isinstance(old, list) and index < len(old) and index < len(values):
            changed[index] = _with(values[index], rest, old[index]) if rest else old[index]
        return changed
    if not isinstance(values, Mapping):
        return values
    result = dict(values)
    before = old.get(first) if isinstance(old, Mapping) else None
    if rest and first in result:
        result[first] = _with(result[first], rest, before)
    elif not rest and before is not None:
        result[first] = before
    elif not rest:
        result.pop(first, None)
    return result
