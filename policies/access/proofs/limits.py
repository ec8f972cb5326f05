"""What holds whatever identity policies say: boundaries, and the policies of VPC endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import product

from policies.access.authorization import Document
from policies.access.graph import PolicyGraph, Role, VpcEndpoint
from policies.access.proofs.asking import (
    OPEN_TO_ALL,
    Open,
    Pinned,
    Solver,
    beyond,
    not_beneath,
    outsiders_ask,
    within,
    without,
)
from policies.access.proofs.escalation import facts
from policies.access.proofs.theorem import Finding, Outcome, Theorem

FOUNDATION = "/foundation/"
BOUNDARY = "iam:PermissionsBoundary"
_JOBS = ("sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob")
# Condition key -> what is not done without it. Source: Service Authorization Reference, Amazon SageMaker AI, condition
# keys of each action.
DEMANDED = {
    "sagemaker:VpcSubnets": (*_JOBS, "sagemaker:CreateModel", "sagemaker:CreateNotebookInstance"),
    "sagemaker:VolumeKmsKey": (*_JOBS, "sagemaker:CreateEndpointConfig", "sagemaker:CreateNotebookInstance"),
    "sagemaker:OutputKmsKey": _JOBS,
}
# Buckets of AWS's own that a VPC needs, objects in them: image layers (ECR userguide vpc-endpoints), answers of custom
# resources and of wait conditions (CFN template-custom-resources, cfn-responsemodule).
_OF_AWS = re.compile(
    r"arn:[a-z-]+:s3:::(prod-[a-z0-9-]+-starport-layer-bucket|cloudformation-custom-resource-response-[a-z0-9]+"
    r"|cloudformation-waitcondition-[a-z0-9-]+)/\S+"
)


def _limited(role: Role, actions: Iterable[str], pinned: Pinned | None = None) -> Open:
    """What any role of the account could do inside the same boundary, if its own policies gave everything."""
    _, opened = next(outsiders_ask([role.account], list(actions), pinned=pinned))
    policy = _account_decides(role.arn.split(":")[1], role.account)
    asked = replace(opened.question, owner=role.account, boundary=role.boundary, resource_policy=policy)
    return replace(opened, question=asked)


@lru_cache(maxsize=1024)
def _account_decides(partition: str, account: str) -> Document:
    """A policy that leaves it to the account's identity policies: roles and keys are reached through theirs alone."""
    trusting = {**OPEN_TO_ALL["Statement"][0], "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"}}
    return {**OPEN_TO_ALL, "Statement": [trusting]}


def _samples(graph: PolicyGraph) -> list[Role]:
    """One role of each account and boundary; what is asked of it is asked of any role."""
    found: dict[tuple[str, str | None], Role] = {}
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        found.setdefault((role.account, role.boundary_arn), role)
    return list(found.values())


def boundaries(graph: PolicyGraph) -> Outcome:
    """With every identity policy there could be, no role leaves its boundary, loosens one or becomes a deployer."""
    solver = Solver()
    free = sorted(role.arn for role in graph.roles.values() if role.boundary is None)
    findings = [Finding(says=f"{arn} has no boundary that was built here") for arn in free]
    founding = sorted(
        {role.arn.removesuffix(role.name) + "*" for role in graph.roles.values() if FOUNDATION in role.path}
    )
    arns = sorted({role.boundary_arn for role in graph.roles.values() if role.boundary_arn})
    for role in _samples(graph):
        if role.boundary is None:
            continue
        who = f"whoever has {role.boundary_arn}"
        for action in (*facts.IDENTITIES, *facts.UNBOUND):
            solver.refute(f"{who} does {action}", _limited(role, [action]))
        for action in (*facts.CREATED, *facts.REBOUND, *facts.WIDENED):
            solver.refute(f"{who} does {action} without a boundary", _limited(role, [action]), without(BOUNDARY, arns))
        for action in facts.REWRITTEN:
            solver.refute(f"{who} does {action} on a boundary", _limited(role, [action]), within(*arns))
        for action in (*facts.RETRUSTED, *facts.WIDENED, *facts.LOOSENED, "iam:PassRole", "sts:AssumeRole"):
            solver.refute(
                f"{who} does {action} on a role of the foundation", _limited(role, [action]), within(*founding)
            )
    return Outcome(findings=[*findings, *solver.findings], named=arns, queries=solver.queries)


def jobs(graph: PolicyGraph) -> Outcome:
    """With every identity policy there could be, nothing that computes is made without the VPC and the keys."""
    solver = Solver()
    for role in _samples(graph):
        for key, actions in DEMANDED.items():
            for action in actions:
                says = f"whoever has {role.boundary_arn or f'no boundary, as {role.name},'} does {action} without {key}"
                solver.refute(says, _limited(role, [action], {key: ()}))
    return Outcome(findings=solver.findings, queries=solver.queries)


def endpoints(graph: PolicyGraph) -> Outcome:
    """Through the VPC endpoints nobody reaches what belongs to others, and nobody comes with others' credentials."""
    solver, named, paths = Solver(), set[str](), graph.organization_paths
    foreign = [not_beneath("aws:ResourceOrgPaths", paths)] if paths else []
    for gate in sorted(graph.endpoints.values(), key=lambda each: each.id):
        if gate.account not in graph.accounts():
            continue
        if gate.brought:
            named.add(f"{gate.id} ({gate.service} of {gate.account}), whose policy is its owner's")
            continue
        spared = _spared(gate)
        named |= set(spared)
        where = f"through endpoint {gate.service} of {gate.account}"
        for (who, opened), owner in product(outsiders_ask([gate.account], ["*"]), graph.foreign):
            says = f"{who} reaches what belongs to a foreign account, such as {owner}, {where}"
            solver.refute(says, _through(gate, opened, owner), beyond(*spared), *foreign)
        for who, opened in outsiders_ask(graph.foreign, ["*"], paths=paths):
            says = f"{who} (a foreign account) does something {where}"
            solver.refute(says, _through(gate, opened, gate.account), beyond(*spared))
    return Outcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _through(gate: VpcEndpoint, opened: Open, owner: str) -> Open:
    """The request of something that its owner lets everybody do: what the endpoint limits is all that limits it."""
    asked = replace(opened.question, endpoint_policy=gate.policy, resource_policy=OPEN_TO_ALL, owner=owner)
    return replace(opened, question=asked)


def _spared(gate: VpcEndpoint) -> list[str]:
    """Objects of AWS's own buckets that the policy names; any other bucket is somebody's, and is found."""
    found: set[str] = set()
    for statement in (gate.policy or {}).get("Statement", []):
        resources = statement.get("Resource", "*")
        for resource in [resources] if isinstance(resources, str) else resources:
            if _OF_AWS.fullmatch(resource):
                found.add(resource)
    return sorted(found)


THEOREMS = (
    Theorem(
        id="boundaries-hold",
        says="Whatever its own policies say, no role leaves its boundary, loosens one or becomes a deployer.",
        row="B8",
        prove=boundaries,
    ),
    Theorem(
        id="compute-inside",
        says="Whatever a role's own policies say, no job, model or notebook is made without the VPC and the keys.",
        row="B11",
        prove=jobs,
    ),
    Theorem(
        id="endpoints-lead-home",
        says="Through the VPC endpoints nobody reaches what belongs to others, or comes with others' credentials.",
        row="B15",
        prove=endpoints,
    ),
)
