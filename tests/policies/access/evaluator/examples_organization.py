"""AWS's published examples of service control policies and resource control policies."""

from __future__ import annotations

from tests.policies.access.evaluator.factories import (
    ACCOUNT,
    FULL,
    OTHER_ACCOUNT,
    ROOT,
    Example,
    allow,
    deny,
    example,
    levels,
    policy,
)

SCPS = 'AWS Organizations User Guide, "SCP evaluation"'

SCP_SCOPE = 'AWS Organizations User Guide, "Service control policies (SCPs)"'

RCPS = 'AWS Organizations User Guide, "Resource control policies (RCPs)"'

RCP_EXAMPLES = 'AWS Organizations User Guide, "Resource control policy examples"'

_NO_S3 = policy(allow(), deny("s3:*"))

_SERVICE_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForSageMaker"

_IDENTITY_PERIMETER = policy(
    allow(Principal="*"),
    deny(
        ["s3:*", "sqs:*", "kms:*", "secretsmanager:*", "sts:*"],
        Principal="*",
        Sid="EnforceOrgIdentities",
        Condition={
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-mine"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    ),
)

_DEPUTY = policy(
    allow(Principal="*"),
    deny(
        ["s3:*", "sqs:*", "kms:*", "secretsmanager:*", "sts:*"],
        Principal="*",
        Sid="EnforceConfusedDeputyProtection",
        Condition={
            "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-mine"},
            "Null": {"aws:SourceAccount": "false"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        },
    ),
)

_LOGGING = policy(allow("s3:PutObject", Principal={"Service": "logging.s3.amazonaws.com"}))


def _logged(**context: str) -> dict[str, object]:
    return {
        "principal": "logging.s3.amazonaws.com",
        "action": "s3:PutObject",
        "resource_policy": _LOGGING,
        "rcps": levels(_DEPUTY),
        "context": {key.replace("_", ":"): value for key, value in context.items()},
    }


ORGANIZATION = (
    example(SCPS, "every level allows", True, identity=[FULL], scps=levels(FULL, FULL, FULL)),
    example(SCPS, "the level of the unit lost its Allow", False, identity=[FULL], scps=[[FULL], [], [FULL]]),
    example(
        SCPS,
        "the account's level allows another service only",
        False,
        identity=[FULL],
        scps=levels(FULL, FULL, policy(allow("ec2:*"))),
    ),
    example(SCPS, "any level may deny", False, identity=[FULL], scps=levels(_NO_S3, FULL, FULL)),
    example(SCPS, "two policies of one level add up", True, identity=[FULL], scps=[[policy(allow("ec2:*")), FULL]]),
    example(SCP_SCOPE, "an SCP grants nothing", False, scps=levels(FULL)),
    example(SCP_SCOPE, "an SCP binds the root user of a member account", False, principal=ROOT, scps=levels(_NO_S3)),
    example(
        SCP_SCOPE,
        "an SCP binds nobody outside its organization",
        True,
        principal=f"arn:aws:iam::{OTHER_ACCOUNT}:role/Guest",
        identity=[FULL],
        resource_policy=policy(allow(Principal={"AWS": OTHER_ACCOUNT})),
        rcps=levels(policy(allow(Principal="*"))),
    ),
    example(
        SCP_SCOPE,
        "an SCP does not bind service-linked roles",
        True,
        principal=_SERVICE_LINKED,
        identity=[FULL],
        scps=levels(_NO_S3),
    ),
    example(
        RCPS,
        "an RCP does not bind service-linked roles",
        True,
        principal=_SERVICE_LINKED,
        identity=[FULL],
        rcps=levels(policy(allow(Principal="*"), deny("s3:*", Principal="*"))),
    ),
    example(
        RCPS,
        "an RCP binds only services that support it",
        True,
        action="sagemaker:DescribeModel",
        resource=f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:model/m",
        identity=[FULL],
        rcps=levels(policy(deny(Principal="*"))),
    ),
    example(
        'AWS KMS Developer Guide, "Resource control policies in AWS KMS"',
        "kms:RetireGrant is outside RCPs even when they deny every action",
        True,
        action="kms:RetireGrant",
        resource=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k",
        identity=[FULL],
        resource_policy=policy(allow("kms:*", Principal={"AWS": ACCOUNT})),
        rcps=levels(policy(allow(Principal="*"), deny(Principal="*"))),
    ),
    example(
        RCP_EXAMPLES,
        "an identity of the organization passes the perimeter",
        True,
        identity=[FULL],
        rcps=levels(_IDENTITY_PERIMETER),
        context={"aws:PrincipalOrgID": "o-mine"},
    ),
    example(
        RCP_EXAMPLES,
        "an identity of another organization is denied at the perimeter",
        False,
        principal=f"arn:aws:iam::{OTHER_ACCOUNT}:role/Guest",
        identity=[FULL],
        resource_policy=policy(allow(Principal="*")),
        rcps=levels(_IDENTITY_PERIMETER),
        context={"aws:PrincipalOrgID": "o-theirs"},
    ),
    example(
        RCP_EXAMPLES,
        "a service on behalf of the organization may write",
        True,
        **_logged(aws_SourceOrgID="o-mine", aws_SourceAccount=ACCOUNT),
    ),
    example(
        RCP_EXAMPLES,
        "a service on behalf of others may not",
        False,
        **_logged(aws_SourceOrgID="o-x", aws_SourceAccount=OTHER_ACCOUNT),
    ),
    example(RCP_EXAMPLES, "a service without a source account is not asked", True, **_logged()),
)

EXAMPLES: tuple[Example, ...] = ORGANIZATION
