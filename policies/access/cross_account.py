"""Cross-account access needs a grant on each side; this names the one that is missing before AWS would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from catalog.names import API_FUNCTIONS, CHECKS
from catalog.roles import RoleKind
from policies.access.authorization import AuthorizationDecision, AuthorizationRequest
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.policy_documents import ALLOW_EVERYTHING, s3_encryption_context
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.matrix.delivery import MODEL_VPC_CONTEXT

Decide = Callable[[AuthorizationRequest], AuthorizationDecision]


@dataclass(frozen=True, kw_only=True)
class CrossAccountRequest:
    """A request that must be allowed from one account into another. `other_side` names the policy on the other side."""

    what: str
    role: IamRole
    other_side: str
    request: AuthorizationRequest


@dataclass(frozen=True, kw_only=True)
class MissingGrant:
    """A grant that a cross-account request lacks: `side` is the role's own policy, or the policy on the other side."""

    needed_for: CrossAccountRequest
    side: str
    because: str

    def __str__(self) -> str:
        role = f"{self.needed_for.role.name} ({self.needed_for.role.account})"
        return f"{role} cannot {self.needed_for.what}: {self.side} does not grant it: {self.because}"


def cross_account_requests(graph: PolicyGraph) -> list[CrossAccountRequest]:
    """Every cross-account request that delivery and serving rest on, from the roles that were really built."""
    found: list[CrossAccountRequest] = []
    for role in graph.sorted_roles():
        if role.kind is RoleKind.MODEL:
            found += [*_objects(graph, role, "its models", "run/model.tar.gz"), *_images(graph, role)]
        elif role.kind in (RoleKind.API_HOOKS, RoleKind.ENDPOINT_CHECKER):
            found += _objects(graph, role, "its checks", f"{CHECKS}/run/checks.json")
        elif role.kind is RoleKind.DEPLOY_TEST:
            found += _assumed(graph, role, RoleKind.TEST, "test endpoints")
        elif role.kind is RoleKind.DEPLOY:
            found += _assumed(graph, role, RoleKind.CHANGE_SET, "ask what would change")
        elif role.kind is RoleKind.RELEASE_RECORDER:
            found += _assumed(graph, role, RoleKind.RELEASE_READER, "see what serves")
        elif role.kind is RoleKind.STACK_SET_EXECUTION:
            found += _execution_role(graph, role)
        elif role.kind is RoleKind.STACK_SET_ADMINISTRATION:
            found += _assumed(graph, role, RoleKind.STACK_SET_EXECUTION, "deliver")
    return found


def missing_grants(graph: PolicyGraph, decide: Decide) -> list[MissingGrant]:
    """Every grant that one of the cross-account requests lacks."""
    return [missing for needed in cross_account_requests(graph) for missing in _missing(needed, decide)]


def _missing(needed: CrossAccountRequest, decide: Decide) -> Iterable[MissingGrant]:
    """Each side alone: the other one is replaced by a policy that grants everything, endpoint policies stay."""
    request = needed.request
    granting = {**ALLOW_EVERYTHING["Statement"][0], "Principal": {"AWS": "*"}}
    if request.action.startswith("sts:"):
        # A trust policy has no Resource.
        granting = {key: value for key, value in granting.items() if key != "Resource"} | {"Action": "sts:AssumeRole"}
    own = decide(replace(request, resource_policy={**ALLOW_EVERYTHING, "Statement": [granting]}))
    if not own.allowed:
        yield MissingGrant(needed_for=needed, side="its own policy", because=own.because)
    other = decide(replace(request, identity=(ALLOW_EVERYTHING,), boundary=None, session=None, endpoint_policy=None))
    if not other.allowed:
        yield MissingGrant(needed_for=needed, side=needed.other_side, because=other.because)


def _objects(graph: PolicyGraph, role: IamRole, what: str, key: str) -> Iterable[CrossAccountRequest]:
    """An object of the models bucket and its key, through the VPC endpoint of the role's account."""
    s3 = graph.endpoint(role.account, "s3")
    for bucket in resources_with_purpose(graph, "bucket", "models"):
        arn = f"{bucket.arn}/{role.project}/{key}"
        read = graph.authorization_request(role.arn, "s3:GetObject", arn, endpoint=s3.id if s3 else None)
        side = f"the policy of bucket {bucket.name}"
        yield CrossAccountRequest(what=f"read {what}", role=role, other_side=side, request=read)
        if bucket.key_arn:
            decrypt = graph.authorization_request(
                role.arn, "kms:Decrypt", bucket.key_arn, context=s3_encryption_context(bucket)
            )
            side = f"the policy of key {_key_name(graph.policy_resources.get(bucket.key_arn), bucket.key_arn)}"
            yield CrossAccountRequest(what=f"decrypt {what}", role=role, other_side=side, request=decrypt)


def _images(graph: PolicyGraph, role: IamRole) -> Iterable[CrossAccountRequest]:
    ecr = graph.endpoint(role.account, "ecr.dkr")
    yield from _pulls(graph, role, ecr.id if ecr else None)


def _pulls(graph: PolicyGraph, role: IamRole, endpoint: str | None) -> Iterable[CrossAccountRequest]:
    for repository in graph.resources("repository"):
        # Functions are Lambda's to run, and no model's.
        if role.kind is RoleKind.MODEL and repository.name.endswith(f"/{API_FUNCTIONS}"):
            continue
        pull = graph.authorization_request(role.arn, "ecr:BatchGetImage", repository.arn, endpoint=endpoint)
        side = f"the policy of repository {repository.name}"
        yield CrossAccountRequest(what="pull the model image", role=role, other_side=side, request=pull)


def _key_name(key: PolicyResource | None, arn: str) -> str:
    return key.aliases[0] if key and key.aliases else arn


def _execution_role(graph: PolicyGraph, role: IamRole) -> Iterable[CrossAccountRequest]:
    """CloudFormation makes models of the project from the registry's packages, and CreateModel looks at their image."""
    yield from _pulls(graph, role, None)
    for group in graph.resources("group"):
        if group.project != role.project:
            continue
        package = group.arn.replace(":model-package-group/", ":model-package/") + "/1"
        side = f"the policy of model package group {group.name}"
        for verb, action in (("read", "sagemaker:DescribeModelPackage"), ("deploy", "sagemaker:CreateModel")):
            request = graph.authorization_request(role.arn, action, package, context=MODEL_VPC_CONTEXT)
            what = f"{verb} registered models of {group.name}"
            yield CrossAccountRequest(what=what, role=role, other_side=side, request=request)


def _assumed(graph: PolicyGraph, role: IamRole, kind: RoleKind, what: str) -> Iterable[CrossAccountRequest]:
    """The project's roles of a kind in other accounts, which the role assumes."""
    for target in roles_of_kind(graph, kind):
        if target.project == role.project and target.account != role.account:
            request = graph.authorization_request(role.arn, "sts:AssumeRole", target.arn)
            side = f"the trust of {target.name}"
            yield CrossAccountRequest(what=f"{what} in {target.account}", role=role, other_side=side, request=request)
