"""The closed world: of each resource, what is read for access, what gives nobody any, and what nobody has looked at.

Proofs hold for what they read. So every type that a stack may hold is in a table here: its policies are read, or it
gives nobody access, for a reason. Of every property, of every type, what looks like a grant (a policy document, or a
name such as principal, grant or acl) is read or said to be none. Anything else is refused by `review`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policies.access.graph.closed_world_types import NO_ACCESS, NO_GRANT, READ
from policies.pack.captured import CapturedStack
from policies.pack.model import StackResource, Unknown

# Words in names of properties that say who may do what.
_GRANT = re.compile(
    r"polic|principal|grant|acl|permission|trust|share|sharing|allowed|member|invoker|authori[sz]|accounts?$|replicat",
    re.IGNORECASE,
)
# Properties that say what a policy, an attachment or a permission is for.
_POINTING = re.compile(
    r"action|arn|bucket|function|groups?|key|keyId|queueUrl|repository|roles?|roleArn|secretArn|sourceArn|users?"
)
# A stack's tags and those of its provider are read as tags.
_TAGS = ("tags", "tagsAll", "defaultTags")
_NOTHING: tuple[object, ...] = (None, False, "", [], {}, ())


@dataclass(frozen=True, kw_only=True)
class UnreadProperty:
    """Something that may give access and that nobody reads: a whole resource where `path` is empty.

    `changed`: the cloud has another value than the program gave, and only the program's is read.
    """

    stack: str
    type: str
    urn: str
    path: str = ""
    changed: bool = False

    def __str__(self) -> str:
        if self.changed:
            return (
                f"{self.urn}: AWS has another {self.path} of {self.type} than the program gave it: see who changed it, "
                "bring the stack up, and write the file again"
            )
        what = (
            f"{self.path} looks like a grant, and nobody reads it of {self.type}"
            if self.path
            else f"nobody has looked at what {self.type} gives access to"
        )
        return f"{self.urn}: {what}: add it to policies/access/graph/closed_world_types.py once it is read"


def unread_properties(stacks: Iterable[CapturedStack]) -> list[UnreadProperty]:
    """Whatever of the stacks is not read and not known to give nobody access, in the order of the stacks."""
    return [found for stack in stacks for resource in stack.with_outputs for found in _unread(stack.stack, resource)]


def _unread(stack: str, resource: StackResource) -> Iterator[UnreadProperty]:
    if not resource.custom:
        return
    token = resource.type
    if token not in READ and token not in NO_ACCESS:
        yield UnreadProperty(stack=stack, type=token, urn=resource.urn)
        return
    read, harmless = READ.get(token, ()), tuple(NO_GRANT.get(token, ()))
    found = {path for path, value in values("", resource.props) if looks_like_grant(path, value)}
    for path in sorted(found.difference(read)):
        if any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in harmless):
            continue
        yield UnreadProperty(stack=stack, type=token, urn=resource.urn, path=path)
    for path in changed_grants(resource, read):
        yield UnreadProperty(stack=stack, type=token, urn=resource.urn, path=path, changed=True)


def changed_grants(resource: StackResource, read: Iterable[str]) -> list[str]:
    """Properties that give access, or say to what or to whom, and that the cloud has another value of."""
    grants = {path.split(".")[0].split("[")[0] for path in read}
    return sorted(
        name for name in resource.changed if name in grants or _POINTING.fullmatch(name) or _GRANT.search(name)
    )


def values(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Every value of a resource with its path; items of a list are one path, which ends in `[]`. A policy document is
    one value."""
    if path.partition(".")[0] in _TAGS:
        return
    yield path, value
    if isinstance(value, Mapping) and "Statement" in value:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from values(f"{path}.{key}" if path else str(key), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from values(f"{path}[]", inner)


def looks_like_grant(path: str, value: object) -> bool:
    if not path or value in _NOTHING:
        return False
    if isinstance(value, Mapping):
        # Its members are looked at themselves.
        return "Statement" in value
    if isinstance(value, list | tuple):
        return False
    return bool(_GRANT.search(path.rpartition(".")[2])) or _is_policy(value)


def _is_policy(value: object) -> bool:
    if isinstance(value, Unknown) or not isinstance(value, str) or "Statement" not in value:
        return False
    try:
        content = json.loads(value)
    except (ValueError, RecursionError):
        return True
    return isinstance(content, Mapping) and "Statement" in content
