"""The platform's own documents, as a rehearsal captured them: `captured_policies.json` holds those of one project.

After `make rehearse`, this makes it again:
`python -m tests.policies.access.comparison.captured_policies build/rehearsal/resources.json`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from policies.access.graph import PolicyGraph, read_graph

FIXTURE = Path(__file__).with_name("captured_policies.json")
# One of each kind is enough: the other project's and account's documents differ by names alone.
_STACKS = ("foundation", "dev", "staging", "project-diabetes")


@dataclass(frozen=True)
class CapturedRole:
    """A role with the documents that bind it."""

    arn: str
    account: str
    trust: Mapping[str, Any]
    identity: tuple[Mapping[str, Any], ...]
    boundary: Mapping[str, Any] | None


@dataclass(frozen=True)
class CapturedPolicyResource:
    """A resource with a policy."""

    arn: str
    owner: str
    policy: Mapping[str, Any]


@dataclass(frozen=True)
class CapturedPolicies:
    """Roles, resources with a policy, and endpoint policies."""

    roles: tuple[CapturedRole, ...]
    policy_resources: tuple[CapturedPolicyResource, ...]
    endpoints: tuple[Mapping[str, Any], ...]


@lru_cache
def captured_policies() -> CapturedPolicies:
    """The committed documents."""
    found = json.loads(FIXTURE.read_text())
    boundaries = {None: None, **found["boundaries"]}
    return CapturedPolicies(
        roles=tuple(
            CapturedRole(**{**role, "identity": tuple(role["identity"]), "boundary": boundaries[role["boundary"]]})
            for role in found["roles"]
        ),
        policy_resources=tuple(
            CapturedPolicyResource(**policy_resources) for policy_resources in found["policy_resources"]
        ),
        endpoints=tuple(found["endpoints"]),
    )


def extract(graph: PolicyGraph) -> dict[str, Any]:
    """The documents of a captured platform; boundaries by ARN, since most roles share one."""
    roles = [role for role in graph.roles.values() if role.stack in _STACKS]
    return {
        "boundaries": {role.boundary_arn: role.boundary for role in roles if role.boundary_arn},
        "roles": [
            {
                "arn": role.arn,
                "account": role.account,
                "trust": role.trust,
                "identity": role.identity,
                "boundary": role.boundary_arn,
            }
            for role in roles
        ],
        "policy_resources": [
            {"arn": each.arn, "owner": each.account, "policy": each.policy}
            for each in graph.policy_resources.values()
            if each.stack in _STACKS and each.policy
        ],
        "endpoints": list(
            _unique(endpoint.policy for endpoint in graph.endpoints.values() if endpoint.stack in _STACKS)
        ),
    }


def _unique(documents: Iterator[Any]) -> Iterator[Any]:
    yield from (json.loads(text) for text in dict.fromkeys(json.dumps(document) for document in documents))


# Ids that AWS draws: of keys, and of VPCs and their endpoints.
_DRAWN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:vpc|vpce)-[0-9a-f]{8,17}\b")


def with_stable_ids(text: str) -> str:
    """The text with drawn ids numbered by first occurrence, in their own form: equal platforms give an equal file."""
    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        number = numbers.setdefault(match[0], len(numbers) + 1)
        prefix, _, rest = match[0].rpartition("-")
        return (
            f"{prefix}-{number:0{len(rest)}x}" if prefix.startswith("vpc") else f"00000000-0000-0000-0000-{number:012x}"
        )

    return _DRAWN_ID.sub(numbered, text)


if __name__ == "__main__":
    captured = extract(read_graph(Path(sys.argv[1])))
    FIXTURE.write_text(with_stable_ids(json.dumps(captured, indent=1)) + "\n")
