"""What of any program's exports nobody reads: types, properties that look like grants, values that are not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.access.graph.closed_world import changed_grants, looks_like_grant, values
from policies.access.graph.closed_world_types import NO_ACCESS, NO_GRANT, READ
from policies.access.inventory.exported import ExportedStack
from policies.access.inventory.types import NO_ACCESS_ELSEWHERE, NO_GRANT_ELSEWHERE, READ_ELSEWHERE, VALUES
from policies.access.inventory.unread import Unreadable
from policies.pack.model import StackResource

# The stack itself is what its outputs say, and those are said of resources that are read.
_OF_PULUMI = ("pulumi:pulumi:Stack",)


def add_unread_types(stacks: Sequence[ExportedStack], unread: Unreadable) -> None:
    """Collect each resource of a type that nobody reads, and each property that looks like a grant and is not read."""
    known = {one.stack for one in stacks}
    for stack in stacks:
        for name in stack.references():
            if name not in known:
                unread.add(stack.name, f"it reads outputs of the stack {name}, of which no export is here: give it too")
        for resource in stack.resources:
            if resource.custom and resource.type not in _OF_PULUMI and not resource.type.startswith(VALUES):
                _of_resource(resource, unread)


def _of_resource(resource: StackResource, unread: Unreadable) -> None:
    token = resource.type
    read = (*READ.get(token, ()), *READ_ELSEWHERE.get(token, ()))
    if token not in READ and token not in READ_ELSEWHERE and token not in {**NO_ACCESS, **NO_ACCESS_ELSEWHERE}:
        unread.add(resource.urn, f"resources of {token} are not read here{_advice(token)}")
        return
    harmless: Mapping[str, str] = {**NO_GRANT.get(token, {}), **NO_GRANT_ELSEWHERE.get(token, {})}
    found = {path for path, value in values("", resource.props) if looks_like_grant(path, value)}
    for path in sorted(found.difference(read)):
        if not any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in harmless):
            unread.add(resource.urn, f"{path} of {token} looks like a grant and is not read here")
    for path in changed_grants(resource, read):
        unread.add(
            resource.urn, f"AWS has another {path} than the program gave: bring the stack up, and export it again"
        )


def _advice(token: str) -> str:
    """What to do about a type that is not AWS's classic provider's."""
    if token.startswith("aws-native:"):
        return ": only the package aws is read, not aws-native"
    package = token.removeprefix("pulumi:providers:").partition(":")[0]
    if package != "aws":
        return f": what the package {package} gives access to is not known"
    return ""
