"""What holds whatever identity policies say: permissions boundaries, and the policies of VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import product

from catalog.compute import ComputeKey, denied_operations, needing
from catalog.roles import ROLES, RolePath
from policies.access.authorization import AuthorizationRequest, Document
from policies.access.encoding import CallerType
from policies.access.graph import IamRole, PolicyGraph, VpcEndpoint
from policies.access.graph.policy_documents import ALLOW_EVERYTHING, as_list, statements
from policies.access.proofs.callers import PinnedKeys, open_caller, other_accounts
from policies.access.proofs.emptiness import NO_KNOWN_ENDPOINT
from policies.access.proofs.escalation import facts
from policies.access.proofs.requests import (
    OPEN_TO_ALL,
    OpenRequest,
    beyond,
    none_of,
    not_beneath,
    requests_of_everybody,
    within,
    without,
)
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import Finding, ProofOutcome, Theorem
from policies.documents.prevention import serverless_makers

BOUNDARY = "iam:PermissionsBoundary"
_MODEL = "sagemaker:CreateModel"
# Condition key -> what is not done without it, or with which of its values. On instances with disks of their own jobs
# take no key for a volume.
REQUIRED_KEYS = (ComputeKey.VPC, ComputeKey.VOLUME_KEY, ComputeKey.OUTPUT_KEY)
DENIED_WAYS = tuple(f"sagemaker:{name}" for name in denied_operations())
# Buckets of AWS's own that a VPC needs in a Region: of image layers (Amazon ECR User Guide, page vpc-endpoints), of
# responses of custom resources and of wait conditions (AWS CloudFormation User Guide, pages template-custom-resources
# and cfn-responsemodule). What else has such a name may be anybody's.
_AWS_BUCKETS = (
    "prod-{region}-starport-layer-bucket",
    "cloudformation-custom-resource-response-{plain}",
    "cloudformation-waitcondition-{region}",
)


def _bounded_request(role: IamRole, actions: Iterable[str], pinned: PinnedKeys | None = None) -> OpenRequest:
    """What any role of the account could do inside the same boundary, if its own policies gave everything."""
    partition = role.arn.split(":")[1]
    parameters = AuthorizationRequest(
        id="",
        principal="",
        account=role.account,
        action="",
        resource="",
        owner=role.account,
        identity=(ALLOW_EVERYTHING,),
        boundary=role.boundary,
        resource_policy=_account_decides(partition, role.account),
    )
    return OpenRequest(
        parameters, open_caller(partition, role.account, CallerType.ROLE), list(actions), pinned=pinned or {}
    )


@lru_cache(maxsize=1024)
def _account_decides(partition: str, account: str) -> Document:
    """A policy that leaves it to the account's identity policies: roles and keys are reached through theirs alone."""
    trusting = {**OPEN_TO_ALL["Statement"][0], "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"}}
    return {**OPEN_TO_ALL, "Statement": [trusting]}


def _one_role_per_boundary(graph: PolicyGraph) -> list[IamRole]:
    """One role of each account and boundary; what is asked of it is asked of any role."""
    found: dict[tuple[str, str | None], IamRole] = {}
    for role in graph.sorted_roles():
        found.setdefault((role.account, role.boundary_arn), role)
    return list(found.values())


def boundaries(graph: PolicyGraph) -> ProofOutcome:
    """With every identity policy there could be, no role leaves its boundary, loosens one or becomes a deployer."""
    solver = Solver()
    free = sorted(role.arn for role in graph.roles.values() if role.boundary is None)
    findings = [Finding(title=f"{arn} has no boundary that was built here") for arn in free]
    foundation = [role for role in graph.sorted_roles() if ROLES[role.kind].path is RolePath.FOUNDATION]
    foundation_arns = sorted({role.arn.removesuffix(role.name) + "*" for role in foundation})
    arns = sorted({role.boundary_arn for role in graph.roles.values() if role.boundary_arn})
    for role in _one_role_per_boundary(graph):
        if role.boundary is None:
            continue
        who = f"whoever has {role.boundary_arn}"
        for action in (*facts.IDENTITY_CHANGES, *facts.BOUNDARY_REMOVAL):
            solver.refute(f"{who} does {action}", _bounded_request(role, [action]))
        for action in (*facts.ROLE_CREATION, *facts.BOUNDARY_CHANGE, *facts.POLICY_ADDITIONS):
            solver.refute(
                f"{who} does {action} without a boundary", _bounded_request(role, [action]), without(BOUNDARY, arns)
            )
        for action in facts.MANAGED_POLICY_CHANGES:
            solver.refute(f"{who} does {action} on a boundary", _bounded_request(role, [action]), within(*arns))
        for action in (
            *facts.TRUST_CHANGES,
            *facts.POLICY_ADDITIONS,
            *facts.POLICY_REMOVALS,
            "iam:PassRole",
            "sts:AssumeRole",
        ):
            solver.refute(
                f"{who} does {action} on a role of the foundation",
                _bounded_request(role, [action]),
                within(*foundation_arns),
            )
    return ProofOutcome(findings=[*findings, *solver.findings], named=arns, queries=solver.queries)


def compute(graph: PolicyGraph) -> ProofOutcome:
    """With every identity policy there could be, nothing that computes is made without the VPC and the keys."""
    solver, named = Solver(), set[str]()
    for role in _one_role_per_boundary(graph):
        who = f"whoever has {role.boundary_arn or f'no boundary, as {role.name},'}"
        makers = _serverless_makers(graph, role)
        named |= {f"{arn} makes models outside the VPC, for endpoints without servers" for arn in makers}
        solver.refute(f"{who} computes where no condition could hold it", _bounded_request(role, DENIED_WAYS))
        for key in REQUIRED_KEYS:
            exempt = makers if key is ComputeKey.VPC else []
            actions = [action for action in needing(key) if not (exempt and action == _MODEL)]
            solver.refute(f"{who} computes without {key}", _bounded_request(role, actions, {key: ()}))
            if exempt:
                models = _bounded_request(role, [_MODEL], {key: ()})
                solver.refute(f"{who} makes models without {key}", models, none_of(*exempt))
        plain: PinnedKeys = {ComputeKey.ENCRYPTED_TRAFFIC: "false"}
        actions = list(needing(ComputeKey.ENCRYPTED_TRAFFIC))
        solver.refute(f"{who} computes with plain traffic between instances", _bounded_request(role, actions, plain))
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _serverless_makers(graph: PolicyGraph, role: IamRole) -> list[str]:
    """StackSet execution roles of the graph's projects that a boundary's denial of models outside the VPC spares.

    Anybody else whom it spares is found.
    """
    scope = graph.scopes.get(role.stack)
    if scope is None or role.boundary is None:
        return []
    spared = {
        str(arn)
        for statement in statements(role.boundary)
        if statement.get("Effect") == "Deny" and as_list(statement.get("Action")) == [_MODEL]
        for arn in as_list(statement.get("Condition", {}).get("ArnNotEquals", {}).get("aws:PrincipalArn", []))
    }
    return sorted(spared.intersection(serverless_makers(scope, graph.projects)))


def endpoints(graph: PolicyGraph) -> ProofOutcome:
    """Through the VPC endpoints nobody reaches what belongs to others, and nobody comes with others' credentials."""
    solver, named, paths, findings = Solver(), set[str](), graph.organization_paths, list[Finding]()
    foreign = [not_beneath("aws:ResourceOrgPaths", paths)] if paths else []
    for _, endpoint in sorted(graph.endpoints.items()):
        account = endpoint.account
        if account in graph.equivalent_accounts:
            continue
        if account not in graph.accounts():
            findings.append(
                Finding(title=f"endpoint {endpoint.id} is in {account}, where nothing else of the platform is")
            )
            continue
        if endpoint.existing:
            named.add(f"{endpoint.id} ({endpoint.service} of {account}), whose policy is its owner's")
            continue
        if endpoint.exempted:
            named.add(f"{endpoint.id} ({endpoint.service} of {account}), which nothing limits: {endpoint.exempted}")
            continue
        exempt = _aws_objects(graph, endpoint)
        named |= set(exempt)
        where = f"through endpoint {endpoint.service} of {account}"
        members = requests_of_everybody(graph, ["*"], accounts=[account])
        for (who, open_request), owner in product(members, graph.foreign_accounts):
            title = f"{who} reaches what belongs to a foreign account, such as {owner}, {where}"
            solver.refute(title, _through(endpoint, open_request, owner), beyond(*exempt), *foreign)
        for who, open_request in requests_of_everybody(graph, ["*"], accounts=other_accounts(graph)):
            title = f"{who} (a foreign account) does something {where}"
            solver.refute(title, _through(endpoint, open_request, account), beyond(*exempt))
    return ProofOutcome(findings=[*findings, *solver.findings], named=sorted(named), queries=solver.queries)


def _through(vpc_endpoint: VpcEndpoint, open_request: OpenRequest, owner: str) -> OpenRequest:
    """The request of something that its owner lets everybody do: what the endpoint limits is all that limits it."""
    parameters = replace(
        open_request.parameters, endpoint_policy=vpc_endpoint.policy, resource_policy=OPEN_TO_ALL, owner=owner
    )
    return replace(open_request, parameters=parameters)


def _aws_objects(graph: PolicyGraph, vpc_endpoint: VpcEndpoint) -> list[str]:
    """Objects of AWS's own buckets of the endpoint's Region that the policy names; any other bucket is somebody's."""
    scope = graph.scopes.get(vpc_endpoint.stack)
    if scope is None or not scope.region:
        return []
    buckets = [name.format(region=scope.region, plain=scope.region.replace("-", "")) for name in _AWS_BUCKETS]
    objects = {scope.bucket_arn(bucket, "*") for bucket in buckets}
    return sorted(objects.intersection(_resources(vpc_endpoint)))


def _resources(vpc_endpoint: VpcEndpoint) -> set[str]:
    found = statements(vpc_endpoint.policy or {})
    return {str(resource) for statement in found for resource in as_list(statement.get("Resource"))}


THEOREMS = (
    Theorem(
        id="boundaries-hold",
        statement="Whatever its own policies say, no role leaves its boundary, loosens one or becomes a deployer.",
        prove=boundaries,
    ),
    Theorem(
        id="compute-inside",
        statement="Whatever a role's own policies say, no job, model or notebook is made without the VPC and the keys; "
        "where the settings agree, the printed roles make models outside the VPC.",
        prove=compute,
    ),
    Theorem(
        id="endpoints-lead-home",
        statement="Through the VPC endpoints nobody reaches what belongs to others, or comes with others' credentials.",
        prove=endpoints,
        may_be_empty=NO_KNOWN_ENDPOINT,
    ),
)
