"""Who of an estate comes to act as whom: the same steps as the platform's, judged by the inventory."""

from __future__ import annotations

from catalog.roles import RoleKind
from policies.access.graph import IamRole
from policies.access.inventory.estate import Estate
from policies.access.proofs.escalation.reach import reach, step_line
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import Finding, ProofOutcome


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
            role = graph.roles.get(target) if target else None
            if role is not None and (role.arn not in reserved or _meant(estate, reached.role, role)):
                continue
            title = f"{reached.role.arn} comes to {role.arn if role else 'rights that nothing limits'}"
            findings.append(Finding(title=title, request="\n".join(step_line(graph, step) for step in path)))
    findings.sort(key=lambda finding: (finding.request.count("\n"), finding.title))
    named = [f"{source} acts as {target}" for source, target in sorted(estate.delegations)]
    named += [f"{role.arn} brings stacks up" for role in estate.marked() if role.kind is RoleKind.DEPLOYER]
    return ProofOutcome(findings=findings, named=named, queries=solver.queries)


def _meant(estate: Estate, role: IamRole, target: IamRole) -> bool:
    return (role.arn, target.arn) in estate.delegations
