"""AWS's own managed policies for the same work: what AWS lets its role do and ours may not.

Source: AWS Managed Policy Reference, as moto carries it. Compared by action alone: resources and conditions are each
platform's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from policies.access.aws_managed_policies import managed_policies
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import roles_of_kind
from policies.access.published.reviewed_policies import COUNTERPARTS, Counterpart


@dataclass(frozen=True, kw_only=True)
class ManagedPolicyReview:
    """`compared` pairs of an AWS policy and a kind of role; `lacking` actions, all of them reviewed but `problems`."""

    compared: int
    lacking: int
    problems: Sequence[str]

    def sentence(self) -> str:
        """One line of counts."""
        return (
            f"{self.compared} kinds of roles compared with AWS's policies for the same work, {self.lacking} actions "
            f"left out by the reviewed list, {len(self.problems)} problem{'' if len(self.problems) == 1 else 's'}"
        )


@cache
def managed_policy_actions(name: str) -> tuple[str, ...]:
    """The actions that a managed policy of AWS's allows, sorted. Raises KeyError where there is none of the name."""
    document = managed_policies()[name]["Document"]
    allowed = [statement for statement in document["Statement"] if statement["Effect"] == "Allow"]
    return tuple(sorted({action for statement in allowed for action in _listed(statement.get("Action"))}))


@cache
def managed_policy_arns() -> frozenset[str]:
    """ARNs of AWS's managed policies that are not the service-linked roles' own."""
    arns = (f"arn:aws:iam::aws:policy{policy['Path']}{name}" for name, policy in managed_policies().items())
    return frozenset(arn for arn in arns if "/aws-service-role/" not in arn)


def review_managed_policies(
    graph: PolicyGraph, counterparts: Sequence[Counterpart] = COUNTERPARTS
) -> ManagedPolicyReview:
    """Compare each kind of role with AWS's policy for the same work. Kinds without a role here are passed over."""
    problems: list[str] = []
    lacking = compared = 0
    for counterpart in counterparts:
        roles = roles_of_kind(graph, counterpart.kind)
        if roles:
            missing = _missing(managed_policy_actions(counterpart.policy), roles)
            compared, lacking = compared + 1, lacking + len(missing)
            problems += _problems(counterpart, missing)
    return ManagedPolicyReview(compared=compared, lacking=lacking, problems=problems)


def _missing(actions: Iterable[str], roles: Sequence[IamRole]) -> list[str]:
    """Actions that some role of a kind may not do on anything."""
    return [action for action in actions if not all(_has(role, action) for role in roles)]


def _has(role: IamRole, action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern) for pattern in _allowed(role))


def _allowed(role: IamRole) -> Iterator[str]:
    for document in role.identity:
        for statement in _listed(document.get("Statement")):
            if statement.get("Effect") == "Allow":
                yield from (str(action).lower() for action in _listed(statement.get("Action")))


def _problems(counterpart: Counterpart, missing: Sequence[str]) -> Iterator[str]:
    kind, where = counterpart.kind, f"policies/access/published/reviewed_policies.py, {counterpart.policy}"
    reviewed = [pattern for line in counterpart.left_out for pattern in line.actions]
    for action in missing:
        if not any(fnmatchcase(action, pattern) for pattern in reviewed):
            yield f"{kind} lacks {action}, which AWS gives its role for the same work: grant it, or say why in {where}"
    for pattern in reviewed:
        matched = [action for action in managed_policy_actions(counterpart.policy) if fnmatchcase(action, pattern)]
        had = [action for action in matched if action not in missing]
        if len(had) == len(matched):
            yield f"{where}: {kind} lacks nothing that is {pattern}: take the line away"
        elif had:
            yield f"{where}: {pattern} also stands for {had[0]}, which {kind} has: name what it lacks"


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
