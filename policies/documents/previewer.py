"""The previewer: the role that `pulumi preview` of an account's stacks acts with where nobody answers for the program.

A pull request's program runs before anybody has read it, with whatever its job may do. The previewer looks up what the
program asks the provider for (`aws.get_…` in `stacks/`), and neither changes anything nor reads what is stored.
"""

from __future__ import annotations

from policies.documents.account import AccountScope
from policies.documents.boundaries import CRYPTOGRAPHY, IAM_WRITES
from policies.documents.statement import Statement, document

# What each lookup asks for: hashicorp/terraform-provider-aws, internal/service/ec2/vpc_data_source.go (attributes and
# the main route table too), vpc_endpoint_data_source.go (prefix lists) and their neighbours.
_NETWORKS = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpointServices",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
)
# What Cloud Control reads of a key (handlers of the CloudFormation schema AWS::KMS::Key), and kms.get_key.
_KEYS = ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags")
# What is stored: objects, parameters, secrets, log lines, code and images, and answers of models. Not all of them are
# in the boundary; a resource's policy that names the role would pass over the boundary, and does not pass a denial.
STORED_DATA = (
    "codebuild:BatchGet*",
    "codepipeline:Get*",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "lambda:GetFunction",
    "lambda:GetLayerVersion",
    "logs:FilterLogEvents",
    "logs:GetLog*",
    "logs:GetQueryResults",
    "logs:Start*",
    "s3:GetObject*",
    "s3:ListBucket*",
    "sagemaker:InvokeEndpoint*",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter*",
)


def previewer(account: AccountScope) -> str:
    """Looks up what the program asks for and can do nothing else.

    `sts:GetCallerIdentity`, by which the provider learns its account, needs no permission (AWS STS API Reference,
    "GetCallerIdentity"). Buckets that exist are not looked up: S3 asks for `s3:ListBucket` where the provider wants to
    know that one is there, which would show the names of everything in it.
    """
    return document(
        *_look_ups(account),
        *_denials(),
    )


def _look_ups(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="LookNetworksUp",
            actions=_NETWORKS,
            resources=["*"],
            reason='Describing networks knows no resource (Service Authorization Reference, "Amazon EC2")',
        ),
        Statement(
            sid="LookKeysUp",
            actions=_KEYS,
            resources=[account.arn("kms", "key/*")],
            conditions=account.tagged(),
        ),
        Statement(sid="LookRolesUp", actions=["iam:GetRole"], resources=account.made_roles()),
        Statement(
            sid="LookAtWhatExists",
            actions=["cloudformation:GetResource"],
            resources=["*"],
            reason="Cloud Control reads with its caller's own rights and knows no resource (Service Authorization "
            "Reference, 'AWS Cloud Control API')",
        ),
    )


def _denials() -> tuple[Statement, ...]:
    denied = {
        "DenyOtherIdentities": ("sts:AssumeRole*", "sts:GetFederationToken", "sts:GetSessionToken"),
        "DenyMoreRights": (*IAM_WRITES, "iam:PassRole"),
        "DenyStoredData": STORED_DATA,
        "DenyUseOfKeys": (*CRYPTOGRAPHY, "kms:CreateGrant"),
    }
    return tuple(Statement(sid=sid, effect="Deny", actions=actions, resources=["*"]) for sid, actions in denied.items())
