"""Cross-account access needs a grant on each side; this names the one that is missing before AWS would (B16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from policies.access.authorization import AuthorizationDecision, AuthorizationRequest
from policies.access.graph import PolicyGraph, PolicyResource, Role
from policies.access.graph.asking import EVERYTHING, through_s3
from policies.access.graph.purposes import purpose, role_kind
from policies.access.matrix.delivery import IN_THE_NETWORK

Decide = Callable[[AuthorizationRequest], AuthorizationDecision]


@dataclass(frozen=True, kw_only=True)
class Need:
    """One request that must pass from one account into another. `grants` names the policy on the far side."""

    what: str
    role: Role
    far_side: str
    question: AuthorizationRequest


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A grant that a need lacks: `side` is the identity policy, or the policy on the far side."""

    need: Need
    side: str
    because: str

    def __str__(self) -> str:
        role = f"{self.need.role.name} ({self.need.role.account})"
        return f"{role} cannot {self.need.what}: {self.side} does not grant it: {self.because}"


def needs(graph: PolicyGraph) -> list[Need]:
    """Every cross-account request that delivery and serving rest on, from the roles that were really built."""
    found: list[Need] = []
    for role in sorted(graph.roles.values(), key=lambda each: each.arn):
        project = role.tags.get("project")
        if project and role.name.endswith(f"-{project}-model"):
            found += _model_role(graph, role, project)
        elif project and role.name.endswith(f"-{project}-deploy-test"):
            found += _entered(graph, role, project, "test", "test endpoints")
        elif project and role.name.endswith(f"-{project}-stackset-execution"):
            found += _execution_role(graph, role, project)
        elif project and role.name.endswith(f"-{project}-stackset-administration"):
            found += _entered(graph, role, project, "stackset-execution", "deliver")
    return found


def missing(graph: PolicyGraph, decide: Decide) -> list[Missing]:
    """Every grant that is not there."""
    return [each for need in needs(graph) for each in _missing(need, decide)]


def _missing(need: Need, decide: Decide) -> Iterable[Missing]:
    """Each side alone: the other one is replaced by a policy that grants everything, endpoint policies stay."""
    open_far_side = {**EVERYTHING, "Statement": [{**EVERYTHING["Statement"][0], "Principal": {"AWS": "*"}}]}
    trust = need.question.action.startswith("sts:")
    if trust:
        open_far_side["Statement"] = [{**open_far_side["Statement"][0], "Action": "sts:AssumeRole"}]
        del open_far_side["Statement"][0]["Resource"]
    near = decide(replace(need.question, resource_policy=open_far_side))
    if not near.allowed:
        yield Missing(need=need, side="its own policy", because=near.because)
    far = decide(replace(need.question, identity=(EVERYTHING,), boundary=None, session=None, endpoint_policy=None))
    if not far.allowed:
        yield Missing(need=need, side=need.far_side, because=far.because)


def _model_role(graph: PolicyGraph, role: Role, project: str) -> Iterable[Need]:
    gate = graph.endpoint(role.account, "s3")
    inside = gate.id if gate else None
    for bucket in graph.kind("bucket"):
        if purpose(bucket) != "models":
            continue
        object_arn = f"{bucket.arn}/{project}/run/model.tar.gz"
        read = graph.authorization_request(role.arn, "s3:GetObject", object_arn, endpoint=inside)
        yield Need(what="read its models", role=role, far_side=f"the policy of bucket {bucket.name}", question=read)
        if bucket.key_arn:
            decrypt = graph.authorization_request(role.arn, "kms:Decrypt", bucket.key_arn, context=through_s3(bucket))
            key = _name(graph.policy_resources.get(bucket.key_arn), bucket.key_arn)
            yield Need(what="decrypt its models", role=role, far_side=f"the policy of key {key}", question=decrypt)
    gate = graph.endpoint(role.account, "ecr.dkr")
    for repository in graph.kind("repository"):
        pull = graph.authorization_request(
            role.arn, "ecr:BatchGetImage", repository.arn, endpoint=gate.id if gate else None
        )
        side = f"the policy of repository {repository.name}"
        yield Need(what="pull the model image", role=role, far_side=side, question=pull)


def _name(key: PolicyResource | None, arn: str) -> str:
    return key.aliases[0] if key and key.aliases else arn


def _execution_role(graph: PolicyGraph, role: Role, project: str) -> Iterable[Need]:
    """CloudFormation makes models of the project from the registry's packages."""
    for group in graph.kind("group"):
        if group.tags.get("project") != project:
            continue
        package = group.arn.replace(":model-package-group/", ":model-package/") + "/1"
        side = f"the policy of model package group {group.name}"
        for what, action in (("read", "sagemaker:DescribeModelPackage"), ("deploy", "sagemaker:CreateModel")):
            asked = graph.authorization_request(role.arn, action, package, context=IN_THE_NETWORK)
            yield Need(what=f"{what} registered models of {group.name}", role=role, far_side=side, question=asked)


def _entered(graph: PolicyGraph, role: Role, project: str, kind: str, what: str) -> Iterable[Need]:
    for target in sorted(graph.roles.values(), key=lambda each: each.arn):
        own = target.tags.get("project") == project and role_kind(target) == kind
        if own and target.account != role.account:
            asked = graph.authorization_request(role.arn, "sts:AssumeRole", target.arn)
            side = f"the trust of {target.name}"
            yield Need(what=f"{what} in {target.account}", role=role, far_side=side, question=asked)
