"""Which of AWS's managed policies is for the same work as a kind of role, and what of it is left out, and why.

A pattern stands for nothing that the role has, so that a right that is taken away is noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.roles import RoleKind


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Actions, or patterns of actions, that AWS's role has and ours need not."""

    reason: str
    actions: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Counterpart:
    """A managed policy of AWS's, the kind of role that does the same work here, and what is left out of it."""

    policy: str
    kind: RoleKind
    left_out: Sequence[LeftOut]


def _left(reason: str, *actions: str) -> LeftOut:
    return LeftOut(reason=reason, actions=actions)


def _nouns(*nouns: str) -> tuple[str, ...]:
    return tuple(f"sagemaker:*{noun}" for noun in nouns)


_PRODUCTS = "AmazonSageMakerServiceCatalogProducts{}ServiceRolePolicy"
_OTHER_WORK = _left(
    "AWS's role serves any project that SageMaker has a template for; none of these is part of this platform's, or it "
    "belongs to another role",
    *_nouns("Action", "Actions", "Algorithm", "Algorithms", "App", "Apps", "*AppImageConfig*", "*Artifact*"),
    *_nouns("*Association*", "*AutoML*", "*CodeRepositor*", "*CompilationJob*", "Context", "Contexts"),
    *_nouns("*Device*", "*Domain*", "*EdgePackaging*", "*Experiment*", "*FeatureGroup*", "*FlowDefinition*"),
    *_nouns("*HumanLoop*", "*HumanTask*", "*HyperParameterTuning*", "Image", "Images", "*ImageVersion*"),
    *_nouns("*InferenceRecommendations*", "*JobDefinition*", "*LabelingJob*", "*Lineage*", "*Metrics", "*Monitoring*"),
    *_nouns("*NotebookInstance*", "*Presigned*Url", "*ProcessingJob*", "Project", "Projects", "*Record"),
    *_nouns("*Servicecatalog*", "*SubscribedWorkteam*", "*TrainingJob", "*TrainingJobs", "*TransformJob*"),
    *_nouns("*Trial*", "*UserProfile*", "*Workforce*", "*Workteam", "*Workteams"),
    "sagemaker:GetSearchSuggestions",
    "sagemaker:ListModelMetadata",
    "sagemaker:RenderUiTemplate",
    "sagemaker:Search",
    "sagemaker:SendHeartbeat",
    "sagemaker:SendPipelineExecutionStep*",
)
_CALLING = _left("What serves is called by tests alone", "sagemaker:InvokeEndpoint*")
_LISTS = _left("Everything is called by its name", "sagemaker:ListEndpoint*", "sagemaker:ListModels")
_GROUPS = _left(
    "Groups are the project stack's, packages come from the pipeline and are approved by a person",
    "sagemaker:BatchDescribeModelPackage",
    "sagemaker:CreateModelPackage*",
    "sagemaker:DeleteModelPackage*",
    "sagemaker:GetModelPackageGroupPolicy",
    "sagemaker:ListModelPackageGroups",
    "sagemaker:PutModelPackageGroupPolicy",
    "sagemaker:UpdateModelPackage",
)
_SOURCES = _left(
    "Repositories are objects of S3: there is neither CodeCommit nor a connection", "codecommit:*", "*:UseConnection"
)
_IMAGES = _left(
    "Builds of a project make no image and run in one of AWS's own: the model image has a build of its own", "ecr:*"
)
_LOG_DELIVERY = _left(
    "A build writes its log, and looks at no other",
    "logs:*Delivery",
    "logs:Describe*",
    "logs:GetLogEvents",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
)
_BUCKETS = _left(
    "Buckets are stacks' own, and nothing is deleted by a build",
    "s3:*BucketCors",
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "s3:ListAllMyBuckets",
    "s3:ListBucketMultipartUploads",
)
_SERVING = _left(
    "CloudFormation makes what serves, as the execution role of a workload account",
    "sagemaker:*EndpointWeightsAndCapacities",
    *(
        f"sagemaker:{verb}{noun}"
        for noun in ("Endpoint", "EndpointConfig")
        for verb in ("Create", "Delete", "Describe")
    ),
    *(f"sagemaker:{verb}Model" for verb in ("Create", "Delete", "Describe")),
    "sagemaker:UpdateEndpoint",
)
_BUILD = (_OTHER_WORK, _CALLING, _LISTS, _SOURCES, _IMAGES, _LOG_DELIVERY, _BUCKETS, _SERVING)
_OTHER_PIPELINES = _left(
    "The project's own training pipeline goes with its stack, and its runs are the team's to see",
    "sagemaker:*PipelineDefinitionForExecution",
    "sagemaker:*PipelineParametersForExecution",
    "sagemaker:DeletePipeline",
    "sagemaker:DeleteTags",
    "sagemaker:ListPipelineExecutions",
    "sagemaker:ListPipelines",
    "sagemaker:UpdatePipelineExecution",
)
_NO_PIPELINE = _left(
    "Only the build defines and starts the training pipeline",
    "iam:PassRole",
    "sagemaker:*Pipeline",
    "sagemaker:*PipelineExecution",
    "sagemaker:*PipelineDefinitionForExecution",
    "sagemaker:AddTags",
    "sagemaker:DeleteTags",
    "sagemaker:ListPipeline*",
    "sagemaker:ListTags",
)
_SEEING_PACKAGES = ("sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup")
_PACKAGES = _left("Packages are registered by the pipeline", *_SEEING_PACKAGES, "sagemaker:ListModelPackages")
_READS_ONLY = _left("Tests read what a run left, by key", "s3:AbortMultipartUpload", "s3:ListBucket", "s3:PutObject")
_STACKS = _left(
    "StackSets deliver, with a role of their own; no action makes a stack",
    "cloudformation:*ChangeSet",
    "cloudformation:*Stack",
    "cloudformation:*Stacks",
    "cloudformation:SetStackPolicy",
    "cloudformation:UntagResource",
)
_ARTIFACTS_STAY = _left("Artifacts end with the bucket's lifecycle", "s3:DeleteObject")
_LOG_GROUP = _left("The stack makes the function's log group", "logs:CreateLogGroup")

COUNTERPARTS: Sequence[Counterpart] = (
    Counterpart(
        policy=_PRODUCTS.format("Cloudformation"),
        kind=RoleKind.STACK_SET_EXECUTION,
        left_out=(
            _OTHER_WORK,
            _CALLING,
            _LISTS,
            _GROUPS,
            _left(
                "The deploy pipeline names the package",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:ListModelPackages",
            ),
            _left(
                "No training pipeline is in the template",
                "sagemaker:*Pipeline",
                "sagemaker:*PipelineDefinitionForExecution",
                "sagemaker:*PipelineExecution",
                "sagemaker:ListPipeline*",
            ),
        ),
    ),
    Counterpart(
        policy=_PRODUCTS.format("CodeBuild"),
        kind=RoleKind.BUILD,
        left_out=(*_BUILD, _GROUPS, _PACKAGES, _OTHER_PIPELINES),
    ),
    Counterpart(
        policy=_PRODUCTS.format("CodeBuild"),
        kind=RoleKind.DEPLOY,
        left_out=(
            *_BUILD,
            _GROUPS,
            _NO_PIPELINE,
            _left(
                "The approval names the package", "sagemaker:DescribeModelPackageGroup", "sagemaker:ListModelPackages"
            ),
        ),
    ),
    Counterpart(
        policy=_PRODUCTS.format("CodeBuild"),
        kind=RoleKind.DEPLOY_TEST,
        left_out=(*_BUILD, _GROUPS, _PACKAGES, _NO_PIPELINE, _READS_ONLY),
    ),
    Counterpart(
        policy=_PRODUCTS.format("CodeBuild"),
        kind=RoleKind.PACKAGES,
        left_out=(*_BUILD, _GROUPS, _PACKAGES, _NO_PIPELINE),
    ),
    Counterpart(
        policy=_PRODUCTS.format("CodeBuild"),
        kind=RoleKind.IMAGE_BUILD,
        left_out=(
            *(each for each in _BUILD if each is not _IMAGES),
            _GROUPS,
            _PACKAGES,
            _NO_PIPELINE,
            _left(
                "The repository is the stack's, and the build reads the scan of its own push alone",
                "ecr:CreateRepository",
                "ecr:DescribeImageReplicationStatus",
                "ecr:DescribeRegistry",
                "ecr:DescribeRepositories",
            ),
            _left(
                "Its source and its answer are two objects, named by key",
                "s3:GetBucketAcl",
                "s3:GetBucketLocation",
                "s3:ListBucket",
            ),
        ),
    ),
    Counterpart(
        policy=_PRODUCTS.format("CodePipeline"),
        kind=RoleKind.BUILD_PIPELINE,
        left_out=(
            *(_SOURCES, _STACKS, _ARTIFACTS_STAY),
            _left("It runs a build and delivers nothing", "cloudformation:TagResource", "iam:PassRole"),
        ),
    ),
    Counterpart(
        policy=_PRODUCTS.format("CodePipeline"),
        kind=RoleKind.DEPLOY_PIPELINE,
        left_out=(_SOURCES, _STACKS, _ARTIFACTS_STAY),
    ),
    Counterpart(policy=_PRODUCTS.format("Events"), kind=RoleKind.PIPELINE_STARTER, left_out=()),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.PIPELINE_STARTER, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.ACCOUNT_CLEANER, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.RELEASE_CLEANER, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.RELEASE_RECORDER, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.REMEDIATOR, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.API_AUTHORIZER, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.APPROVAL_PAGE, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.APPROVAL_SENDER, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaBasicExecutionRole", kind=RoleKind.RELEASE_RECORDER, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaVPCAccessExecutionRole", kind=RoleKind.API, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaVPCAccessExecutionRole", kind=RoleKind.API_HOOKS, left_out=(_LOG_GROUP,)),
    Counterpart(policy="AWSLambdaVPCAccessExecutionRole", kind=RoleKind.ENDPOINT_CHECKER, left_out=(_LOG_GROUP,)),
    Counterpart(
        policy="AmazonSageMakerPipelinesIntegrations",
        kind=RoleKind.PIPELINE,
        left_out=(
            _left("No step waits for a queue, runs a function or a cluster", "elasticmapreduce:*", "lambda:*", "sqs:*"),
            _left("Rules tell of such steps' ends", "events:*"),
        ),
    ),
    Counterpart(
        policy="AWSCodePipelineApproverAccess",
        kind=RoleKind.APPROVER,
        left_out=(_left("The question names its pipeline", "codepipeline:GetPipeline", "codepipeline:ListPipelines"),),
    ),
)
