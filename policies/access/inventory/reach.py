"""Who of an estate comes to act as whom: the same steps as the platform's, judged by the inventory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from catalog.roles import RoleKind
from policies.access.inventory.estate import Estate
from policies.access.proofs.escalation.reach import reach, step_line
from policies.access.proofs.escalation.steps import EscalationStep
from policies.access.proofs.requests import role_request
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import Finding, ProofOutcome

# Versions of a policy: a new one may allow anything, and an old one may have.
_NEW_VERSIONS = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
# Role's ARN -> its steps, each to another target.
_Steps = Mapping[str, Sequence[EscalationStep]]


def escalation(estate: Estate) -> ProofOutcome:
    """Nobody but a deployer comes, by any sequence of steps, to a role that is marked or listed, or to no limit."""
    solver, findings = Solver(), list[Finding]()
    graph = estate.graph
    reserved = {role.arn for role in estate.marked()}
    for listed in (estate.readers, estate.writers):
        reserved |= {arn for arns in listed.values() for arn in arns}
    found = {reached.role.arn: reached for reached in reach(graph, solver)}
    steps = {arn: [path[0] for path in one.paths.values() if len(path) == 1] for arn, one in found.items()}
    for arn, one in found.items():
        if one.role.kind is RoleKind.DEPLOYER:
            continue
        for target, path in _ways(estate, arn, steps):
            if target in (None, arn) or target in reserved or target not in graph.roles:
                title = f"{arn} comes to {target if target != arn and target else 'rights that nothing limits'}"
                findings.append(Finding(title=title, request="\n".join(step_line(graph, step) for step in path)))
    findings += _rewriting(estate, solver)
    findings.sort(key=lambda finding: (finding.request.count("\n"), finding.title))
    named = [f"{source} acts as {target}" for source, target in sorted(estate.delegations)]
    named += [f"{role.arn} brings stacks up" for role in estate.marked() if role.kind is RoleKind.DEPLOYER]
    return ProofOutcome(findings=findings, named=named, queries=solver.queries)


def _ways(estate: Estate, start: str, steps: _Steps) -> Iterator[tuple[str | None, Sequence[EscalationStep]]]:
    """Whom a role comes to act as, by the fewest steps, but for those as whom it may act.

    What those reach is judged as their own, and no way of the role's leads over them.
    """
    seen: set[str | None] = {target for source, target in estate.delegations if source == start}
    waiting: deque[tuple[str, tuple[EscalationStep, ...]]] = deque([(start, ())])
    while waiting:
        arn, path = waiting.popleft()
        for step in steps.get(arn, ()):
            # Whoever changes its own rights raises them; other ways back to oneself raise nothing.
            if step.target in seen or (step.target == start and arn != start):
                continue
            seen.add(step.target)
            yield step.target, (*path, step)
            if step.target is not None:
                waiting.append((step.target, (*path, step)))


def _rewriting(estate: Estate, solver: Solver) -> Iterator[Finding]:
    """Whoever writes a version of a policy that it has itself gives itself whatever it likes."""
    for arn, owners in sorted(estate.attached.items()):
        for owner in sorted(owners):
            role = estate.graph.roles.get(owner)
            if role is None or role.kind is RoleKind.DEPLOYER:
                continue
            for action in _NEW_VERSIONS:
                if solver.possible(f"{owner} does {action} on {arn}", role_request(role, [action], resource=arn)):
                    yield Finding(title=f"{owner} comes to rights that nothing limits", request=f"  {action} on {arn}")
                    break
