"""CloudFormation resource types whose handlers make several calls, each as code.

Which properties a type has, which of them replace it and which CloudFormation gives: the type's resource schema, as
cfn-lint carries it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Members = Mapping[str, Any]


class HandlerContext(Protocol):
    """What a handler acts with: the role of the stack, and what the stack says of the resource."""

    account: str
    region: str
    logical_id: str
    update_policy: Members
    rolling_back: bool

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """Call an API as the stack's role. Raises ResourceFailed."""

    def wait(self, seconds: float) -> None:
        """Wait for so many of AWS's seconds."""

    def fail(self, reason: str) -> Exception:
        """What to raise where the resource cannot be made."""


@dataclass(frozen=True, kw_only=True)
class ResourceHandler:
    """How one type is made, changed and removed.

    - `create` makes the resource and gives its read-only properties; `update` is given the properties before and
      after, with the read-only ones; None where every change replaces.
    - `name`: the property that CloudFormation names where the template does not; `name_limit` its longest name.
    - `reference`: the value of Ref, from all properties.
    - `required`: properties that creation needs beside those that the schema requires.
    """

    type_name: str
    create: Callable[[HandlerContext, Members], Members]
    delete: Callable[[HandlerContext, Members], None]
    reference: Callable[[Members], str]
    update: Callable[[HandlerContext, Members, Members], Members] | None = None
    name: str | None = None
    name_limit: int = 64
    more_attributes: Mapping[str, Callable[[Members], Any]] = field(default_factory=dict)


def changed(before: Members, after: Members, *names: str) -> bool:
    """Whether any of the properties differs."""
    return any(before.get(name) != after.get(name) for name in names)


def tag_map(properties: Members) -> dict[str, str]:
    """A type's tags as most APIs take them."""
    return {str(tag["Key"]): str(tag["Value"]) for tag in properties.get("Tags") or ()}


def lower_first(value: Any) -> Any:
    """A structure with the member names of APIs that begin in lower case."""
    if isinstance(value, Mapping):
        return {name[:1].lower() + name[1:]: lower_first(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [lower_first(each) for each in value]
    return value


def given(properties: Members, *names: str) -> dict[str, Any]:
    """The properties that are set."""
    return {name: properties[name] for name in names if properties.get(name) is not None}


def boolean(value: Any) -> bool:
    """A template's Boolean, which may be a text."""
    return value is True or str(value).lower() == "true"
