"""Identity policies of the people of a project: its scientists while they publish, and its team administrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.documents import common_statements
from policies.documents.buckets import PROJECT_TAG
from policies.documents.project_scope import MODEL_BUILD, ProjectScope
from policies.documents.project_statements import WRITE_OBJECT
from policies.documents.statement import Statement, document

# Tag of the code that is handed over: the person who did.
PUBLISHER_TAG = "publisher"
SEE_PIPELINE = (
    "codepipeline:GetPipelineExecution",
    "codepipeline:GetPipelineState",
    "codepipeline:ListActionExecutions",
    "codepipeline:ListPipelineExecutions",
)


def publish(scope: ProjectScope, build_pipeline: str) -> str:
    """What a scientist borrows to hand over data and code of one project, and to see what becomes of them."""
    return document(
        Statement(sid="HandOverData", actions=WRITE_OBJECT, resources=[f"{scope.data_bucket}/{scope.project}/*"]),
        Statement(
            sid="HandOverCodeUnderYourName",
            # In one piece: parts of a multipart upload carry no tags.
            actions=["s3:PutObject", "s3:PutObjectTagging"],
            # The build's code only: what deploys it is the platform's and the approver's matter.
            resources=[f"{scope.artifacts_bucket}/{scope.source(MODEL_BUILD)}"],
            # The name that Studio gave the session, which nobody chooses: whoever approves the model is compared with
            # it (Service Authorization Reference, "Amazon S3": s3:RequestObjectTag/<key>).
            conditions={"StringEquals": {f"s3:RequestObjectTag/{PUBLISHER_TAG}": "${aws:SourceIdentity}"}},
        ),
        Statement(
            sid="ListWhatWasHandedOver",
            actions=["s3:ListBucket"],
            resources=[scope.data_bucket],
            conditions={"StringLike": {"s3:prefix": [scope.project, f"{scope.project}/*"]}},
        ),
        common_statements.use_storage_keys("UseKeysThroughStorage", scope.region, scope.data_key),
        Statement(sid="SeeTheBuild", actions=SEE_PIPELINE, resources=[scope.arn("codepipeline", build_pipeline)]),
    )


def team_administrator(
    scope: ProjectScope,
    *,
    build_pipeline: str,
    deploy_pipeline: str,
    build_projects: Sequence[str],
    lost_events: Mapping[str, str],
) -> str:
    """Who keeps a project's machinery going: starts, stops and retries its training, sees its logs and models.

    Neither approvals nor deployments, neither data nor models themselves. `codebuild:StartBuild` is not theirs: it
    takes another buildspec, image and environment, and so lends the build's role to whoever starts it; the pipeline
    starts builds. The deploy pipeline is stopped by them, and started by an approval alone: they hand lost events over
    again (`lost_events`: the function of each queue), and functions believe the registry and CodePipeline, no event.
    """
    build, deploy = scope.arn("codepipeline", build_pipeline), scope.arn("codepipeline", deploy_pipeline)
    return document(
        Statement(
            sid="RunTheBuild",
            actions=["codepipeline:RetryStageExecution", "codepipeline:StartPipelineExecution"],
            resources=[build, f"{build}/*"],
        ),
        Statement(
            sid="StopAndSeePipelines",
            actions=[*SEE_PIPELINE, "codepipeline:StopPipelineExecution"],
            resources=[build, deploy],
        ),
        *_builds(scope, build_projects),
        *_training(scope),
        *_lost_events(scope, lost_events),
        Statement(
            sid="ReadOwnParameters",
            actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
            resources=[
                scope.arn("ssm", f"parameter{scope.parameters}"),
                scope.arn("ssm", f"parameter{scope.parameters}/*"),
            ],
        ),
    )


def _lost_events(scope: ProjectScope, functions: Mapping[str, str]) -> tuple[Statement, ...]:
    """`python -m operate redrive`: see what waits, hand it over, delete it or set it aside."""
    return (
        Statement(
            sid="DealWithLostEvents",
            actions=[
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
            ],
            resources=[scope.arn("sqs", queue) for queue in functions],
        ),
        Statement(
            sid="ReadLostEvents",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[scope.operations_key],
            conditions={"StringEquals": {"kms:ViaService": scope.service_host("sqs")}},
        ),
        Statement(
            sid="HandThemOverAgain",
            actions=["lambda:InvokeFunction"],
            resources=[scope.arn("lambda", f"function:{name}") for name in functions.values()],
        ),
    )


def _builds(scope: ProjectScope, build_projects: Sequence[str]) -> tuple[Statement, ...]:
    logs = [scope.arn("logs", f"log-group:/aws/codebuild/{name}") for name in build_projects]
    return (
        Statement(
            sid="StopAndSeeBuilds",
            actions=["codebuild:BatchGetBuilds", "codebuild:ListBuildsForProject", "codebuild:StopBuild"],
            resources=[scope.arn("codebuild", f"project/{name}") for name in build_projects],
        ),
        Statement(
            sid="ReadBuildLogs",
            actions=["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"],
            resources=[*logs, *(f"{group}:*" for group in logs)],
        ),
    )


def _training(scope: ProjectScope) -> tuple[Statement, ...]:
    pipeline = scope.arn("sagemaker", f"pipeline/{scope.pipeline}")
    return (
        Statement(
            sid="RunTheTraining",
            actions=[
                "sagemaker:DescribePipeline",
                "sagemaker:DescribePipelineExecution",
                "sagemaker:ListPipelineExecutionSteps",
                "sagemaker:ListPipelineExecutions",
                "sagemaker:RetryPipelineExecution",
                "sagemaker:StartPipelineExecution",
                "sagemaker:StopPipelineExecution",
            ],
            resources=[pipeline, f"{pipeline}/*"],
        ),
        Statement(
            sid="StopAndSeeJobs",
            actions=[
                "sagemaker:DescribeProcessingJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:StopProcessingJob",
                "sagemaker:StopTrainingJob",
            ],
            resources=[scope.arn("sagemaker", f"{kind}-job/*") for kind in ("processing", "training")],
            # Pipelines name jobs after their execution; what says whose they are is the tag that the build gives them.
            conditions={"StringEquals": {f"aws:ResourceTag/{PROJECT_TAG}": scope.project}},
        ),
        Statement(
            sid="SeeModels",
            actions=[
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:ListModelPackages",
            ],
            resources=scope.group_arns(),
        ),
    )
