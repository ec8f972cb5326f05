"""What can be seen without a solver: that no statement speaks of something at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.access.graph import PolicyResource, Role
from policies.access.graph.asking import listed, statements

_BEGINNING = re.compile(r"[*?]|\$\{")


def may_touch(role: Role, guard: PolicyResource, service: str, *places: str) -> bool:
    """Whether any Allow around a role and a resource could speak of a place below it: False is certain, True is not.

    Spares the solver what no statement names: compares the texts before the first wildcard or variable, of actions
    with `service` (such as `s3:`) and of resources with `places` (beginnings of ARNs; none: the whole resource).
    """
    wanted = places or (guard.arn,)
    return any(_meet(text, whole, place) for text, whole in _resources(role, guard, service) for place in wanted)


def may_touch_beyond(role: Role, guard: PolicyResource, service: str, place: str) -> bool:
    """The same, of anything in the resource that does not begin with `place`."""
    found = _resources(role, guard, service)
    return any(_meet(text, whole, f"{guard.arn}/") and not text.startswith(place) for text, whole in found)


def _resources(role: Role, guard: PolicyResource, service: str) -> Iterator[tuple[str, bool]]:
    """What the resources of each Allow that could speak of the service begin with, and whether that is all of them."""
    for document in (*role.identity, guard.policy or {}):
        for statement in statements(document):
            if statement.get("Effect") == "Allow" and _speaks_of(statement, service):
                for pattern in listed(statement.get("Resource", "*")):
                    text = _BEGINNING.split(pattern, maxsplit=1)[0]
                    yield text, text == pattern


def _speaks_of(statement: Mapping[str, Any], service: str) -> bool:
    """Whether a statement's actions could be the service's, and its principal, where it has one, a role."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping) and set(principal) == {"Service"}:
        return False
    beginnings = [_BEGINNING.split(str(action).lower(), 1)[0] for action in listed(statement.get("Action", "*"))]
    return any(each.startswith(service) or service.startswith(each) for each in beginnings)


def _meet(text: str, whole: bool, place: str) -> bool:
    """Whether something begins with both, or is the text itself where that is a whole ARN."""
    return text.startswith(place) or (not whole and place.startswith(text))
