"""What mutations are made of: the accounts, projects, principals, actions and resources of captured stacks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.session import Session

from tests.policies.access.mutations.mutation import Record, Statement

FOREIGN = "999999999999"
# The name of a user whose account gives it nothing.
BARE = "without-policies"
# IAM's prefix of each service in use -> botocore's name of it, where they differ.
_MODELS = {"events": "events", "logs": "logs", "states": "stepfunctions", "elasticloadbalancing": "elbv2"}
_ACCOUNT = re.compile(r"(?<![0-9a-z-])\d{12}(?![0-9a-z])")


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """`actions` are the concrete ones that any policy names; `statements` every one with the path of its policy."""

    accounts: tuple[str, ...]
    projects: tuple[str, ...]
    roles: tuple[str, ...]
    services: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, records: Sequence[Record]) -> Vocabulary:
        """Everything that the records name."""
        statements = [statement for record in records for _, one in documents(record) for statement in _of(one)]
        texts = list(_texts(statements))
        actions = {text for one in statements for text in listed(one.get("Action")) if "*" not in text}
        arns = {str((one.get("outputs") or {}).get("arn") or "") for one in records}
        tags = [(one.get("inputs") or {}).get("tagsAll") or {} for one in records]
        return cls(
            accounts=tuple(sorted({found for text in (*texts, *arns) for found in _ACCOUNT.findall(text)} - {FOREIGN})),
            projects=tuple(sorted({str(each["project"]) for each in tags if each.get("project")})),
            roles=tuple(sorted(arn for arn in arns if ":role/" in arn)),
            services=tuple(sorted({text for one in statements for text in _services(one.get("Principal"))})),
            actions=tuple(sorted(actions)),
            resources=tuple(sorted(arn for arn in arns if arn.startswith("arn:"))),
            statements=tuple(statements),
        )

    def siblings(self, service: str) -> list[str]:
        """Actions of a service: those that policies name, and the operations that its API has."""
        named = {action for action in self.actions if action.startswith(f"{service}:")}
        return sorted(named | {f"{service}:{name}" for name in operations(service)})


@cache
def operations(service: str) -> tuple[str, ...]:
    """The operations of a service's API. Source: botocore's models."""
    session = Session()
    name = _MODELS.get(service, service)
    if name not in session.get_available_services():
        return ()
    return tuple(session.get_service_model(name).operation_names)


def documents(record: Record) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each policy document of a resource's inputs, with the property that holds it."""
    for name, value in (record.get("inputs") or {}).items():
        document = as_document(value)
        if document is not None:
            yield name, document


def as_document(value: object) -> dict[str, Any] | None:
    """A policy document, from an object or from JSON; None of anything else."""
    if isinstance(value, str) and '"Statement"' in value:
        value = json.loads(value)
    return dict(value) if isinstance(value, Mapping) and "Statement" in value else None


def listed(value: object) -> list[str]:
    """The texts of an element that is a text or a list of texts."""
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _services(principal: object) -> list[str]:
    return listed(principal.get("Service")) if isinstance(principal, Mapping) else []


def _of(document: Mapping[str, Any]) -> Iterable[Statement]:
    found = document["Statement"]
    return [dict(found)] if isinstance(found, Mapping) else found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
