"""Policies, attachments and permissions that stand apart from what they are for, and where each belongs.

One may stand in another stack than what it is for. One whose target no stack made is refused: nobody knows what it
opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.access.graph.account_policies import BUS_POLICY, names_default_bus
from policies.access.graph.existing import BUCKET_POLICY, KEY_POLICY, is_known
from policies.access.graph.grants import ACCESS_POINT, ACCESS_POINT_POLICY, ACL, BUS_PERMISSION, GRANT
from policies.access.graph.stack_resources import (
    ATTACHMENT,
    ATTACHMENT_OF_MANY,
    ENCRYPTION,
    EXCLUSIVE,
    KEY,
    StackResources,
    texts,
)
from policies.access.graph.users import GROUP, USER

BUS = "aws:cloudwatch/eventBus:EventBus"
_SHARE = "aws:ram/resourceShare:ResourceShare"
_PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
_PEERING_ACCEPTER = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
ROLE, BUCKET, FUNCTION = "aws:iam/role:Role", "aws:s3/bucket:Bucket", "aws:lambda/function:Function"
# Carriers of which a target has one at most: AWS keeps the last that was written.
_MANY = (
    ACCESS_POINT,
    ATTACHMENT,
    BUS_PERMISSION,
    GRANT,
    "aws:iam/accessKey:AccessKey",
    "aws:iam/groupMembership:GroupMembership",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/userGroupMembership:UserGroupMembership",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:lambda/permission:Permission",
    "aws:ram/resourceAssociation:ResourceAssociation",
    "aws:ram/principalAssociation:PrincipalAssociation",
)


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
        type=BUS_POLICY,
        names_target="eventBusName",
        target=BUS,
    ),
    PolicyCarrier(
        kind="log destination",
        type="aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy",
        names_target="destinationName",
        target="aws:cloudwatch/logDestination:LogDestination",
        text="accessPolicy",
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
    *(
        Carrier(type=f"aws:iam/{kind}{what}:{kind.capitalize()}{what}", names_target=kind, target=target)
        for kind, target in (("user", USER), ("group", GROUP))
        for what in ("Policy", "PolicyAttachment")
    ),
    Carrier(type="aws:iam/accessKey:AccessKey", names_target="user", target=USER),
    Carrier(type="aws:iam/groupMembership:GroupMembership", names_target="group", target=GROUP),
    Carrier(type="aws:iam/userGroupMembership:UserGroupMembership", names_target="user", target=USER),
    Carrier(type=GRANT, names_target="keyId", target=KEY),
    Carrier(type=ACL, names_target="bucket", target=BUCKET),
    Carrier(type=ACCESS_POINT, names_target="bucket", target=BUCKET),
    Carrier(type=ACCESS_POINT_POLICY, names_target="accessPointArn", target=ACCESS_POINT),
    Carrier(type=BUS_PERMISSION, names_target="eventBusName", target=BUS),
    Carrier(type="aws:s3/bucketReplicationConfig:BucketReplicationConfig", names_target="bucket", target=BUCKET),
    Carrier(type=_PEERING_ACCEPTER, names_target="vpcPeeringConnectionId", target=_PEERING),
    Carrier(type="aws:ram/principalAssociation:PrincipalAssociation", names_target="resourceShareArn", target=_SHARE),
    Carrier(type="aws:ram/resourceAssociation:ResourceAssociation", names_target="resourceShareArn", target=_SHARE),
)


def misplaced(stacks: Sequence[StackResources]) -> list[str]:
    """A sentence for each carrier whose target no stack made, and for each target with two where it can have one."""
    found = [
        problem for carrier in CARRIERS for each in (_without_target, _doubled) for problem in each(stacks, carrier)
    ]
    return [*found, *_attached_to_unknown(stacks)]


def _attached_to_unknown(stacks: Sequence[StackResources]) -> Iterator[str]:
    """Of one policy that is attached to several at once: each role, user and group that no stack made."""
    for stack in stacks:
        for one in stack.of(ATTACHMENT_OF_MANY):
            for prop, target in (("roles", ROLE), ("users", USER), ("groups", GROUP)):
                made = {n for owner in stacks for each in owner.of(target) for n in owner.names_for(stack, each)}
                for name in texts(one.props.get(prop)):
                    if name not in made:
                        yield (
                            f"{stack.name}: {ATTACHMENT_OF_MANY} {one.name} is for {prop[:-1]} {name}, which no stack "
                            "here made: give the stack that made it too, or correct it"
                        )


def _without_target(stacks: Sequence[StackResources], carrier: Carrier) -> Iterator[str]:
    for stack in stacks:
        for one in stack.pointing_elsewhere(carrier.type, carrier.names_target, carrier.target):
            if not (is_known(stack, one) or (carrier.target == BUS and names_default_bus(one))):
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
