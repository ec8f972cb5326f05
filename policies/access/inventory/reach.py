"""Who of an estate comes to act as whom: the same steps as the platform's, judged by the inventory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.roles import RoleKind
from policies.access.graph import IamRole
from policies.access.inventory.estate import Estate
from policies.access.proofs.escalation.reach import reach, step_line
from policies.access.proofs.escalation.steps import EscalationStep
from policies.access.proofs.requests import role_request
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import Finding, ProofOutcome

# Versions of a policy: a new one may allow anything, and an old one may have.
_NEW_VERSIONS = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")


def escalation(estate: Estate) -> ProofOutcome:
    """Nobody but a deployer comes, by any sequence of steps, to a role that is marked or listed, or to no limit."""
    solver, findings = Solver(), list[Finding]()
    graph = estate.graph
    reserved = {role.arn for role in estate.marked()}
    for listed in (estate.readers, estate.writers):
        reserved |= {arn for arns in listed.values() for arn in arns}
    for reached in reach(graph, solver):
        if reached.role.kind is RoleKind.DEPLOYER:
            continue
        for target, path in sorted(reached.paths.items(), key=lambda item: item[0] or ""):
            role = graph.roles[target] if target else None
            if (role is not None and role.arn not in reserved) or _meant(estate, reached.role, path):
                continue
            title = f"{reached.role.arn} comes to {role.arn if role else 'rights that nothing limits'}"
            findings.append(Finding(title=title, request="\n".join(step_line(graph, step) for step in path)))
    findings += _rewriting(estate, solver)
    findings.sort(key=lambda finding: (finding.request.count("\n"), finding.title))
    named = [f"{source} acts as {target}" for source, target in sorted(estate.delegations)]
    named += [f"{role.arn} brings stacks up" for role in estate.marked() if role.kind is RoleKind.DEPLOYER]
    return ProofOutcome(findings=findings, named=named, queries=solver.queries)


def _meant(estate: Estate, role: IamRole, path: Sequence[EscalationStep]) -> bool:
    """Whether a way leads to, or over, somebody as whom the role may act: what that one reaches is judged as its own."""
    return any((role.arn, step.target) in estate.delegations for step in path)


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
