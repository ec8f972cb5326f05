"""Who enters each role: the service, or the roles, that the catalogue says, and the people whom its trust lists."""

from __future__ import annotations

from catalog.names import ProjectNames
from catalog.roles import ROLES, RoleKind
from policies.access.encoding import CallerType
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.callers import ENTERING
from policies.access.proofs.duties import listed_roles
from policies.access.proofs.emptiness import OF_DATA_SCIENCE
from policies.access.proofs.requests import none_of, requests_of_everybody
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem

PEOPLE = "people"
# Whatever a trust may allow: sessions' tags and names too. Source: Service Authorization Reference, AWS STS.
_ENTERING_ACTIONS = ("sts:*",)


def entered_as_listed(graph: PolicyGraph) -> ProofOutcome:
    """Nobody enters a role but who is meant to, even if the caller's own account allows everything.

    An ARN is listed whole: an account, or a pattern of ARNs, lists nobody.
    """
    solver, named = Solver(), set[str]()
    for role in graph.sorted_roles():
        service, meant = _meant(graph, role)
        callers = [service, *meant] if service else meant
        named |= {f"{caller} enters {role.name} of {role.account}" for caller in callers}
        for who, open_request in requests_of_everybody(
            graph, _ENTERING_ACTIONS, trust_of=role, resource=role.arn, kinds=ENTERING
        ):
            if open_request.caller.kind is not CallerType.SERVICE or who != service:
                title = f"{who} enters {role.name} of {role.account}, for which it is not listed"
                solver.refute(title, open_request, none_of(*meant))
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _meant(graph: PolicyGraph, role: IamRole) -> tuple[str, list[str]]:
    """The service that enters a role, empty without one, and the ARNs of the roles that do."""
    assumed_by = ROLES[role.kind].assumed_by
    if assumed_by == PEOPLE:
        return "", sorted(listed_roles(role.trust))
    return "" if isinstance(assumed_by, RoleKind) else f"{assumed_by}.amazonaws.com", entering_roles(graph, role)


def entering_roles(graph: PolicyGraph, role: IamRole) -> list[str]:
    """Roles of the platform that are meant to assume a role; none where a service or people do."""
    kind = ROLES[role.kind].assumed_by
    if not isinstance(kind, RoleKind):
        return []
    others = roles_of_kind(graph, kind)
    there = {one.arn for one in others if not one.project or one.project == role.project}
    return sorted(there | _of_later_stacks(graph, role, kind))


def _of_later_stacks(graph: PolicyGraph, role: IamRole, kind: RoleKind) -> set[str]:
    """The role of a kind that the project has, or will have, in the data science account: accounts come up before."""
    if not ROLES[kind].of_project or not role.project:
        return set()
    home = {one.stack for one in roles_of_kind(graph, *OF_DATA_SCIENCE)}
    return {
        ProjectNames(graph.prefix, role.project).role_arn(scope, kind)
        for stack, scope in graph.scopes.items()
        if stack in home
    }


THEOREMS = (
    Theorem(
        id="roles-entered-as-listed",
        statement="Each role is entered by its printed AWS service, or by the printed roles, and by nobody else.",
        prove=entered_as_listed,
    ),
)
