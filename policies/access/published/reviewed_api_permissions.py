"""The reviewed list for resource types of a delivered API: what its part of the template declares none of."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.roles import RoleKind
from policies.access.published.reviewed_permissions import ReviewedPermissions


def _deliver(types: Sequence[str], reason: str, *actions: str) -> ReviewedPermissions:
    return ReviewedPermissions(role=RoleKind.STACK_SET_EXECUTION, types=types, actions=actions, reason=reason)


_FUNCTION, _VERSION, _ALIAS = "AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias"
_GROUP, _TABLE, _FIREWALL = "AWS::Logs::LogGroup", "AWS::DynamoDB::Table", "AWS::WAFv2::WebACLAssociation"

DELIVERED_APIS: Sequence[ReviewedPermissions] = (
    _deliver(
        [_FUNCTION],
        "Functions reserve no concurrency, sign no code, choose no runtime of their own and have no file system",
        "elasticfilesystem:DescribeMountTargets",
        "lambda:AssociateRuntimeAlias",
        "lambda:DeleteFunctionCodeSigningConfig",
        "lambda:DeleteFunctionConcurrency",
        "lambda:GetCodeSigningConfig",
        "lambda:PassCapacityProvider",
        "lambda:PutFunctionCodeSigningConfig",
        "lambda:PutFunctionConcurrency",
        "lambda:PutFunctionRecursionConfig",
        "lambda:PutFunctionScalingConfig",
        "lambda:PutRuntimeManagementConfig",
        "s3files:ListMountTargets",
    ),
    _deliver([_FUNCTION], "Variables are encrypted with Lambda's own key: none is named", "kms:*"),
    _deliver(
        [_FUNCTION],
        "Archives are objects of the registry's bucket, which the statement FetchApiArchives names; none is behind an "
        "access point",
        "s3:GetObject",
        "s3:GetObjectVersion",
    ),
    _deliver(
        [_VERSION],
        "Versions have no concurrency, scaling or runtime of their own",
        "lambda:PutFunctionScalingConfig",
        "lambda:PutProvisionedConcurrencyConfig",
        "lambda:PutRuntimeManagementConfig",
    ),
    _deliver(
        [_ALIAS],
        "Aliases have no concurrency of their own",
        "lambda:DeleteProvisionedConcurrencyConfig",
        "lambda:PutProvisionedConcurrencyConfig",
    ),
    _deliver(
        ["AWS::ApiGateway::RestApi"],
        "The document stands in the template, and integrations call the function by its own policy",
        "iam:PassRole",
        "s3:GetObject",
    ),
    _deliver(
        ["AWS::CodeDeploy::DeploymentGroup"],
        "Functions are deployed, no machines",
        "codedeploy:RegisterOnPremisesInstance",
    ),
    _deliver(
        [_GROUP],
        "Groups have a key and a number of days from the beginning, no policy, index or delivery of their own",
        "firehose:TagDeliveryStream",
        "logs:CreateLogDelivery",
        "logs:DeleteDataProtectionPolicy",
        "logs:DeleteIndexPolicy",
        "logs:DeleteResourcePolicy",
        "logs:DeleteRetentionPolicy",
        "logs:DisassociateKmsKey",
        "logs:PutBearerTokenAuthentication",
        "logs:PutDataProtectionPolicy",
        "logs:PutIndexPolicy",
        "logs:PutLogGroupDeletionProtection",
        "logs:PutResourcePolicy",
        "s3:REST.PUT.OBJECT",
    ),
    _deliver(
        [_TABLE],
        "The table has no replica, stream, import, backup, insight or policy, and its items are the function's",
        "dynamodb:AssociateTableReplica",
        "dynamodb:BatchWriteItem",
        "dynamodb:CreateTableReplica",
        "dynamodb:DeleteItem",
        "dynamodb:DeleteResourcePolicy",
        "dynamodb:DisableKinesisStreamingDestination",
        "dynamodb:EnableKinesisStreamingDestination",
        "dynamodb:GetItem",
        "dynamodb:ImportTable",
        "dynamodb:PutItem",
        "dynamodb:PutResourcePolicy",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateContributorInsights",
        "dynamodb:UpdateItem",
        "dynamodb:UpdateKinesisStreamingDestination",
        "iam:CreateServiceLinkedRole",
        "kinesis:*",
        "logs:*",
        "s3:*",
    ),
    _deliver([_TABLE], "It is encrypted with DynamoDB's own key in the account, whose policy lets every user", "kms:*"),
    _deliver(["AWS::WAFv2::WebACL"], "No group of rules is bought", "payments:GetConnectedAccount"),
    _deliver(
        [_FIREWALL],
        "It stands before an API's stage, and SetWebACL is asked on that stage alone",
        "amplify:*",
        "apigateway:SetWebACL",
        "apprunner:*",
        "appsync:*",
        "bedrock-agentcore:*",
        "cognito-idp:*",
        "ec2:*",
        "elasticloadbalancing:*",
    ),
    _deliver([_FIREWALL], "No group of rules is shared", "wafv2:GetPermissionPolicy", "wafv2:PutPermissionPolicy"),
)
