"""Duties that nobody has at once, across all stacks: who may assume the roles of one may assume none of the other's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from catalog.duties import SEPARATIONS
from catalog.roles import ROLES, RoleKind
from policies.access.authorization import Document
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.policy_documents import as_list, statements
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.callers import ENTERING
from policies.access.proofs.emptiness import without_roles
from policies.access.proofs.requests import TRUST_ACTIONS, Constraint, one_of, requests_of_everybody
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem

# Operators whose values are ARNs that the caller's may be.
_EQUAL = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
_DUTIES = sorted({kind for separation in SEPARATIONS for kind in separation.kinds})


def duties_apart(graph: PolicyGraph) -> ProofOutcome:
    """Each role of a duty is assumed by nobody who has a duty that is kept apart.

    Whoever may assume a role of a duty has that duty, and so has the role itself. Callers are taken as if their own
    account allowed them everything: a trust that names the wrong role is a mistake before anybody can use it.
    """
    solver = Solver()
    for separation in SEPARATIONS:
        for held, other in permutations(separation.kinds):
            if not ROLES[other].signs_in:
                continue
            for holder in roles_of_kind(graph, held):
                having = one_of(*_holders(holder))
                for role in roles_of_kind(graph, other):
                    title = f"{held} and {other} are one: {{who}}, who has {holder.name} in {holder.account}, assumes "
                    title += f"{role.name} in {role.account}: {separation.reason}"
                    _refute_assuming(solver, graph, role, title, having)
    named = [
        f"{caller} assumes {role.name} in {role.account}"
        for kind in _signing_in()
        for role in roles_of_kind(graph, kind)
        for caller in sorted(listed_roles(role.trust))
    ]
    return ProofOutcome(findings=solver.findings, named=named, queries=solver.queries)


def listed_roles(trust: Document) -> frozenset[str]:
    """Roles that a trust policy allows, each by its whole ARN, as principals or as values of `aws:PrincipalArn`.

    Neither a pattern nor what a condition excepts lists anybody.
    """
    return frozenset(arn for arn in _named(trust) if ":role/" in arn and not {"*", "?"} & {*arn})


def _named(trust: Document) -> Iterator[str]:
    for statement in statements(trust):
        if statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal")
        if isinstance(principal, dict):
            yield from map(str, as_list(principal.get("AWS")))
        for operator, condition in (statement.get("Condition") or {}).items():
            for key, values in condition.items() if operator in _EQUAL else ():
                if key.lower() == "aws:principalarn":
                    yield from map(str, as_list(values))


def _holders(role: IamRole) -> list[str]:
    return sorted({role.arn, *listed_roles(role.trust)})


def _signing_in() -> list[RoleKind]:
    return [kind for kind in _DUTIES if ROLES[kind].signs_in]


def _refute_assuming(solver: Solver, graph: PolicyGraph, role: IamRole, title: str, callers: Constraint) -> None:
    for who, open_request in requests_of_everybody(
        graph, TRUST_ACTIONS, trust_of=role, resource=role.arn, kinds=ENTERING
    ):
        solver.refute(title.format(who=who), open_request, callers)


THEOREMS = (
    Theorem(
        id="duties-apart",
        statement="Nobody has two duties that are kept apart: who may enter the roles of one enters none of the other.",
        prove=duties_apart,
        may_be_empty=without_roles("no stack made a role that people sign in to", *_signing_in()),
    ),
)
