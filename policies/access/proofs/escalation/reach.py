"""The fixed point: everything that a role can come to act as, step after step, against what is meant."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from policies.access.graph import PolicyGraph, Role
from policies.access.graph.purposes import role_kind
from policies.access.proofs.asking import Solver
from policies.access.proofs.escalation.steps import Step, Steps
from policies.access.proofs.theorem import Finding, Outcome, Theorem

_TRAINING = frozenset({"pipeline", "processing", "training"})
_BUILDING = _TRAINING | {"build", "build-pipeline"}
_ENTERING = frozenset({"stackset-administration", "stackset-execution", "model"})
_DEPLOYING = _ENTERING | {"deploy", "deploy-pipeline", "deploy-test", "test"}
# Kind of role -> kinds of roles that it is meant to bring to work, directly or through others: by handing over code,
# by running a pipeline, by delivery. Roles of a project reach roles of that project alone.
MEANT: Mapping[str, frozenset[str]] = {
    "scientist": _BUILDING | {"publish"},
    "publish": _BUILDING,
    "build-pipeline": _BUILDING,
    "build": _BUILDING,
    "pipeline": _TRAINING,
    "deploy": _DEPLOYING,
    "deploy-pipeline": _DEPLOYING,
    "deploy-test": frozenset({"test"}),
    "release-cleaner": _ENTERING,
    "stackset-administration": frozenset({"stackset-execution", "model"}),
    "stackset-execution": frozenset({"model"}),
}
# Declares every stack of its account but the foundation, so that it reaches what those reach, inside the boundary.
DEPLOYER = "deployer"
FOUNDATION = "/foundation/"


@dataclass(frozen=True)
class Reached:
    """What a role reaches: target's ARN (None: no limit any more) -> the steps that lead there."""

    role: Role
    paths: Mapping[str | None, tuple[Step, ...]]


def reach(graph: PolicyGraph, solver: Solver) -> list[Reached]:
    """The fixed point for every role of the graph. That of the last graph is remembered: two theorems rest on it."""
    if not _LAST or _LAST[0].graph is not graph:
        _LAST[:] = [_reached(graph)]
    solver.queries += _LAST[0].queries
    return list(_LAST[0].found)


@dataclass(frozen=True)
class _Fixed:
    """A fixed point, and what it took."""

    graph: PolicyGraph
    found: tuple[Reached, ...]
    queries: int


_LAST: list[_Fixed] = []


def _reached(graph: PolicyGraph) -> _Fixed:
    solver = Solver()
    steps = Steps(graph, solver)
    found = {role.arn: steps.of(role) for role in graph.roles.values()}
    roles = sorted(graph.roles.values(), key=lambda role: role.arn)
    return _Fixed(graph, tuple(Reached(role, _closure(role.arn, found)) for role in roles), solver.queries)


def _closure(start: str, steps: Mapping[str, list[Step]]) -> dict[str | None, tuple[Step, ...]]:
    # Whoever widens, loosens or retags its own role raises its own rights; other ways back to oneself raise nothing.
    paths: dict[str | None, tuple[Step, ...]] = {}
    own = next((step for step in steps.get(start, []) if step.target == start), None)
    if own:
        paths[start] = (own,)
    waiting: deque[tuple[str, tuple[Step, ...]]] = deque([(start, ())])
    while waiting:
        here, path = waiting.popleft()
        for step in steps.get(here, []):
            if step.target != start and step.target not in paths:
                paths[step.target] = (*path, step)
                if step.target is not None:
                    waiting.append((step.target, paths[step.target]))
    return paths


def is_meant(role: Role, target: Role) -> bool:
    """Whether a role is meant to reach another."""
    kind, other = role_kind(role), role_kind(target)
    if kind == DEPLOYER:
        return FOUNDATION not in target.path and (target.account == role.account or other in _DEPLOYING)
    mine, theirs = role.tags.get("project"), target.tags.get("project")
    if mine and theirs and mine != theirs:
        return False
    return other in MEANT.get(kind, frozenset())


def no_escalation(graph: PolicyGraph) -> Outcome:
    """Whatever sequence of steps a role takes, it stays within what it is meant to bring to work."""
    solver = Solver()
    findings: list[Finding] = []
    delegated: set[str] = set()
    for reached in reach(graph, solver):
        for target, path in sorted(reached.paths.items(), key=lambda item: item[0] or ""):
            goal = graph.roles[target] if target else None
            if goal is not None and is_meant(reached.role, goal):
                delegated.add(f"{_shown(reached.role)} → {_shown(goal)}")
                continue
            says = f"{reached.role.arn} comes to {goal.arn if goal else 'rights that nothing limits'}"
            findings.append(Finding(says=says, request="\n".join(_line(graph, step) for step in path)))
    return Outcome(findings=_first_steps(findings), named=sorted(delegated), queries=solver.queries)


def _first_steps(findings: list[Finding]) -> list[Finding]:
    """Findings by the length of their way, so that a cause stands before what follows from it."""
    return sorted(findings, key=lambda finding: (finding.request.count("\n"), finding.says))


@lru_cache(maxsize=65_536)
def _label(name: str, project: str, user: str) -> str:
    for part, by in ((project, "<project>"), (user, "<user>")):
        if part:
            name = f"-{name}-".replace(f"-{part}-", f"-{by}-", 1)[1:-1]
    return name


def _shown(role: Role) -> str:
    return _label(role.name, role.tags.get("project", ""), role.tags.get("user", ""))


def _line(graph: PolicyGraph, step: Step) -> str:
    target = graph.roles[step.target].name if step.target else "no limit"
    return f"  {graph.roles[step.source].name} → {target}: {step.by}"


THEOREMS = (
    Theorem(
        id="no-escalation",
        says="No role, by any sequence of steps, comes to rights beyond those it is meant to bring to work.",
        row="B8",
        prove=no_escalation,
    ),
)
