"""Mutations that open or lead out by resources beside policies: grants, lists, access points, shares, copies."""

from __future__ import annotations

import json
from typing import Any

from tests.policies.access.mutations.mutation import Mutation, PlantedResource, checks, setting

FOREIGN = "999999999999"
_HOME = "arn:aws:{}:eu-west-1:111111111111:{}"
DATA = "mlops-dev-data-111111111111-eu-west-1"
APPROVER = "arn:aws:iam::111111111111:role/mlops/people/mlops-dev-approver"


def _allow(principal: Any, action: str, resource: str) -> str:
    statement = {"Sid": "Planted", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


MUTATIONS: tuple[Mutation, ...] = (
    PlantedResource(
        id="models-key-granted",
        what="A grant lets an approver decrypt with the models' key, which is named by its alias.",
        stack="project-diabetes",
        type="aws:kms/grant:Grant",
        name="planted",
        edit=setting(keyId="alias/mlops/dev/models", granteePrincipal=APPROVER, operations=["Decrypt"]),
        noticed_by=checks("proof:models-readers", "proof:policies-let-in-as-listed"),
    ),
    PlantedResource(
        id="key-granted-to-another-account",
        what="A grant lets a role of a foreign account decrypt data.",
        stack="dev",
        type="aws:kms/grant:Grant",
        name="planted",
        edit=setting(
            keyId="alias/mlops/dev/data", granteePrincipal=f"arn:aws:iam::{FOREIGN}:role/x", operations=["Decrypt"]
        ),
        noticed_by=checks("refused"),
    ),
    PlantedResource(
        id="administrator-attached-elsewhere",
        what="A project's stack attaches AdministratorAccess to the approver's role.",
        stack="project-diabetes",
        type="aws:iam/policyAttachment:PolicyAttachment",
        name="planted",
        edit=setting(policyArn="arn:aws:iam::aws:policy/AdministratorAccess", roles=["mlops-dev-approver"]),
        noticed_by=checks("refused"),
    ),
    PlantedResource(
        id="policy-for-an-unknown-role",
        what="A stack attaches a policy to a role that no stack made.",
        stack="dev",
        type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        name="planted",
        edit=setting(policyArn="arn:aws:iam::aws:policy/ReadOnlyAccess", role="somebody"),
        noticed_by=checks("refused"),
    ),
    PlantedResource(
        id="data-through-an-access-point",
        what="An access point of the data bucket lets a foreign account read.",
        stack="dev",
        type="aws:s3/accessPoint:AccessPoint",
        name="planted",
        edit=setting(
            bucket=DATA,
            arn=_HOME.format("s3", "accesspoint/planted"),
            policy=_allow(
                {"AWS": f"arn:aws:iam::{FOREIGN}:root"},
                "s3:GetObject",
                _HOME.format("s3", "accesspoint/planted/object/*"),
            ),
        ),
        noticed_by=checks("proof:no-strangers"),
    ),
    PlantedResource(
        id="logs-listed-for-everybody",
        what="An access control list lets everybody list the bucket of access logs.",
        stack="dev",
        type="aws:s3/bucketAcl:BucketAcl",
        name="planted",
        edit=setting(bucket="mlops-dev-logs-111111111111-eu-west-1", acl="public-read"),
        noticed_by=checks(
            "proof:across-accounts-as-listed",
            "proof:no-strangers",
            "proof:policies-let-in-as-listed",
            "proof:project-walls",
            "proof:services-from-home",
        ),
    ),
    PlantedResource(
        id="data-copied-to-artifacts",
        what="What is written to the data bucket is copied to the bucket of artifacts, which others read.",
        stack="dev",
        type="aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        name="planted",
        edit=setting(
            bucket=DATA,
            role="arn:aws:iam::111111111111:role/mlops/foundation/mlops-deployer",
            rules=[{"destination": {"bucket": "arn:aws:s3:::mlops-dev-artifacts-111111111111-eu-west-1"}}],
        ),
        noticed_by=checks("proof:configuration-stays-home"),
    ),
    PlantedResource(
        id="registry-for-another-account",
        what="The registry's policy lets a foreign account pull every image.",
        stack="dev",
        type="aws:ecr/registryPolicy:RegistryPolicy",
        name="planted",
        edit=setting(policy=_allow({"AWS": f"arn:aws:iam::{FOREIGN}:root"}, "ecr:*", _HOME.format("ecr", "*"))),
        noticed_by=checks("proof:no-strangers"),
    ),
    PlantedResource(
        id="events-from-everybody",
        what="Everybody may put events on the default bus of production.",
        stack="prod",
        type="aws:cloudwatch/eventPermission:EventPermission",
        name="planted",
        edit=setting(principal="*", statementId="planted", action="events:PutEvents"),
        noticed_by=checks(
            "proof:no-strangers",
            "proof:policies-let-in-as-listed",
            "proof:previews-only-look",
            "proof:services-from-home",
            "rule:IAM-01",
        ),
    ),
    PlantedResource(
        id="logs-sent-away",
        what="The remediator's log is sent to a stream of a foreign account.",
        stack="foundation",
        type="aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        name="planted",
        edit=setting(
            logGroup="/aws/lambda/mlops-foundation-guard",
            destinationArn=f"arn:aws:logs:eu-west-1:{FOREIGN}:destination:theirs",
            filterPattern="",
            name="planted",
        ),
        noticed_by=checks("proof:configuration-stays-home", "rule:ASY-01"),
    ),
    PlantedResource(
        id="network-joined-to-another-s",
        what="The data science VPC is joined to a VPC of a foreign account.",
        stack="dev",
        type="aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        name="planted",
        edit=setting(peerOwnerId=FOREIGN, peerVpcId="vpc-0fffffffffffffff1"),
        noticed_by=checks("proof:configuration-stays-home"),
    ),
    PlantedResource(
        id="user-with-a-policy",
        what="A stack declares an IAM user.",
        stack="dev",
        type="aws:iam/user:User",
        name="planted",
        edit=setting(name="eve", arn="arn:aws:iam::111111111111:user/eve"),
        noticed_by=checks(
            "matrix:Bucket artifacts, dev",
            "matrix:Bucket capture, prod",
            "matrix:Bucket capture, staging",
            "matrix:Bucket code, dev",
            "matrix:Bucket data, dev",
            "matrix:Bucket logs, dev",
            "matrix:Bucket logs, foundation",
            "matrix:Bucket logs, foundation-prod",
            "matrix:Bucket logs, foundation-staging",
            "matrix:Bucket logs, prod",
            "matrix:Bucket logs, staging",
            "matrix:Bucket models, dev",
            "matrix:Bucket trail, foundation",
            "matrix:Bucket trail, foundation-prod",
            "matrix:Bucket trail, foundation-staging",
            "matrix:Delivery",
            "matrix:Endpoints, prod",
            "matrix:Endpoints, staging",
            "matrix:Key capture, prod",
            "matrix:Key capture, staging",
            "matrix:Key code, dev",
            "matrix:Key data, dev",
            "matrix:Key guards, foundation",
            "matrix:Key guards, foundation-prod",
            "matrix:Key guards, foundation-staging",
            "matrix:Key models, dev",
            "matrix:Key operations, dev",
            "matrix:Key operations, prod",
            "matrix:Key operations, staging",
            "matrix:Key studio, dev",
            "matrix:Key trail, foundation",
            "matrix:Key trail, foundation-prod",
            "matrix:Key trail, foundation-staging",
            "matrix:Key volumes, dev",
            "matrix:Key volumes, prod",
            "matrix:Key volumes, staging",
            "matrix:Registry",
            "matrix:Rights",
            "proof:boundaries-hold",
            "proof:compute-inside",
            "proof:declared-as-catalogued",
            "proof:no-users",
            "proof:roles-entered-as-listed",
            "proof:tags-stay",
            "rule:IAM-06",
        ),
    ),
    PlantedResource(
        id="type-that-nobody-reads",
        what="A stack declares a resource of a type that nobody has looked at.",
        stack="dev",
        type="aws:lambda/functionUrl:FunctionUrl",
        name="planted",
        edit=setting(functionName="mlops-dev-account-cleaner", authorizationType="NONE"),
        noticed_by=checks("rule:LAM-04", "unread"),
    ),
    Mutation(
        id="dead-letters-under-another-key",
        what="A dead-letter queue is encrypted under a key, named by its id, that is nobody's here.",
        stack="foundation",
        type="Queue",
        name="dead-letters-queue",
        edit=setting(kmsMasterKeyId="11111111-2222-3333-4444-555555555555"),
        noticed_by=checks("proof:configuration-stays-home", "proof:guards-awake"),
    ),
)
