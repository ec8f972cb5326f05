"""How one Pulumi resource type is kept in AWS: the API calls that create, read, update and delete it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.service_model.sample import Sample
from rehearsal.service_model.tagging import TagOperations

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Values = Mapping[str, Any]
# Sends an operation of the type's service with parameters and gives AWS's answer.
Send = Callable[[str, Values], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One API operation, and what fills its parameters.

    - `properties`: the properties that the call carries; None for all that fit a member by spelling.
    - `members`: property path → member path where spelling does not tell; "-" where no member is needed.
    - `parameters`: member path → constant, or a text such as "{id}" filled from the resource. Required members that
      are left over are filled from the resource by spelling.
    - `unset`: the call made when the properties are taken away, or `condition` no longer holds.
    - `list_members`: property → the members that add to a list and remove from it.
    - `tolerated_errors`: error codes that mean it is already so.
    - `transform`: rewrites the properties where AWS's form differs by more than names.
    - `condition`: whether to call at all, by the resource's values.
    - `defaults`: property path → what the real provider sends where the program says nothing.
    """

    operation: str
    properties: tuple[str, ...] | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    unset: ApiCall | None = None
    list_members: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    tolerated_errors: tuple[str, ...] = ()
    transform: Callable[[Values, Values], Values] | None = None
    condition: Callable[[Values], bool] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReadCall(ApiCall):
    """A call that finds the resource.

    `path` is a JMESPath into the answer (filled like `parameters`); the resource is missing where it finds nothing.
    `outputs`: property → JMESPath below `path`, where spelling does not tell; with `only_outputs` nothing else is read.
    `deleted_when`: a JMESPath below `path` that is true of what AWS still shows but has deleted.
    """

    path: str = "@"
    outputs: Mapping[str, str] = field(default_factory=dict)
    deleted_when: str = ""
    only_outputs: bool = False


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """How one Pulumi type is kept in AWS. A changed property that no later call carries is a replacement.

    - `type`: Pulumi's type token. `service` is set by the `AwsService` that holds the type.
    - `id`: JMESPath into the creating call's answer, or a text with "{property}".
    - `name`: the property that the engine names when the program does not; `generated_name` fits such a name to AWS.
    - `after_create`: calls after the creating one, and again when what they carry changes; `update`: only then.
    - `outputs`: output → text with "{property}", JMESPath into the creating answer, or a function of the values.
    - `replace_on`: properties that an update call carries but cannot change.
    - `not_sent`: property → why no call carries it. `not_compared`: property → why AWS's answer may differ.
    - `read_after_create`: False where inputs, the creating answer and `outputs` are all outputs there are.
    - `before_delete` empties what AWS wants empty; with `not_empty_error` only after AWS refused the deletion with it.
    - `stays`: why a read still finds it after its deletion.
    - `sample`: valid inputs, from which `python -m rehearsal.lifecycle` and the tests make one.
    """

    type: str
    create: ApiCall
    read: ReadCall
    delete: tuple[ApiCall, ...]
    id: str
    sample: Sample
    service: str = ""
    after_create: tuple[ApiCall, ...] = ()
    update: tuple[ApiCall, ...] = ()
    more_reads: tuple[ReadCall, ...] = ()
    name: str = ""
    generated_name: Callable[[str, Values], str] | None = None
    outputs: Mapping[str, str | Callable[[Values], Any]] = field(default_factory=dict)
    replace_on: tuple[str, ...] = ()
    not_sent: Mapping[str, str] = field(default_factory=dict)
    not_compared: Mapping[str, str] = field(default_factory=dict)
    tag_resource_type: str = ""
    tagging: TagOperations | None = None
    read_after_create: bool = True
    before_delete: Callable[[Send, Values], None] | None = None
    not_empty_error: str = ""
    stays: str = ""


@dataclass(frozen=True, kw_only=True)
class FunctionInvocation:
    """A Pulumi type that calls a function instead of an API; the engine does it (`rehearsal/engine/invocation.py`)."""

    type: str
    sample: Sample


def filled(template: Any, values: Values) -> Any:
    """A constant with its "{property}" parts filled. A text that is one part alone keeps the value's type."""
    if isinstance(template, str):
        only = _PLACEHOLDER.fullmatch(template)
        if only:
            return values.get(only[1])
        return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], "")), template)
    if isinstance(template, Mapping):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, (list, tuple)):
        return [filled(value, values) for value in template]
    return template


def create_or_update(operation: str, **arguments: Any) -> dict[str, Any]:
    """`create` and `update` of a type whose one operation does both, such as PutBucketPolicy."""
    call = ApiCall(operation=operation, **arguments)
    return {"create": call, "update": (call,)}


def with_defaults(values: Values, defaults: Values) -> dict[str, Any]:
    """Properties with the provider's defaults; one inside a structure only where that structure is given."""
    result = dict(values)
    for path, default in defaults.items():
        first, _, rest = path.partition(".")
        inner = result.get(first)
        if not rest:
            result[first] = default if inner is None else inner
        elif isinstance(inner, list):
            result[first] = [
                with_defaults(item, {rest: default}) if isinstance(item, Mapping) else item for item in inner
            ]
        elif isinstance(inner, Mapping):
            result[first] = with_defaults(inner, {rest: default})
    return result
