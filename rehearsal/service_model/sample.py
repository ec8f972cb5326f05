"""A small valid set of inputs of a resource type, from which one is created, read, updated and deleted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sample:
    """Inputs as Pulumi spells them, and with `update` those that an update changes in place (None takes one away).

    A text may refer to another type's sample, in the manner of Pulumi YAML: "${aws:sns/topic:Topic.arn}". The account
    and the region are "${AWS::AccountId}" and "${AWS::Region}". `depends_on` names types that no input refers to.
    `no_update` says why a type that can be updated has a sample without an update. `clean` removes what AWS leaves
    behind when the sample is deleted; it is given what makes a client of a service.
    """

    inputs: Mapping[str, Any]
    update: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    no_update: str = ""
    clean: Callable[[Callable[[str], Any]], None] | None = None


@dataclass(frozen=True)
class SampleArchive:
    """An archive as an input: file name → text."""

    files: Mapping[str, str]


def policy_document(
    *actions: str, principal: Any = None, resource: Any = "*", more: Sequence[Mapping[str, Any]] = ()
) -> str:
    """A policy of one statement that allows the actions; `more` are statements besides."""
    statement: dict[str, Any] = {"Sid": "Sample", "Effect": "Allow", "Action": list(actions), "Resource": resource}
    if principal is not None:
        statement["Principal"] = principal
    return json.dumps({"Version": "2012-10-17", "Statement": [statement, *more]})


def trust_policy(*services: str) -> str:
    """A role's trust policy for AWS services, named without `.amazonaws.com`."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": [f"{service}.amazonaws.com" for service in services]},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
