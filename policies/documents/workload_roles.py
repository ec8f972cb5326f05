"""Identity policies of the roles in a workload account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.serving import ServingShape
from policies.documents import common_statements, serving_shapes
from policies.documents.boundaries import SCALING_SERVICE
from policies.documents.buckets import PROJECT_TAG, READ_OBJECT
from policies.documents.statement import Statement, document
from policies.documents.workload_scope import WorkloadScope

# The one name of the deploy pipeline's change sets (seed_code/model-deploy/deploy/change_sets.py).
CHANGE_SET_NAME = "model-deploy"


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What a project's StackSet brings to a stage, by name; `model_role` is the ARN of what models run with."""

    project: str
    stack_set: str
    endpoint: str
    group: str
    model_role: str


def model_role(
    scope: WorkloadScope,
    project: str,
    endpoint: str,
    repository: str,
    shapes: Sequence[ServingShape] = (),
) -> str:
    """A project's model execution role: reads its own models, writes its own captures and logs, and no more."""
    group = scope.arn("logs", f"log-group:/aws/sagemaker/Endpoints/{endpoint}")
    return document(
        Statement(
            sid="ReadOwnModels",
            actions=READ_OBJECT,
            resources=[scope.bucket_arn(scope.models_bucket, f"{project}/*")],
        ),
        decrypt_models(scope, "DecryptModels"),
        Statement(
            sid="WriteOwnCaptures",
            actions=["s3:PutObject"],
            resources=[f"{scope.capture_bucket_arn}/{project}/*"],
        ),
        common_statements.use_storage_keys("EncryptCaptures", scope.region, scope.capture_key_arn, encrypts=True),
        common_statements.pull_image(scope.registry_arn("ecr", f"repository/{repository}")),
        common_statements.sign_in_to_registry(),
        common_statements.write_logs("WriteOwnLogs", [group, f"{group}:*"]),
        common_statements.see_alarms(),
        common_statements.vpc_interfaces(),
        *serving_shapes.model_role(scope.capture_bucket_arn, project, shapes),
    )


def decrypt_models(scope: WorkloadScope, sid: str) -> Statement:
    """Decrypt what the models bucket holds, through S3."""
    return Statement(
        sid=sid,
        actions=["kms:Decrypt", "kms:DescribeKey"],
        # The key's id is the registry account's secret until that stack is up; its alias is not.
        resources=[scope.registry_arn("kms", "key/*")],
        conditions={
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": scope.models_key_alias},
            "StringEquals": {"kms:ViaService": f"s3.{scope.registry_region}.amazonaws.com"},
        },
    )


def test_role(scope: WorkloadScope, project: str, endpoint: str, shapes: Sequence[ServingShape]) -> str:
    """The deploy pipeline's tests, assumed from the registry account: call one endpoint, read its captures."""
    return document(
        Statement(
            sid="CallTheEndpoint",
            actions=["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
            resources=[scope.arn("sagemaker", f"endpoint/{endpoint}")],
        ),
        see_what_serves(scope, project),
        Statement(
            sid="ListItsCaptures",
            actions=["s3:ListBucket"],
            resources=[scope.capture_bucket_arn],
            conditions={"StringLike": {"s3:prefix": f"{project}/*"}},
        ),
        Statement(
            sid="ReadItsCaptures",
            actions=["s3:GetObject"],
            resources=[f"{scope.capture_bucket_arn}/{project}/*"],
        ),
        Statement(
            sid="DecryptItsCaptures",
            actions=["kms:Decrypt"],
            resources=[scope.capture_key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"s3.{scope.region}.amazonaws.com"}},
        ),
        *serving_shapes.tester(
            scope,
            scope.capture_bucket_arn,
            (scope.capture_key_arn, scope.volume_key_arn),
            project=project,
            stage=scope.stage,
            endpoint=endpoint,
            shapes=shapes,
        ),
    )


def see_what_serves(scope: WorkloadScope, project: str) -> Statement:
    """Look at the project's models and configurations: CloudFormation names them, so their tag tells whose they are."""
    return Statement(
        sid="SeeWhatItServes",
        actions=["sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModel"],
        resources=[scope.arn("sagemaker", "endpoint-config/*"), scope.arn("sagemaker", "model/*")],
        conditions={"StringEquals": {f"aws:ResourceTag/{PROJECT_TAG}": project}},
    )


def change_set(scope: WorkloadScope, stack_set: str) -> str:
    """Asks what a release would change in this account's stack, by change sets that it cannot execute."""
    return document(
        Statement(
            sid="AskWhatWouldChange",
            actions=[f"cloudformation:{verb}ChangeSet" for verb in ("Create", "Delete", "Describe")],
            resources=[_stacks_of(scope, stack_set)],
            conditions={
                "StringEquals": {"cloudformation:ChangeSetName": CHANGE_SET_NAME},
                # A change set that carries a role would give the stack that role for good.
                "Null": {"cloudformation:RoleArn": "true"},
            },
        ),
        # CloudFormation reads the template's parameters as whoever asks (CloudFormation User Guide, "Systems Manager
        # parameter types").
        _read_the_accounts_parameters(scope),
    )


def release_reader(scope: WorkloadScope, project: str, endpoint: str) -> str:
    """The project's release recorder, from the registry account: which version the endpoint serves; no call of it."""
    return document(
        Statement(
            sid="SeeTheEndpoint",
            actions=["sagemaker:DescribeEndpoint"],
            resources=[scope.arn("sagemaker", f"endpoint/{endpoint}")],
        ),
        see_what_serves(scope, project),
    )


def stack_set_execution(scope: WorkloadScope, delivered: Delivered, besides: Sequence[Statement] = ()) -> str:
    """Role that a project's StackSet acts with in this account: its endpoint and what surrounds it, nothing else.

    `besides` is what it needs for an API in front (`api_delivery.deliver_api`).
    """
    return document(
        *_own_stacks(scope, delivered.stack_set),
        _endpoint(scope, delivered.endpoint),
        *_models(scope, delivered.project),
        Statement(
            sid="DeployModelsOfTheRegistry",
            actions=["sagemaker:CreateModel", "sagemaker:DescribeModelPackage"],
            resources=[scope.registry_arn("sagemaker", f"model-package/{delivered.group}/*")],
        ),
        # CreateModel may look at the image with its caller's rights.
        common_statements.pull_image(scope.registry_arn("ecr", f"repository/{scope.prefix}/*")),
        common_statements.sign_in_to_registry(),
        common_statements.pass_role("PassTheModelRoleToSageMaker", [delivered.model_role], "sagemaker.amazonaws.com"),
        _read_the_accounts_parameters(scope),
        *_surroundings(scope, delivered.endpoint),
        *common_statements.encrypt_volumes("EncryptVolumes", scope.region, scope.volume_key_arn),
        # The handler of AWS::SageMaker::EndpointConfig looks at both of its keys; that it does so through SageMaker,
        # nobody says.
        Statement(
            sid="SeeTheKeys", actions=["kms:DescribeKey"], resources=[scope.capture_key_arn, scope.volume_key_arn]
        ),
        *besides,
    )


def _read_the_accounts_parameters(scope: WorkloadScope) -> Statement:
    return Statement(
        sid="ReadTheAccountsParameters",
        actions=["ssm:GetParameter", "ssm:GetParameters"],
        resources=[scope.arn("ssm", f"parameter/{scope.prefix}/{scope.stage}/*")],
    )


def _stacks_of(scope: WorkloadScope, stack_set: str) -> str:
    """Stacks of a set: StackSet-<set>-<UUID>. As long as a UUID, so that no set is meant whose name only begins like
    this one's."""
    return scope.arn("cloudformation", f"stack/StackSet-{stack_set}-{'?' * 36}/*")


def _own_stacks(scope: WorkloadScope, stack_set: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ManageItsStacks",
            actions=["cloudformation:*"],
            resources=[_stacks_of(scope, stack_set)],
            reason="AWS asks for all of CloudFormation, and no page lists the calls that StackSets make (AWS "
            'CloudFormation User Guide, "Grant self-managed permissions"); the stacks are its own',
        ),
        Statement(
            sid="CheckTemplates",
            actions=["cloudformation:GetTemplateSummary", "cloudformation:ValidateTemplate"],
            resources=["*"],
            reason="Validating a template that is not a stack yet knows no resource",
        ),
        Statement(
            sid="FetchTheTemplate",
            # StackSets keeps the template in a bucket of AWS's own, and AWS asks for S3 in the execution role
            # (AWS CloudFormation User Guide, "Grant self-managed permissions").
            actions=["s3:GetObject"],
            resources=["*"],
            conditions={
                "StringNotEquals": {"aws:ResourceAccount": sorted({scope.account, scope.registry_account})},
            },
            reason="The bucket's name is AWS's own; this account's buckets and the registry's are left out. A workload "
            "account knows no other account of the platform: there, as everywhere, a bucket's own policy would have to "
            'let this role in too (IAM User Guide, "Cross-account policy evaluation logic")',
        ),
    )


_UNNAMED = ("Model", "EndpointConfig")
_REQUEST_TAG, _RESOURCE_TAG = f"aws:RequestTag/{PROJECT_TAG}", f"aws:ResourceTag/{PROJECT_TAG}"
_TAGS = ("sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags")


def _endpoint(scope: WorkloadScope, endpoint: str) -> Statement:
    return Statement(
        sid="ManageTheEndpoint",
        actions=[
            "sagemaker:CreateEndpoint",
            "sagemaker:DeleteEndpoint",
            "sagemaker:DescribeEndpoint",
            "sagemaker:UpdateEndpoint",
            "sagemaker:UpdateEndpointWeightsAndCapacities",
            *_TAGS,
        ],
        resources=[scope.arn("sagemaker", f"endpoint/{endpoint}")],
    )


def _models(scope: WorkloadScope, project: str) -> tuple[Statement, ...]:
    """Models and configurations of the project, told by the tag that the template gives them when it makes them."""
    # Their names are CloudFormation's own: StackSet-<set>-<id>-<logical id>-<random>, cut at 63 and lower case, so that
    # only the account and the kind can be named here. Condition keys of each action: Service Authorization Reference,
    # "Amazon SageMaker AI"; that SageMaker has them at creation and removal: AWS's managed policy
    # AmazonSageMakerHyperPodInferenceAccess.
    both = [scope.arn("sagemaker", f"{name}/*") for name in ("endpoint-config", "model")]
    return (
        *_new_models(both, project),
        Statement(
            sid="ManageOwnModels",
            actions=[
                *(f"sagemaker:Delete{kind}" for kind in _UNNAMED),
                # An endpoint is made and changed with its configuration as a second resource.
                "sagemaker:CreateEndpoint",
                "sagemaker:UpdateEndpoint",
                *_TAGS,
            ],
            resources=both,
            conditions={
                "StringEquals": {_RESOURCE_TAG: project},
                # Whoever changes the tags of what is the project's does not hand it to another.
                "StringEqualsIfExists": {_REQUEST_TAG: project},
            },
        ),
        # Of what is gone, and has no tags, CloudFormation has to hear that it is not there.
        Statement(
            sid="SeeModels",
            actions=[f"sagemaker:Describe{kind}" for kind in _UNNAMED],
            resources=both,
            conditions={"StringEqualsIfExists": {_RESOURCE_TAG: project}},
        ),
    )


def _new_models(models: Sequence[str], project: str) -> tuple[Statement, ...]:
    return (
        # CloudFormation may give the tags with the creation or right after it: no page says which.
        Statement(
            sid="MakeModels",
            actions=[f"sagemaker:Create{kind}" for kind in _UNNAMED],
            resources=models,
            conditions={"StringEqualsIfExists": {_REQUEST_TAG: project}},
        ),
        Statement(
            sid="TagNewModels",
            actions=["sagemaker:AddTags"],
            resources=models,
            conditions={"StringEquals": {_REQUEST_TAG: project}, "Null": {_RESOURCE_TAG: "true"}},
        ),
    )


def _surroundings(scope: WorkloadScope, endpoint: str) -> Sequence[Statement]:
    return (
        Statement(
            sid="ManageAlarms",
            actions=[
                "cloudwatch:DeleteAlarms",
                "cloudwatch:ListTagsForResource",
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:TagResource",
                "cloudwatch:UntagResource",
            ],
            resources=[scope.arn("cloudwatch", f"alarm:{endpoint}-*")],
        ),
        common_statements.see_alarms(),
        Statement(
            sid="SeeWhatScalingFollows",
            actions=["cloudwatch:GetMetricData"],
            resources=["*"],
            reason="The handler of AWS::ApplicationAutoScaling::ScalingPolicy reads metrics, which know no resource",
        ),
        *_scaling(scope),
    )


def _scaling(scope: WorkloadScope) -> Sequence[Statement]:
    return (
        Statement(
            sid="ManageScaling",
            actions=[
                "application-autoscaling:DeleteScalingPolicy",
                "application-autoscaling:DeregisterScalableTarget",
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
                "application-autoscaling:DescribeScheduledActions",
                "application-autoscaling:ListTagsForResource",
                "application-autoscaling:PutScalingPolicy",
                "application-autoscaling:RegisterScalableTarget",
                "application-autoscaling:TagResource",
                "application-autoscaling:UntagResource",
            ],
            resources=["*"],
            conditions={"StringEqualsIfExists": {"application-autoscaling:service-namespace": "sagemaker"}},
            reason="Scalable targets have no name of their own; the condition keeps it to endpoints",
        ),
        Statement(
            sid="LetScalingHaveItsRole",
            # An account's first scalable target of an endpoint makes it, as its caller (Application Auto Scaling User
            # Guide, "Service-linked roles for Application Auto Scaling").
            actions=["iam:CreateServiceLinkedRole"],
            resources=[scope.arn("iam", f"role/aws-service-role/{SCALING_SERVICE}/*", region="")],
            conditions={"StringEquals": {"iam:AWSServiceName": SCALING_SERVICE}},
        ),
    )


def flow_logs(log_group_arn: str) -> str:
    """VPC flow logs write to one group."""
    return document(
        Statement(
            sid="WriteFlowLogs",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[f"{log_group_arn}:*"],
        ),
        Statement(
            sid="FindTheGroup",
            actions=["logs:DescribeLogGroups"],
            resources=["*"],
            reason='Listing groups knows no resource (Service Authorization Reference, "Amazon CloudWatch Logs")',
        ),
    )
