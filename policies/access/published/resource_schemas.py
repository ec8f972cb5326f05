"""CloudFormation's resource schemas, as cfn-lint carries them: the IAM actions that a type's handlers call.

Source: AWS CloudFormation Command Line Interface User Guide, "Resource type schema": `handlers.<handler>.permissions`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from policies.access.package_data import data_file

# `list` is asked for by nobody who makes, changes or removes a resource.
HANDLERS = ("create", "read", "update", "delete")
# The Region whose index names every type.
_INDEX = "data/schemas/providers/us-east-1.json"
# Prefixes that schemas use and IAM does not.
_PREFIXES = {"efs": "elasticfilesystem"}


class UnknownType(KeyError):
    """A type that CloudFormation does not have."""


@cache
def handler_permissions(type_name: str) -> Mapping[str, tuple[str, ...]]:
    """Handler -> IAM actions, in the schema's order; empty where the schema of a type names none.

    Raises UnknownType for a type without a schema.
    """
    handlers: Mapping[str, Any] = _schema(type_name).get("handlers", {})
    return {name: tuple(map(_action, handlers.get(name, {}).get("permissions", ()))) for name in HANDLERS}


def create_only(type_name: str) -> tuple[str, ...]:
    """The properties at the top of a type that CloudFormation replaces a resource for. Raises UnknownType.

    Source: AWS CloudFormation Command Line Interface User Guide, "Resource type schema": `createOnlyProperties`.
    """
    paths: Sequence[str] = _schema(type_name).get("createOnlyProperties", ())
    return tuple(path.removeprefix("/properties/") for path in paths if path.count("/") == 2)


@cache
def property_names(type_name: str) -> frozenset[str]:
    """The properties of a type, those that CloudFormation gives among them. Raises UnknownType."""
    return frozenset(_schema(type_name)["properties"])


@cache
def read_only(type_name: str) -> frozenset[str]:
    """The properties at the top of a type that CloudFormation gives, and a template may not. Raises UnknownType."""
    paths: Sequence[str] = _schema(type_name).get("readOnlyProperties", ())
    return frozenset(path.removeprefix("/properties/") for path in paths if path.count("/") == 2)


@cache
def required(type_name: str) -> frozenset[str]:
    """The properties that a template must give. Raises UnknownType."""
    return frozenset(_schema(type_name).get("required", ()))


def _schema(type_name: str) -> Mapping[str, Any]:
    file = _index().get(type_name)
    if file is None:
        raise UnknownType(f"CloudFormation has no type {type_name}")
    schema: Mapping[str, Any] = json.loads(data_file("cfnlint", f"data/schemas/resources/{file}.json").read_text())
    return schema


@cache
def _index() -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads(data_file("cfnlint", _INDEX).read_text())
    return found


def _action(permission: str) -> str:
    prefix, _, name = permission.partition(":")
    return f"{_PREFIXES.get(prefix, prefix)}:{name}"
