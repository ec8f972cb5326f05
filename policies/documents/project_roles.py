"""Identity policies of a project's roles in the data science account: one role for each kind of work."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents import common
from policies.documents.accounts import WorkloadAccounts
from policies.documents.buckets import READ_OBJECT
from policies.documents.project_place import MODEL_BUILD, MODEL_DEPLOY, ProjectPlace
from policies.documents.statement import Statement, document

WRITE_OBJECT = ("s3:AbortMultipartUpload", "s3:PutObject")
READ_AND_WRITE_OBJECT = (*READ_OBJECT, *WRITE_OBJECT)


def _objects(place: ProjectPlace, sid: str, bucket: str, actions: Sequence[str], below: str = "*") -> Statement:
    return Statement(sid=sid, actions=actions, resources=[f"{bucket}/{place.project}/{below}"])


def _artifacts(place: ProjectPlace, sid: str, actions: Sequence[str], *places: str) -> Statement:
    """Objects in the artifacts bucket, by the places that a role's work needs.

    A scientist's code runs as the build and as its jobs: were the repository that deploys within their reach, or the
    deploy pipeline's folder, then a scientist could deploy.
    """
    return Statement(sid=sid, actions=actions, resources=[f"{place.artifacts_bucket}/{below}" for below in places])


def _listing(place: ProjectPlace, *buckets: str) -> Statement:
    return Statement(
        sid="ListOwnPrefix",
        actions=["s3:ListBucket"],
        resources=buckets,
        conditions={"StringLike": {"s3:prefix": [place.project, f"{place.project}/*"]}},
    )


def _keys(place: ProjectPlace, *keys: str) -> Statement:
    return common.use_storage_keys("UseKeysThroughStorage", place.region, *keys)


def _volumes(place: ProjectPlace) -> Statement:
    return common.encrypt_volumes("EncryptVolumes", place.region, place.volume_key)


def _job_basics(place: ProjectPlace, kind: str) -> tuple[Statement, ...]:
    return (
        common.write_logs("WriteJobLogs", [place.arn("logs", f"log-group:/aws/sagemaker/{kind}*")]),
        Statement(
            sid="PublishJobMetrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*"]}},
            reason="Metrics know no resource; the condition keeps it to SageMaker's namespaces",
        ),
        common.pull_image(place.image_repository),
        common.sign_in_to_registry(),
        common.vpc_interfaces(),
    )


def processing(place: ProjectPlace) -> str:
    """Prepare and evaluate: read data, candidates and the registry; write splits and reports."""
    return document(
        _objects(place, "ReadOwnData", place.data_bucket, READ_OBJECT),
        _artifacts(place, "ReadOwnCode", READ_OBJECT, place.code()),
        _artifacts(place, "ReadAndWriteOwnRuns", READ_AND_WRITE_OBJECT, place.runs()),
        _objects(place, "ReadOwnModels", place.models_bucket, READ_OBJECT),
        _listing(place, place.data_bucket, place.artifacts_bucket, place.models_bucket),
        _keys(place, place.data_key, place.models_key),
        Statement(
            sid="SeeTheModelInProduction",
            actions=["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
            resources=place.group_arns(),
        ),
        _volumes(place),
        *_job_basics(place, "ProcessingJobs"),
    )


def training(place: ProjectPlace) -> str:
    """Training: read splits and code, write models and checkpoints."""
    return document(
        _artifacts(place, "ReadOwnCodeAndRuns", READ_OBJECT, place.code(), place.runs()),
        _artifacts(place, "ReadAndWriteOwnCheckpoints", READ_AND_WRITE_OBJECT, place.checkpoints()),
        _objects(place, "WriteOwnModels", place.models_bucket, WRITE_OBJECT),
        _listing(place, place.artifacts_bucket, place.models_bucket),
        _keys(place, place.data_key, place.models_key),
        _volumes(place),
        *_job_basics(place, "TrainingJobs"),
    )


def pipeline(place: ProjectPlace, job_roles: Sequence[str]) -> str:
    """The SageMaker pipeline: start jobs as the job roles, read reports, register models as pending."""
    jobs = [place.arn("sagemaker", f"{kind}-job/*") for kind in ("processing", "training")]
    return document(
        Statement(
            sid="RunJobs",
            actions=[
                f"sagemaker:{verb}{kind}Job"
                for verb in ("Create", "Describe", "Stop")
                for kind in ("Processing", "Training")
            ],
            resources=jobs,
        ),
        Statement(
            sid="TagWhatItMakes",
            actions=["sagemaker:AddTags", "sagemaker:ListTags"],
            resources=[*jobs, *place.group_arns()],
        ),
        common.pass_role("PassJobRoles", job_roles, "sagemaker.amazonaws.com"),
        Statement(
            sid="RegisterPendingModels",
            actions=["sagemaker:CreateModelPackage"],
            resources=place.group_arns(),
            conditions={"StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}},
        ),
        Statement(
            sid="DescribeModels",
            actions=["sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"],
            resources=place.group_arns(),
        ),
        _artifacts(place, "ReadReports", READ_OBJECT, place.runs()),
        _objects(place, "ReadOwnModels", place.models_bucket, READ_OBJECT),
        _listing(place, place.artifacts_bucket),
        _keys(place, place.data_key, place.models_key),
        Statement(
            sid="PullTheModelImage",
            actions=["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"],
            resources=[place.image_repository],
        ),
    )


def _build_basics(place: ProjectPlace, *projects: str) -> tuple[Statement, ...]:
    groups = [place.arn("logs", f"log-group:/aws/codebuild/{name}") for name in projects]
    return (
        Statement(
            sid="WriteBuildLogs",
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[*groups, *(f"{group}:*" for group in groups)],
        ),
        Statement(
            sid="SeeTheNetwork",
            actions=[
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
            ],
            resources=["*"],
            reason="CodeBuild makes its interface itself, so its id does not exist yet (CB vpc-support)",
        ),
        Statement(
            sid="AttachToTheNetwork",
            actions=["ec2:CreateNetworkInterfacePermission"],
            resources=[place.arn("ec2", "network-interface/*")],
            conditions={"StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"}},
        ),
    )


def _read_parameters(place: ProjectPlace) -> Statement:
    return Statement(
        sid="ReadOwnParameters",
        actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
        resources=[place.arn("ssm", f"parameter{place.parameters}{below}") for below in ("", "/*")],
    )


def build(place: ProjectPlace, pipeline_role: str, build_project: str) -> str:
    """The build: upload code, define the SageMaker pipeline and start it."""
    pipeline_arn = place.arn("sagemaker", f"pipeline/{place.pipeline}")
    return document(
        *_build_basics(place, build_project),
        _artifacts(place, "ReadAndWriteCode", READ_AND_WRITE_OBJECT, place.code(), f"{place.build_folder}/*"),
        _read_parameters(place),
        # What data there is, for the pipeline's cache; the data itself is the jobs' matter.
        _listing(place, place.artifacts_bucket, place.data_bucket),
        _keys(place, place.data_key),
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
        common.pass_role("PassThePipelineRole", [pipeline_role], "sagemaker.amazonaws.com"),
    )


def deploy(place: ProjectPlace, render_project: str) -> str:
    """Rendering: find the approved model and write the template's parameters."""
    return document(
        *_build_basics(place, render_project),
        _read_parameters(place),
        _artifacts(place, "ReadSourceWriteParameters", READ_AND_WRITE_OBJECT, f"{place.deploy_folder}/*"),
        _keys(place, place.data_key),
        Statement(
            sid="FindTheApprovedModel",
            actions=[
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:ListModelPackages",
            ],
            resources=place.group_arns(),
        ),
    )


def deploy_test(place: ProjectPlace, enter_test_roles: Statement, test_projects: Sequence[str]) -> str:
    """Testing: enter the test role of each workload account and compare answers with the held-out rows."""
    return document(
        *_build_basics(place, *test_projects),
        _artifacts(place, "ReadParametersAndRuns", READ_OBJECT, f"{place.deploy_folder}/*", place.runs()),
        _keys(place, place.data_key),
        enter_test_roles,
    )


def _runner(
    place: ProjectPlace, repository: str, folder: str, build_projects: Sequence[str], topic: str | None
) -> tuple[Statement | None, ...]:
    return (
        _artifacts(place, "ReadTheRepository", READ_OBJECT, place.source(repository)),
        _artifacts(place, "CarryArtifacts", READ_AND_WRITE_OBJECT, f"{folder}/*"),
        Statement(
            sid="SeeTheSourceBucket",
            actions=["s3:GetBucketLocation", "s3:GetBucketVersioning"],
            resources=[place.artifacts_bucket],
        ),
        _listing(place, place.artifacts_bucket),
        _keys(place, place.data_key),
        Statement(
            sid="RunOwnBuilds",
            actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"],
            resources=[place.arn("codebuild", f"project/{name}") for name in build_projects],
        ),
        Statement(sid="AskForApproval", actions=["sns:Publish"], resources=[topic]) if topic else None,
        Statement(
            sid="EncryptTheQuestion",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[place.operations_key],
            conditions={"StringEquals": {"kms:ViaService": f"sns.{place.region}.amazonaws.com"}},
        )
        if topic
        else None,
    )


def build_pipeline(place: ProjectPlace, build_project: str) -> str:
    """The build pipeline's runner."""
    return document(*_runner(place, MODEL_BUILD, place.build_folder, [build_project], None))


def deploy_pipeline(
    place: ProjectPlace,
    *,
    build_projects: Sequence[str],
    stack_sets: Sequence[str],
    administration_role: str,
    topic: str,
) -> str:
    """The deploy pipeline's runner: its own builds, its own StackSets, through the administration role."""
    sets = [place.arn("cloudformation", f"stackset/{name}:*") for name in stack_sets]
    return document(
        *_runner(place, MODEL_DEPLOY, place.deploy_folder, build_projects, topic),
        Statement(
            sid="RunOwnStackSets",
            actions=[
                "cloudformation:CreateStackInstances",
                "cloudformation:DescribeStackInstance",
                "cloudformation:DescribeStackSet",
                "cloudformation:DescribeStackSetOperation",
                "cloudformation:ListStackInstances",
                "cloudformation:ListStackSetOperationResults",
                "cloudformation:ListStackSetOperations",
                "cloudformation:TagResource",
                "cloudformation:UpdateStackInstances",
                "cloudformation:UpdateStackSet",
            ],
            resources=sets,
        ),
        Statement(
            sid="MakeStackSets",
            actions=["cloudformation:CreateStackSet"],
            resources=["*"],
            reason="A set that does not exist yet is no resource (SAR list_awscloudformation); without the role "
            "that is passed below it reaches nothing",
        ),
        _pass_administration(administration_role),
    )


def stack_set_administration(accounts: WorkloadAccounts, path: str, execution_roles: Sequence[tuple[str, str]]) -> str:
    """StackSets of a project enter its execution roles (account and name) in the workload accounts, and no other."""
    return document(accounts.enter("EnterWorkloadAccounts", path, execution_roles))


def _pass_administration(role: str) -> Statement:
    return common.pass_role("PassTheAdministrationRole", [role], "cloudformation.amazonaws.com")


def release_cleaner(place: ProjectPlace, stack_sets: Sequence[str], administration_role: str, function: str) -> str:
    """The function that removes a project's endpoints from all accounts when the project goes."""
    group = place.arn("logs", f"log-group:/aws/lambda/{function}")
    return document(
        Statement(
            sid="RemoveOwnStackSets",
            actions=[
                "cloudformation:DeleteStackInstances",
                "cloudformation:DeleteStackSet",
                "cloudformation:DescribeStackSet",
                "cloudformation:DescribeStackSetOperation",
                "cloudformation:ListStackInstances",
                "cloudformation:ListStackSetOperationResults",
            ],
            resources=[place.arn("cloudformation", f"stackset/{name}:*") for name in stack_sets],
        ),
        _pass_administration(administration_role),
        Statement(
            sid="WriteOwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{group}:*"],
        ),
    )


def events(place: ProjectPlace, pipelines: Sequence[str]) -> str:
    """Rules of the project start its own pipelines."""
    return document(
        Statement(
            sid="StartOwnPipelines",
            actions=["codepipeline:StartPipelineExecution"],
            resources=[place.arn("codepipeline", name) for name in pipelines],
        )
    )
