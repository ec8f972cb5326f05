"""Permissions that resource schemas name and that cannot arise here, each with its reason: the reviewed list.

A schema names what a handler calls for any property that a type has. What stands here belongs to properties that no
stack declares, or is done by another than the role. Who declares such a property takes the line away and grants the
action. Which calls the provider makes: terraform-provider-aws, `internal/service/<service>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.roles import RoleKind


@dataclass(frozen=True, kw_only=True)
class ReviewedPermissions:
    """Actions of some types that a kind of role need not be allowed. `service:*` stands for all of a service."""

    role: RoleKind
    types: Sequence[str]
    actions: Sequence[str]
    reason: str

    @staticmethod
    def matches(given: str, action: str) -> bool:
        """Whether an action of this list is, or stands for, the action."""
        return given == action or (given.endswith(":*") and action.startswith(given[:-1]))

    def covers(self, kind: str, type_name: str, action: str) -> bool:
        """Whether it says why this action of this type cannot arise for a role of this kind."""
        return (
            kind == self.role and type_name in self.types and any(self.matches(given, action) for given in self.actions)
        )


def _deliver(type_name: str, reason: str, *actions: str) -> ReviewedPermissions:
    return ReviewedPermissions(role=RoleKind.STACK_SET_EXECUTION, types=[type_name], actions=actions, reason=reason)


def _deploy(type_name: str, reason: str, *actions: str) -> ReviewedPermissions:
    return ReviewedPermissions(role=RoleKind.DEPLOYER, types=[type_name], actions=actions, reason=reason)


_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
_BUCKET = "AWS::S3::Bucket"
_FUNCTION = "AWS::Lambda::Function"
_GROUP = "AWS::Logs::LogGroup"
_PIPELINE = "AWS::CodePipeline::Pipeline"

DELIVERED: Sequence[ReviewedPermissions] = (
    _deliver(
        _TARGET,
        "The template schedules no scaling",
        "application-autoscaling:DeleteScheduledAction",
        "application-autoscaling:PutScheduledAction",
    ),
    _deliver(_TARGET, "No role is named: scaling has its service-linked role", "iam:PassRole"),
    _deliver(
        _TARGET,
        "Alarms of target tracking are made by scaling's service-linked role (AWS Managed Policy Reference, "
        "AWSApplicationAutoscalingSageMakerEndpointPolicy)",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:PutMetricAlarm",
    ),
    _deliver(_TARGET, "Functions' concurrency is not scaled: the namespace is sagemaker", "lambda:*"),
    _deliver(
        "AWS::SageMaker::EndpointConfig",
        "ExecutionRoleArn is not given: the model has its role",
        "iam:PassRole",
    ),
)
DEPLOYED: Sequence[ReviewedPermissions] = (
    _deploy(
        "AWS::ApiGateway::RestApi",
        "The API of approvers' links has no policy, its document is in the request, its function admits it",
        "apigateway:UpdateRestApiPolicy",
        "iam:PassRole",
        "s3:GetObject",
    ),
    _deploy(
        "AWS::Chatbot::SlackChannelConfiguration",
        "Channels have no custom actions",
        "chatbot:AssociateToConfiguration",
        "chatbot:DisassociateFromConfiguration",
        "chatbot:ListAssociations",
    ),
    _deploy(
        "AWS::EC2::FlowLog",
        "Flow logs go to a log group with a role of the stack's: neither a bucket's policy nor the service-linked role "
        "of log delivery is asked for, and the provider reads tags with the flow log",
        "autoscaling:DescribeTags",
        "ec2:DescribeTags",
        "iam:CreateServiceLinkedRole",
        "s3:GetBucketPolicy",
        "s3:PutBucketPolicy",
    ),
    _deploy(
        "AWS::EC2::SecurityGroup",
        "The provider asks for what still uses a group by its network interfaces",
        "ec2:DescribeInstances",
    ),
    _deploy(
        "AWS::EC2::Subnet",
        "Subnets have one IPv4 block and no IPv6",
        "ec2:AssociateSubnetCidrBlock",
        "ec2:DisassociateSubnetCidrBlock",
    ),
    _deploy(
        "AWS::EC2::VPC",
        "Neither encryption controls nor a tenancy are declared",
        "ec2:CreateVpcEncryptionControl",
        "ec2:DescribeVpcEncryptionControls",
        "ec2:ModifyVpcTenancy",
    ),
    _deploy(
        "AWS::EC2::VPCEndpoint",
        "Endpoints are of services in the Region, none is of a service network",
        "vpc-lattice:*",
        "vpce:AllowMultiRegion",
    ),
    _deploy(
        "AWS::EC2::EIP",
        "An address belongs to its NAT gateway, which is made with it; none is transferred",
        "ec2:AcceptAddressTransfer",
        "ec2:AssociateAddress",
    ),
    _deploy(
        "AWS::EC2::NatGateway",
        "A NAT gateway has one address for its life, and none of its own VPC's",
        "ec2:AssignPrivateNatGatewayAddress",
        "ec2:AssociateNatGatewayAddress",
        "ec2:DisassociateNatGatewayAddress",
        "ec2:UnassignPrivateNatGatewayAddress",
    ),
    _deploy("AWS::Events::EventBus", "Buses have AWS's own key", "kms:*"),
    _deploy("AWS::Events::Rule", "Targets are functions and topics, whose policies let EventBridge in", "iam:PassRole"),
    _deploy(
        "AWS::IAM::Role",
        "Roles have inline policies alone, and lose no boundary: the deployer's own boundary denies both",
        "iam:AttachRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DetachRolePolicy",
    ),
    _deploy("AWS::KMS::Key", "Every key rotates, and none stops to", "kms:DisableKeyRotation"),
    _deploy(
        _GROUP,
        "No group has a data protection, index or resource policy, a bearer token or deletion protection",
        "logs:DeleteDataProtectionPolicy",
        "logs:DeleteIndexPolicy",
        "logs:DeleteResourcePolicy",
        "logs:DescribeIndexPolicies",
        "logs:DescribeResourcePolicies",
        "logs:GetDataProtectionPolicy",
        "logs:PutBearerTokenAuthentication",
        "logs:PutDataProtectionPolicy",
        "logs:PutIndexPolicy",
        "logs:PutLogGroupDeletionProtection",
        "logs:PutResourcePolicy",
    ),
    _deploy(_GROUP, "Groups deliver to no bucket and no stream", "firehose:TagDeliveryStream", "s3:REST.PUT.OBJECT"),
    _deploy(
        "AWS::ResourceGroups::Group",
        "Groups find their members by a query on tags: none is put in by hand, none is a stack of CloudFormation's, "
        "none has a configuration of a service's",
        "cloudformation:ListStackResources",
        "resource-groups:GroupResources",
        "resource-groups:ListGroupResources",
        "resource-groups:PutGroupConfiguration",
        "resource-groups:UnGroupResources",
    ),
    _deploy(
        _BUCKET,
        "No bucket has access by tags, analytics, an inventory, metrics, tiering, metadata tables, a website, CORS, "
        "acceleration, replication or an object lock, nor ACLs: owners are enforced",
        "s3:CreateBucketMetadataTableConfiguration",
        "s3:DeleteBucketAnalyticsConfiguration",
        "s3:DeleteBucketCors",
        "s3:DeleteBucketMetadataTableConfiguration",
        "s3:DeleteBucketMetricsConfiguration",
        "s3:DeleteBucketReplication",
        "s3:DeleteBucketWebsite",
        "s3:GetAnalyticsConfiguration",
        "s3:GetBucketAbac",
        "s3:GetBucketMetadataTableConfiguration",
        "s3:GetIntelligentTieringConfiguration",
        "s3:GetInventoryConfiguration",
        "s3:GetMetricsConfiguration",
        "s3:PutAccelerateConfiguration",
        "s3:PutAnalyticsConfiguration",
        "s3:PutBucketAbac",
        "s3:PutBucketAcl",
        "s3:PutBucketCORS",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketReplication",
        "s3:PutBucketWebsite",
        "s3:PutIntelligentTieringConfiguration",
        "s3:PutInventoryConfiguration",
        "s3:PutMetricsConfiguration",
        "s3:PutObjectAcl",
        "s3:PutObjectLockConfiguration",
        "s3:PutReplicationConfiguration",
        "s3:UpdateBucketMetadataAnnotationTableConfiguration",
        "s3:UpdateBucketMetadataInventoryTableConfiguration",
        "s3:UpdateBucketMetadataJournalTableConfiguration",
        "s3tables:*",
    ),
    _deploy(
        _BUCKET,
        "IAM knows the actions as PutEncryptionConfiguration and PutLifecycleConfiguration, which also take away",
        "s3:DeleteBucketEncryption",
        "s3:DeleteBucketLifecycle",
    ),
    _deploy(_BUCKET, "No role is named: nothing is replicated", "iam:PassRole"),
    _deploy(
        _BUCKET,
        "Objects of data and models are never the deployer's to delete; what it empties has a statement of its own",
        "s3:DeleteObject",
    ),
    _deploy(
        "AWS::SNS::Topic",
        "No topic has a data protection policy or logs its deliveries with a role",
        "iam:GetRole",
        "iam:PassRole",
        "sns:GetDataProtectionPolicy",
        "sns:PutDataProtectionPolicy",
    ),
    _deploy("AWS::SNS::Subscription", "No subscription names a role", "iam:GetRole", "iam:PassRole"),
    _deploy(
        "AWS::SageMaker::Domain",
        "No image of one's own is declared, and no app: they are made in Studio",
        "sagemaker:CreateApp",
        "sagemaker:DescribeApp",
        "sagemaker:DescribeImage",
        "sagemaker:DescribeImageVersion",
    ),
    _deploy(
        "AWS::SageMaker::Domain",
        "Apps are ended and the file system is deleted by name elsewhere, not by the domain's own deletion",
        "elasticfilesystem:DeleteFileSystem",
        "elasticfilesystem:DeleteMountTarget",
        "elasticfilesystem:DescribeMountTargets",
        "sagemaker:DeleteApp",
    ),
    _deploy(
        "AWS::SageMaker::UserProfile",
        "Profiles have no image of their own, and the domain signs in by IAM",
        "identitystore:*",
        "sagemaker:DescribeImage",
        "sagemaker:DescribeImageVersion",
        "sso:*",
    ),
    _deploy(
        _PIPELINE,
        "No stage is closed, no pipeline is started and no state is read by the provider; no connection is a source",
        "codepipeline:DisableStageTransition",
        "codepipeline:EnableStageTransition",
        "codepipeline:GetPipelineState",
        "codepipeline:StartPipelineExecution",
        "codestar-connections:PassConnection",
    ),
    _deploy(
        _FUNCTION,
        "Code is in the request; variables have AWS's own key, and there are no layers, signing, file systems, "
        "capacity providers, published versions, pinned runtimes or reserved concurrency",
        "elasticfilesystem:DescribeMountTargets",
        "kms:*",
        "lambda:AssociateRuntimeAlias",
        "lambda:DeleteFunctionCodeSigningConfig",
        "lambda:DeleteFunctionConcurrency",
        "lambda:GetCodeSigningConfig",
        "lambda:GetFunctionRecursionConfig",
        "lambda:GetFunctionScalingConfig",
        "lambda:GetLayerVersion",
        "lambda:GetRuntimeManagementConfig",
        "lambda:PassCapacityProvider",
        "lambda:PublishVersion",
        "lambda:PutFunctionCodeSigningConfig",
        "lambda:PutFunctionConcurrency",
        "lambda:PutFunctionRecursionConfig",
        "lambda:PutFunctionScalingConfig",
        "lambda:PutRuntimeManagementConfig",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3files:*",
    ),
)
REVIEWED: Sequence[ReviewedPermissions] = (*DELIVERED, *DEPLOYED)
