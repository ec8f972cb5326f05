"""The fixed point: every role that a role can come to act as, step after step, against what the catalogue intends."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from catalog.roles import ROLES, RoleKind, RolePath, may_bring_to_work
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.labels import label
from policies.access.graph.policy_documents import as_list, statements
from policies.access.proofs.escalation.steps import EscalationStep, EscalationSteps
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import Finding, ProofOutcome, Theorem


@dataclass(frozen=True)
class Reached:
    """What a role reaches: target's ARN (None: no limit any more) -> the steps that lead there.

    `started`: the same for what it only sets to work as it stands, itself or with the rights that it comes to.
    """

    role: IamRole
    paths: Mapping[str | None, tuple[EscalationStep, ...]]
    started: Mapping[str, tuple[EscalationStep, ...]]


def reach(graph: PolicyGraph, solver: Solver) -> list[Reached]:
    """The fixed point for every role of the graph. That of the last graph is cached: two theorems rest on it."""
    if not _CACHED or _CACHED[0].graph is not graph:
        _CACHED[:] = [_reached(graph)]
    solver.queries += _CACHED[0].queries
    return list(_CACHED[0].found)


@dataclass(frozen=True)
class _FixedPoint:
    """A fixed point, and what it took."""

    graph: PolicyGraph
    found: tuple[Reached, ...]
    queries: int


_CACHED: list[_FixedPoint] = []


def _reached(graph: PolicyGraph) -> _FixedPoint:
    solver = Solver()
    steps = EscalationSteps(graph, solver)
    found = {role.arn: steps.of(role) for role in graph.roles.values()}
    roles = sorted(graph.roles.values(), key=lambda role: role.arn)
    deciding = {arn: [step for step in each if not step.starts] for arn, each in found.items()}
    reached = []
    for role in roles:
        paths = _closure(role.arn, deciding)
        reached.append(Reached(role, paths, _started(role.arn, paths, found)))
    return _FixedPoint(graph, tuple(reached), solver.queries)


def _started(
    start: str,
    paths: Mapping[str | None, tuple[EscalationStep, ...]],
    steps: Mapping[str, list[EscalationStep]],
) -> dict[str, tuple[EscalationStep, ...]]:
    """What a role sets to work, itself or through a role that it comes to act as, and does not act as."""
    started: dict[str, tuple[EscalationStep, ...]] = {}
    ways = {start: (), **{arn: path for arn, path in paths.items() if arn is not None}}
    for arn, path in sorted(ways.items(), key=lambda item: len(item[1])):
        for step in steps.get(arn, []):
            if step.starts and step.target not in (None, start, *ways):
                started.setdefault(str(step.target), (*path, step))
    return started


def _closure(start: str, steps: Mapping[str, list[EscalationStep]]) -> dict[str | None, tuple[EscalationStep, ...]]:
    # Whoever widens, loosens or retags its own role raises its own rights; other ways back to oneself raise nothing.
    paths: dict[str | None, tuple[EscalationStep, ...]] = {}
    own = next((step for step in steps.get(start, []) if step.target == start), None)
    if own:
        paths[start] = (own,)
    waiting: deque[tuple[str, tuple[EscalationStep, ...]]] = deque([(start, ())])
    while waiting:
        arn, path = waiting.popleft()
        for step in steps.get(arn, []):
            if step.target != start and step.target not in paths:
                paths[step.target] = (*path, step)
                if step.target is not None:
                    waiting.append((step.target, paths[step.target]))
    return paths


# Role's ARN -> ids of projects.
Memberships = Mapping[str, Collection[str]]


def is_intended(memberships: Memberships, role: IamRole, target: IamRole) -> bool:
    """Whether a role is meant to start the work of another: what the catalogue of roles says, within one project."""
    if ROLES[role.kind].declares_stacks and ROLES[target.kind].path is not RolePath.FOUNDATION:
        return target.account == role.account or may_bring_to_work(role.kind, target.kind)
    return _in_its_projects(memberships, role, target) and may_bring_to_work(role.kind, target.kind)


def may_be_started(memberships: Memberships, role: IamRole, target: IamRole) -> bool:
    """Whether a role is meant to set another's work going as it stands: what it brings to work, and what it starts."""
    if is_intended(memberships, role, target):
        return True
    return _in_its_projects(memberships, role, target) and target.kind in ROLES[role.kind].starts


def _in_its_projects(memberships: Memberships, role: IamRole, target: IamRole) -> bool:
    """Whether a target belongs to no project, or to one of the role's; roles of no project and no person have all."""
    if not target.project:
        return True
    if role.user:
        return target.project in memberships.get(role.arn, ())
    return not role.project or role.project == target.project


def memberships_of(graph: PolicyGraph) -> Memberships:
    """The projects that people's roles (ARNs) work for: those whose publish roles trust them by their ARNs."""
    found: dict[str, set[str]] = {}
    for role in graph.roles.values():
        if role.kind is RoleKind.PUBLISH and role.project:
            for arn in _trusted(role):
                found.setdefault(arn, set()).add(role.project)
    return found


def _trusted(role: IamRole) -> frozenset[str]:
    """The ARNs that a trust policy lists, as principals or by the condition that tells one role of an account."""
    allowed = [each for each in statements(role.trust) if each.get("Effect") == "Allow"]
    principals = [each["Principal"].get("AWS") for each in allowed if isinstance(each.get("Principal"), Mapping)]
    keys = [keys for each in allowed for keys in (each.get("Condition") or {}).values() if isinstance(keys, Mapping)]
    listed = [arns for one in keys for key, arns in one.items() if key.lower() == "aws:principalarn"]
    return frozenset(str(arn) for one in (*principals, *listed) for arn in as_list(one))


def no_escalation(graph: PolicyGraph) -> ProofOutcome:
    """Whatever sequence of steps a role takes, it stays within what it is meant to bring to work."""
    solver = Solver()
    findings: list[Finding] = []
    delegated: set[str] = set()
    memberships = memberships_of(graph)
    for reached in reach(graph, solver):
        for target, path in sorted(reached.paths.items(), key=lambda item: item[0] or ""):
            role = graph.roles.get(target) if target else None
            if role is not None and is_intended(memberships, reached.role, role):
                delegated.add(f"{label(graph, reached.role)} → {label(graph, role)}")
                continue
            title = f"{reached.role.arn} comes to {target or 'rights that nothing limits'}"
            if target and role is None:
                title += ", a role that no stack made: nobody knows what it may do"
            findings.append(Finding(title=title, request="\n".join(step_line(graph, step) for step in path)))
        for arn, path in sorted(reached.started.items()):
            target_role = graph.roles.get(arn)
            if target_role is not None and may_be_started(memberships, reached.role, target_role):
                delegated.add(f"{label(graph, reached.role)} starts {label(graph, target_role)}")
                continue
            title = f"{reached.role.arn} sets {arn} to work"
            findings.append(Finding(title=title, request="\n".join(step_line(graph, step) for step in path)))
    return ProofOutcome(findings=_causes_first(findings), named=sorted(delegated), queries=solver.queries)


def _causes_first(findings: list[Finding]) -> list[Finding]:
    """Findings by the length of their path, so that a cause stands before what follows from it."""
    return sorted(findings, key=lambda finding: (finding.request.count("\n"), finding.title))


def step_line(graph: PolicyGraph, step: EscalationStep) -> str:
    """A step as a line below a finding."""
    source, target = graph.roles.get(step.source), graph.roles.get(step.target or "")
    ends = source.name if source else step.source, target.name if target else step.target or "no limit"
    return f"  {ends[0]} → {ends[1]}: {step.by}"


THEOREMS = (
    Theorem(
        id="no-escalation",
        statement="No role, by any sequence of steps, comes to rights beyond those it is meant to bring to work, or "
        "starts, retries or lets go on what it is not meant to start.",
        prove=no_escalation,
    ),
)
