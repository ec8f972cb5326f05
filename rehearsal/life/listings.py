"""What each service can list, and which requests make what is listed.

Nothing is passed over: a request that changes something and that no row here knows is refused by name, since nobody
could say whether what it made is still there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath
from botocore import xform_name

from rehearsal.services import chatbot


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One kind of thing that a service holds.

    - `operation` lists it and `names` (JMESPath) are its names in each page; `parameters` are the operation's.
    - `made_by`: the operations that make one.
    - `find`: lists it where one operation does not tell, from a client of the service.
    - `region`: where it is asked, of a service that is no Region's.
    """

    kind: str
    made_by: tuple[str, ...]
    operation: str = ""
    names: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    find: Callable[[Any], Iterable[str]] | None = None
    region: str | None = None

    def listed(self, client: Any) -> list[str]:
        """Names of all of the kind, in the client's account and region."""
        if self.find is not None:
            return sorted(self.find(client))
        method = xform_name(self.operation)
        if client.can_paginate(method):
            pages = client.get_paginator(method).paginate(**self.parameters)
        else:
            pages = [getattr(client, method)(**self.parameters)]
        return sorted(str(name) for page in pages for name in jmespath.search(self.names, page) or [])


def _of(kind: str, operation: str, names: str, *made_by: str, **parameters: Any) -> Listing:
    return Listing(kind=kind, operation=operation, names=names, made_by=made_by, parameters=parameters)


def _keys(client: Any) -> Iterable[str]:
    """Customer keys with their state: those to be deleted are still listed."""
    for key in _of("", "ListKeys", "Keys[].KeyId").listed(client):
        described = client.describe_key(KeyId=key)["KeyMetadata"]
        if described["KeyManager"] == "CUSTOMER":
            yield f"{key} ({described['KeyState']})"


def _scaling(kind: str) -> Callable[[Any], Iterable[str]]:
    def find(client: Any) -> Iterable[str]:
        operation, names = {
            "target": ("DescribeScalableTargets", "ScalableTargets[].ResourceId"),
            "policy": ("DescribeScalingPolicies", "ScalingPolicies[].PolicyName"),
        }[kind]
        return _of("", operation, names, ServiceNamespace="sagemaker").listed(client)

    return find


def _rules(client: Any) -> Iterable[str]:
    for bus in _of("", "ListEventBuses", "EventBuses[].Name").listed(client):
        for rule in _of("", "ListRules", "Rules[].Name", EventBusName=bus).listed(client):
            yield f"{bus}/{rule}"


def _packages(client: Any) -> Iterable[str]:
    for group in _of("", "ListModelPackageGroups", "ModelPackageGroupSummaryList[].ModelPackageGroupName").listed(
        client
    ):
        pages = client.list_model_packages(ModelPackageGroupName=group)
        yield from (package["ModelPackageArn"] for package in pages["ModelPackageSummaryList"])


_STACKS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_FAILED")

LISTINGS: Mapping[str, tuple[Listing, ...]] = {
    "accessanalyzer": (_of("analyzer", "ListAnalyzers", "analyzers[].name", "CreateAnalyzer"),),
    "application-autoscaling": (
        Listing(kind="scaling target", made_by=("RegisterScalableTarget",), find=_scaling("target")),
        Listing(kind="scaling policy", made_by=("PutScalingPolicy",), find=_scaling("policy")),
    ),
    "chatbot": (
        Listing(
            kind="channel of Slack",
            operation="DescribeSlackChannelConfigurations",
            names="SlackChannelConfigurations[].ConfigurationName",
            made_by=("CreateSlackChannelConfiguration",),
            region=chatbot.HOME,
        ),
    ),
    "cloudformation": (
        _of("stack", "ListStacks", "StackSummaries[].StackName", "CreateStack", StackStatusFilter=_STACKS),
        _of(
            "stack set",
            "ListStackSets",
            "Summaries[?Status=='ACTIVE'].StackSetName",
            "CreateStackSet",
            "CreateStackInstances",
        ),
    ),
    "cloudtrail": (_of("trail", "ListTrails", "Trails[].Name", "CreateTrail"),),
    "cloudwatch": (_of("alarm", "DescribeAlarms", "MetricAlarms[].AlarmName", "PutMetricAlarm"),),
    "codebuild": (_of("build project", "ListProjects", "projects", "CreateProject", "StartBuild"),),
    "codepipeline": (_of("pipeline", "ListPipelines", "pipelines[].name", "CreatePipeline", "StartPipelineExecution"),),
    "config": (
        _of(
            "recorder",
            "DescribeConfigurationRecorders",
            "ConfigurationRecorders[].name",
            "PutConfigurationRecorder",
            "StartConfigurationRecorder",
        ),
        _of("delivery channel", "DescribeDeliveryChannels", "DeliveryChannels[].name", "PutDeliveryChannel"),
    ),
    "ec2": (
        _of("VPC", "DescribeVpcs", "Vpcs[].VpcId", "CreateVpc"),
        _of("subnet", "DescribeSubnets", "Subnets[].SubnetId", "CreateSubnet"),
        _of("security group", "DescribeSecurityGroups", "SecurityGroups[].GroupName", "CreateSecurityGroup"),
        _of("route table", "DescribeRouteTables", "RouteTables[].RouteTableId", "CreateRouteTable"),
        _of(
            "interface", "DescribeNetworkInterfaces", "NetworkInterfaces[].NetworkInterfaceId", "CreateNetworkInterface"
        ),
        _of(
            "internet gateway",
            "DescribeInternetGateways",
            "InternetGateways[].InternetGatewayId",
            "CreateInternetGateway",
        ),
        _of("NAT gateway", "DescribeNatGateways", "NatGateways[?State!='deleted'].NatGatewayId", "CreateNatGateway"),
        _of("address", "DescribeAddresses", "Addresses[].AllocationId", "AllocateAddress"),
        _of(
            "VPC endpoint", "DescribeVpcEndpoints", "VpcEndpoints[?State!='deleted'].VpcEndpointId", "CreateVpcEndpoint"
        ),
        _of("flow log", "DescribeFlowLogs", "FlowLogs[].FlowLogId", "CreateFlowLogs"),
    ),
    "ecr": (
        _of(
            "repository",
            "DescribeRepositories",
            "repositories[].repositoryName",
            "CreateRepository",
            "BatchCheckLayerAvailability",
            "InitiateLayerUpload",
            "UploadLayerPart",
            "CompleteLayerUpload",
            "PutImage",
        ),
    ),
    "efs": (_of("file system", "DescribeFileSystems", "FileSystems[].FileSystemId", "CreateFileSystem"),),
    "events": (
        _of("event bus", "ListEventBuses", "EventBuses[].Name", "CreateEventBus"),
        Listing(kind="rule", made_by=("PutRule",), find=_rules),
    ),
    "guardduty": (_of("detector", "ListDetectors", "DetectorIds", "CreateDetector"),),
    "iam": (
        _of("role", "ListRoles", "Roles[].RoleName", "CreateRole", "CreateServiceLinkedRole"),
        _of("policy", "ListPolicies", "Policies[].PolicyName", "CreatePolicy", Scope="Local"),
    ),
    "kms": (
        Listing(kind="key", made_by=("CreateKey",), find=_keys),
        _of("alias", "ListAliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName", "CreateAlias"),
    ),
    "lambda": (_of("function", "ListFunctions", "Functions[].FunctionName", "CreateFunction"),),
    "logs": (_of("log group", "DescribeLogGroups", "logGroups[].logGroupName", "CreateLogGroup"),),
    "resource-groups": (_of("resource group", "ListGroups", "GroupIdentifiers[].GroupName", "CreateGroup"),),
    "s3": (_of("bucket", "ListBuckets", "Buckets[].Name", "CreateBucket", "PutObject", "CreateMultipartUpload"),),
    "sagemaker": (
        _of("domain", "ListDomains", "Domains[].DomainId", "CreateDomain"),
        _of("user profile", "ListUserProfiles", "UserProfiles[].UserProfileName", "CreateUserProfile"),
        _of("space", "ListSpaces", "Spaces[].SpaceName", "CreateSpace"),
        _of("app", "ListApps", "Apps[?Status!='Deleted'].AppName", "CreateApp"),
        _of(
            "model package group",
            "ListModelPackageGroups",
            "ModelPackageGroupSummaryList[].ModelPackageGroupName",
            "CreateModelPackageGroup",
        ),
        Listing(kind="model package", made_by=("CreateModelPackage",), find=_packages),
        _of(
            "pipeline", "ListPipelines", "PipelineSummaries[].PipelineName", "CreatePipeline", "StartPipelineExecution"
        ),
        _of("endpoint", "ListEndpoints", "Endpoints[].EndpointName", "CreateEndpoint"),
        _of(
            "endpoint configuration",
            "ListEndpointConfigs",
            "EndpointConfigs[].EndpointConfigName",
            "CreateEndpointConfig",
        ),
        _of("model", "ListModels", "Models[].ModelName", "CreateModel"),
        _of("training job", "ListTrainingJobs", "TrainingJobSummaries[].TrainingJobName", "CreateTrainingJob"),
        _of(
            "processing job", "ListProcessingJobs", "ProcessingJobSummaries[].ProcessingJobName", "CreateProcessingJob"
        ),
    ),
    "sns": (_of("topic", "ListTopics", "Topics[].TopicArn", "CreateTopic"),),
    "sqs": (_of("queue", "ListQueues", "QueueUrls", "CreateQueue"),),
    "ssm": (_of("parameter", "DescribeParameters", "Parameters[].Name", "PutParameter"),),
}

# Requests that change what stands in `LISTINGS`, or go with it; by service, since names repeat.
PARTS: Mapping[str, tuple[str, ...]] = {
    "cloudtrail": ("AddTags", "PutEventSelectors", "StartLogging"),
    "codepipeline": ("PutApprovalResult",),
    "ec2": ("AssociateRouteTable", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateTags"),
    "ecr": ("PutLifecyclePolicy", "SetRepositoryPolicy"),
    "events": ("PutEvents", "PutPermission", "PutTargets"),
    "iam": ("AttachRolePolicy", "CreatePolicyVersion", "PutRolePolicy"),
    "kms": ("EnableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion"),
    "lambda": ("AddPermission", "Invoke", "InvokeFunction"),
    "logs": ("CreateLogStream", "PutLogEvents", "PutRetentionPolicy"),
    "s3": (
        *(f"PutBucket{part}" for part in ("Encryption", "LifecycleConfiguration", "Logging", "OwnershipControls")),
        *("PutBucketNotificationConfiguration", "PutBucketPolicy", "PutBucketTagging", "PutBucketVersioning"),
        *("PutObjectTagging", "PutPublicAccessBlock"),
    ),
    "sagemaker": ("AddTags", "CreatePresignedDomainUrl", "PutModelPackageGroupPolicy"),
    "sagemaker-runtime": ("InvokeEndpoint",),
    "sns": ("Publish", "SetTopicAttributes", "Subscribe"),
    "sqs": ("SendMessage", "SetQueueAttributes"),
}

# Verbs of requests that make nothing.
_MAKE_NOTHING = (
    *("Deregister", "Delete", "Detach", "Disable", "Disassociate", "Modify", "Release", "Remove", "Revoke"),
    *("Stop", "Untag", "Update", "Tag"),
)


def makes_something(operation: str) -> bool:
    """Whether an operation that writes may make a thing that is there afterwards."""
    return not operation.startswith(_MAKE_NOTHING)


def known(service: str, operation: str) -> bool:
    """Whether what an operation makes is listed here, or is a part of what is."""
    made = {name for listing in LISTINGS.get(service, ()) for name in listing.made_by}
    return operation in made or operation in PARTS.get(service, ())
