"""IAM-10: policies fit into what AWS stores."""

from __future__ import annotations

import json
from collections.abc import Sequence

from policies.pack.identity import INLINE, MANAGED
from policies.pack.model import Rule, Severity, StackResource, Unknown, UnknownValue
from policies.pack.related_resources import points_at
from policies.pack.resource_policies import BUCKET_POLICY, KEYS, POLICY_OF, ROLE

# In characters. Sources: IAM User Guide, "IAM and AWS STS quotas"; Amazon S3 User Guide, "Bucket policies for Amazon
# S3"; AWS KMS Developer Guide, "Create a key policy"; botocore's models of ecr, sagemaker and events; AWS PrivateLink
# Guide, "AWS PrivateLink quotas"; Amazon SQS Developer Guide, "Amazon SQS policy quotas".
ROLE_INLINE, TRUST, MANAGED_POLICY = 10_240, 2_048, 6_144
ENDPOINTS = ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy")
LIMITS = {
    BUCKET_POLICY: 20_480,
    **dict.fromkeys(KEYS, 32_768),
    **dict.fromkeys(ENDPOINTS, 20_480),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": 10_240,
    "aws:ecr/registryPolicy:RegistryPolicy": 10_240,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": 10_240,
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": 20_480,
    "aws:sqs/queue:Queue": 8_192,
    "aws:sqs/queuePolicy:QueuePolicy": 8_192,
}
ROLE_POLICY = INLINE[0]


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """No document is longer than AWS takes: it would be refused halfway through an update."""
    if resource.type == ROLE:
        return _of_role(resource, stack)
    if resource.type == MANAGED:
        return _over("the policy", _bare(resource.get("policy")), MANAGED_POLICY)
    document = resource.get(POLICY_OF.get(resource.type, "policy"))
    return _over("the policy", _written(document), LIMITS[resource.type])


def _of_role(role: StackResource, stack: Sequence[StackResource]) -> list[str]:
    trust = _over("the trust policy", _bare(role.get("assumeRolePolicy")), TRUST)
    own = [role.get(f"{part}.policy") for part in role.item_paths("inlinePolicies")]
    attached = [
        _document(other) for other in stack if other.type == ROLE_POLICY and points_at(other, "role", role, stack)
    ]
    inline = sum(_bare(document) for document in own + attached)
    return trust + _over("all inline policies together", inline, ROLE_INLINE)


def _document(policy: StackResource) -> object:
    document = policy.props.get("policy")
    if isinstance(document, Unknown):
        raise UnknownValue("policy", policy.name)
    return document


def _over(what: str, size: int, limit: int) -> list[str]:
    return [f"{what} has {size} characters, AWS takes {limit}"] if size > limit else []


def _written(document: object) -> int:
    return len(document if isinstance(document, str) else json.dumps(document)) if document else 0


def _bare(document: object) -> int:
    """IAM counts no white space; what stands inside of strings is counted all the same, so this errs below."""
    text = document if isinstance(document, str) else json.dumps(document) if document else ""
    return len("".join(text.split()))


RULE = Rule(
    id="IAM-10",
    name="iam-policy-size",
    title="Policies fit into AWS's limits",
    why="A policy that grew with accounts or projects is refused halfway through an update.",
    fix="Condition on paths, tags or organization paths instead of listing each principal.",
    severity=Severity.LOW,
    types=(*LIMITS, MANAGED, ROLE),
    scope="stack",
    check=check,
)
