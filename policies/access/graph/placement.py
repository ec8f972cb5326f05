"""Policies, attachments and permissions that stand apart from what they are for, and where each belongs.

One may stand in another stack than what it is for. One whose target no stack made is refused: nobody knows what it
opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.access.graph.existing import BUCKET_POLICY, KEY_POLICY, is_known
from policies.access.graph.stack_resources import ATTACHMENT, ENCRYPTION, EXCLUSIVE, KEY, StackResources

ROLE, BUCKET, FUNCTION = "aws:iam/role:Role", "aws:s3/bucket:Bucket", "aws:lambda/function:Function"
# Carriers of which a target has one at most: AWS keeps the last that was written.
_MANY = (ATTACHMENT, "aws:iam/rolePolicy:RolePolicy", "aws:lambda/permission:Permission")


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """A type that carries something of another: `names_target` is the property that says of which resource."""

    type: str
    names_target: str
    target: str


@dataclass(frozen=True, kw_only=True)
class PolicyCarrier(Carrier):
    """A type that carries a resource policy: `text` is the property with the policy, `kind` the graph's word."""

    kind: str
    text: str = "policy"


POLICY_CARRIERS: tuple[PolicyCarrier, ...] = (
    PolicyCarrier(kind="bucket", type=BUCKET_POLICY, names_target="bucket", target=BUCKET),
    PolicyCarrier(kind="key", type=KEY_POLICY, names_target="keyId", target=KEY),
    PolicyCarrier(
        kind="repository",
        type="aws:ecr/repositoryPolicy:RepositoryPolicy",
        names_target="repository",
        target="aws:ecr/repository:Repository",
    ),
    PolicyCarrier(
        kind="group",
        type="aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        names_target="modelPackageGroupName",
        target="aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        text="resourcePolicy",
    ),
    PolicyCarrier(
        kind="bus",
        type="aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        names_target="eventBusName",
        target="aws:cloudwatch/eventBus:EventBus",
    ),
    PolicyCarrier(
        kind="topic", type="aws:sns/topicPolicy:TopicPolicy", names_target="arn", target="aws:sns/topic:Topic"
    ),
    PolicyCarrier(
        kind="queue", type="aws:sqs/queuePolicy:QueuePolicy", names_target="queueUrl", target="aws:sqs/queue:Queue"
    ),
    PolicyCarrier(
        kind="secret",
        type="aws:secretsmanager/secretPolicy:SecretPolicy",
        names_target="secretArn",
        target="aws:secretsmanager/secret:Secret",
    ),
)
CARRIERS: tuple[Carrier, ...] = (
    *POLICY_CARRIERS,
    Carrier(type="aws:iam/rolePolicy:RolePolicy", names_target="role", target=ROLE),
    Carrier(type=ATTACHMENT, names_target="role", target=ROLE),
    Carrier(type=EXCLUSIVE, names_target="roleName", target=ROLE),
    Carrier(type="aws:lambda/permission:Permission", names_target="function", target=FUNCTION),
    Carrier(type=ENCRYPTION, names_target="bucket", target=BUCKET),
)


def misplaced(stacks: Sequence[StackResources]) -> list[str]:
    """A sentence for each carrier whose target no stack made, and for each target with two where it can have one."""
    return [
        problem for carrier in CARRIERS for each in (_without_target, _doubled) for problem in each(stacks, carrier)
    ]


def _without_target(stacks: Sequence[StackResources], carrier: Carrier) -> Iterator[str]:
    for stack in stacks:
        for one in stack.pointing_elsewhere(carrier.type, carrier.names_target, carrier.target):
            if not is_known(stack, one):
                target = one.props[carrier.names_target]
                yield (
                    f"{stack.name}: {carrier.type} {one.name} is for {target}, which no stack here made: give the "
                    "stack that made it too, or correct it"
                )


def _doubled(stacks: Sequence[StackResources], carrier: Carrier) -> Iterator[str]:
    if carrier.type in _MANY:
        return
    for stack in stacks:
        for resource in stack.of(carrier.target):
            found = stack.pointing(carrier.type, carrier.names_target, resource)
            if len(found) > 1:
                names = " and ".join(one.urn for one in found)
                yield f"{stack.name}: {resource.name} has {len(found)} of {carrier.type}, {names}: keep one"
