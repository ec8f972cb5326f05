"""Identity policies of the roles that build a project's models, and what each role of a project is assumed for."""

from __future__ import annotations

from collections.abc import Sequence

from catalog import names
from catalog.names import ProjectNames
from catalog.roles import RoleKind
from policies.documents import common_statements
from policies.documents.buckets import PROJECT_TAG, READ_OBJECT
from policies.documents.project_scope import MODEL_BUILD, PINNED_IMAGE, ProjectScope
from policies.documents.project_statements import (
    READ_AND_WRITE_OBJECT,
    WRITE_OBJECT,
    artifacts,
    build_basics,
    listing,
    objects,
    read_parameters,
    runner,
    storage_keys,
    volumes,
)
from policies.documents.statement import Statement, document


def builds_of_tests(project: ProjectNames, *, compares: bool = False) -> list[str]:
    """Builds that act with the role of the deploy pipeline's tests; `compares` where two models are compared."""
    return [project.name(purpose) for purpose in ("deploy-test", "deploy-verify", *["deploy-compare"][: int(compares)])]


def service_sources(project: ProjectNames, *, compares: bool = False) -> dict[RoleKind, list[str]]:
    """Resources for which AWS services assume a project's roles: the end of their ARNs, after the account.

    A kind that is not here is assumed by no service, or by one that names no resource.
    """
    build, deploy = project.code_pipeline("build"), project.code_pipeline("deploy")
    training_pipeline = f"pipeline/{project.pipeline()}"
    return {
        RoleKind.PROCESSING: ["processing-job/*"],
        RoleKind.TRAINING: ["training-job/*"],
        RoleKind.PIPELINE: [training_pipeline, f"{training_pipeline}/*"],
        RoleKind.BUILD: [f"project/{project.name('build')}"],
        RoleKind.PACKAGES: [f"project/{project.name('packages')}"],
        RoleKind.DEPLOY: [f"project/{project.name(purpose)}" for purpose in ("deploy", "deploy-changes")],
        RoleKind.DEPLOY_TEST: [f"project/{name}" for name in builds_of_tests(project, compares=compares)],
        RoleKind.BUILD_PIPELINE: [build],
        RoleKind.DEPLOY_PIPELINE: [deploy, project.code_pipeline("rollback")],
    }


def _job_basics(scope: ProjectScope, kind: str) -> tuple[Statement, ...]:
    return (
        common_statements.write_logs("WriteJobLogs", [scope.arn("logs", f"log-group:/aws/sagemaker/{kind}*")]),
        Statement(
            sid="PublishJobMetrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*"]}},
            reason="Metrics know no resource; the condition keeps it to SageMaker's namespaces",
        ),
        common_statements.pull_image(scope.image_repository),
        common_statements.sign_in_to_registry(),
        common_statements.vpc_interfaces(),
    )


def processing(scope: ProjectScope) -> str:
    """Prepare and evaluate: read data, candidates and the registry; write splits and reports."""
    return document(
        objects(scope, "ReadOwnData", scope.data_bucket, READ_OBJECT),
        artifacts(scope, "ReadOwnCode", READ_OBJECT, scope.code()),
        artifacts(scope, "ReadAndWriteOwnRuns", READ_AND_WRITE_OBJECT, scope.runs()),
        objects(scope, "ReadOwnModels", scope.models_bucket, READ_OBJECT),
        objects(scope, "WriteChecksOfEndpoints", scope.models_bucket, ["s3:PutObject"], f"{names.CHECKS}/*"),
        listing(scope, scope.data_bucket, scope.artifacts_bucket, scope.models_bucket),
        storage_keys(scope, scope.data_key, scope.models_key, encrypts=True),
        Statement(
            sid="SeeTheModelInProduction",
            actions=["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
            resources=scope.group_arns(),
        ),
        *volumes(scope),
        *_job_basics(scope, "ProcessingJobs"),
    )


def training(scope: ProjectScope) -> str:
    """Training: read splits and code, write models and checkpoints."""
    return document(
        artifacts(scope, "ReadOwnCodeAndRuns", READ_OBJECT, scope.code(), scope.runs()),
        artifacts(scope, "ReadAndWriteOwnCheckpoints", READ_AND_WRITE_OBJECT, scope.checkpoints()),
        objects(scope, "WriteOwnModels", scope.models_bucket, WRITE_OBJECT),
        listing(scope, scope.artifacts_bucket, scope.models_bucket),
        storage_keys(scope, scope.data_key, scope.models_key, encrypts=True),
        *volumes(scope),
        *_job_basics(scope, "TrainingJobs"),
    )


_JOBS = ("Processing", "Training")
_REQUEST_TAG, _RESOURCE_TAG = f"aws:RequestTag/{PROJECT_TAG}", f"aws:ResourceTag/{PROJECT_TAG}"


def _run_jobs(scope: ProjectScope) -> tuple[Statement, ...]:
    jobs = [scope.arn("sagemaker", f"{kind}-job/*") for kind in ("processing", "training")]
    return (
        # Jobs are told by the tag that they are made with (`context.tags` of the seed pipeline).
        Statement(
            sid="RunJobs",
            actions=[f"sagemaker:Create{kind}Job" for kind in _JOBS],
            resources=jobs,
            conditions={"StringEqualsIfExists": {_REQUEST_TAG: scope.project}},
        ),
        Statement(
            sid="StopOwnJobs",
            actions=[
                "sagemaker:ListTags",
                *(f"sagemaker:{verb}{kind}Job" for verb in ("Describe", "Stop") for kind in _JOBS),
            ],
            resources=jobs,
            conditions={"StringEquals": {_RESOURCE_TAG: scope.project}},
        ),
        Statement(
            sid="TagWhatItMakes",
            actions=["sagemaker:AddTags"],
            resources=jobs,
            # What has a project is given to no other.
            conditions={"StringEquals": {_REQUEST_TAG: scope.project}, "Null": {_RESOURCE_TAG: "true"}},
        ),
        Statement(
            sid="TagOwnModels", actions=["sagemaker:AddTags", "sagemaker:ListTags"], resources=scope.group_arns()
        ),
    )


def pipeline(scope: ProjectScope, job_roles: Sequence[str]) -> str:
    """The SageMaker pipeline: start jobs as the job roles, read reports, register models as pending."""
    return document(
        *_run_jobs(scope),
        common_statements.pass_role("PassJobRoles", job_roles, "sagemaker.amazonaws.com"),
        Statement(
            sid="RegisterPendingModels",
            actions=["sagemaker:CreateModelPackage"],
            resources=scope.group_arns(),
            conditions={"StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}},
        ),
        Statement(
            sid="DescribeModels",
            actions=["sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"],
            resources=scope.group_arns(),
        ),
        artifacts(scope, "ReadReports", READ_OBJECT, scope.runs()),
        objects(scope, "ReadOwnModels", scope.models_bucket, READ_OBJECT),
        listing(scope, scope.artifacts_bucket),
        storage_keys(scope, scope.data_key, scope.models_key),
        # The jobs' roles hand volume keys over; a caller must where they may not (SageMaker Developer Guide, "Amazon
        # SageMaker AI API Permissions: Actions, Permissions, and Resources Reference").
        *volumes(scope),
        Statement(
            sid="PullTheModelImage",
            actions=["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"],
            resources=[scope.image_repository],
        ),
    )


def build(scope: ProjectScope, pipeline_role: str, build_project: str) -> str:
    """The build: upload code, define the SageMaker pipeline and start it."""
    pipeline_arn = scope.arn("sagemaker", f"pipeline/{scope.pipeline}")
    return document(
        *build_basics(scope, build_project),
        artifacts(scope, "ReadAndWriteCode", READ_AND_WRITE_OBJECT, scope.code(), f"{scope.build_folder}/*"),
        read_parameters(scope),
        artifacts(scope, "ReadWhichImage", READ_OBJECT, PINNED_IMAGE),
        # What data there is, for the pipeline's cache; the data itself is the jobs' matter.
        listing(scope, scope.artifacts_bucket, scope.data_bucket),
        storage_keys(scope, scope.data_key),
        Statement(
            sid="DefineThePipeline",
            actions=[
                "sagemaker:AddTags",
                "sagemaker:CreatePipeline",
                "sagemaker:DescribePipeline",
                "sagemaker:DescribePipelineExecution",
                "sagemaker:ListPipelineExecutionSteps",
                "sagemaker:ListTags",
                "sagemaker:StartPipelineExecution",
                "sagemaker:StopPipelineExecution",
                "sagemaker:UpdatePipeline",
            ],
            resources=[pipeline_arn, f"{pipeline_arn}/*"],
        ),
        common_statements.pass_role("PassThePipelineRole", [pipeline_role], "sagemaker.amazonaws.com"),
    )


def build_pipeline(scope: ProjectScope, build_projects: Sequence[str]) -> str:
    """The build pipeline's runner."""
    return document(*runner(scope, MODEL_BUILD, [f"{scope.build_folder}/*"], build_projects, None))
