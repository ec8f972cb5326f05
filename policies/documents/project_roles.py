"""Identity policies of a project's roles in the data science account: one role for each kind of work."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.names import ProjectNames
from catalog.roles import RoleKind, RolePath
from policies.documents import common_statements
from policies.documents.accounts import WorkloadAccounts
from policies.documents.buckets import READ_OBJECT
from policies.documents.project_scope import MODEL_BUILD, MODEL_DEPLOY, PINNED_IMAGE, ProjectScope
from policies.documents.statement import Statement, document

WRITE_OBJECT = ("s3:AbortMultipartUpload", "s3:PutObject")
READ_AND_WRITE_OBJECT = (*READ_OBJECT, *WRITE_OBJECT)


def service_sources(project: ProjectNames) -> dict[RoleKind, list[str]]:
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
        RoleKind.DEPLOY: [f"project/{project.name('deploy')}"],
        RoleKind.DEPLOY_TEST: [f"project/{project.name(purpose)}" for purpose in ("deploy-test", "deploy-verify")],
        RoleKind.BUILD_PIPELINE: [build],
        RoleKind.DEPLOY_PIPELINE: [deploy],
    }


def _objects(scope: ProjectScope, sid: str, bucket: str, actions: Sequence[str], below: str = "*") -> Statement:
    return Statement(sid=sid, actions=actions, resources=[f"{bucket}/{scope.project}/{below}"])


def _artifacts(scope: ProjectScope, sid: str, actions: Sequence[str], *keys: str) -> Statement:
    """Objects in the artifacts bucket, by the key patterns that a role's work needs.

    A scientist's code runs as the build and as its jobs: were the repository that deploys within their reach, or the
    deploy pipeline's folder, then a scientist could deploy.
    """
    return Statement(sid=sid, actions=actions, resources=[f"{scope.artifacts_bucket}/{below}" for below in keys])


def _listing(scope: ProjectScope, *buckets: str) -> Statement:
    return Statement(
        sid="ListOwnPrefix",
        actions=["s3:ListBucket"],
        resources=buckets,
        conditions={"StringLike": {"s3:prefix": [scope.project, f"{scope.project}/*"]}},
    )


def _keys(scope: ProjectScope, *keys: str, encrypts: bool = False) -> Statement:
    return common_statements.use_storage_keys("UseKeysThroughStorage", scope.region, *keys, encrypts=encrypts)


def _volumes(scope: ProjectScope) -> tuple[Statement, ...]:
    return common_statements.encrypt_volumes("EncryptVolumes", scope.region, scope.volume_key)


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
        _objects(scope, "ReadOwnData", scope.data_bucket, READ_OBJECT),
        _artifacts(scope, "ReadOwnCode", READ_OBJECT, scope.code()),
        _artifacts(scope, "ReadAndWriteOwnRuns", READ_AND_WRITE_OBJECT, scope.runs()),
        _objects(scope, "ReadOwnModels", scope.models_bucket, READ_OBJECT),
        _listing(scope, scope.data_bucket, scope.artifacts_bucket, scope.models_bucket),
        _keys(scope, scope.data_key, scope.models_key, encrypts=True),
        Statement(
            sid="SeeTheModelInProduction",
            actions=["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
            resources=scope.group_arns(),
        ),
        *_volumes(scope),
        *_job_basics(scope, "ProcessingJobs"),
    )


def training(scope: ProjectScope) -> str:
    """Training: read splits and code, write models and checkpoints."""
    return document(
        _artifacts(scope, "ReadOwnCodeAndRuns", READ_OBJECT, scope.code(), scope.runs()),
        _artifacts(scope, "ReadAndWriteOwnCheckpoints", READ_AND_WRITE_OBJECT, scope.checkpoints()),
        _objects(scope, "WriteOwnModels", scope.models_bucket, WRITE_OBJECT),
        _listing(scope, scope.artifacts_bucket, scope.models_bucket),
        _keys(scope, scope.data_key, scope.models_key, encrypts=True),
        *_volumes(scope),
        *_job_basics(scope, "TrainingJobs"),
    )


def pipeline(scope: ProjectScope, job_roles: Sequence[str]) -> str:
    """The SageMaker pipeline: start jobs as the job roles, read reports, register models as pending."""
    jobs = [scope.arn("sagemaker", f"{kind}-job/*") for kind in ("processing", "training")]
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
            resources=[*jobs, *scope.group_arns()],
        ),
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
        _artifacts(scope, "ReadReports", READ_OBJECT, scope.runs()),
        _objects(scope, "ReadOwnModels", scope.models_bucket, READ_OBJECT),
        _listing(scope, scope.artifacts_bucket),
        _keys(scope, scope.data_key, scope.models_key),
        # The jobs' roles hand volume keys over; a caller must where they may not (SageMaker Developer Guide, "Amazon
        # SageMaker AI API Permissions: Actions, Permissions, and Resources Reference").
        *_volumes(scope),
        Statement(
            sid="PullTheModelImage",
            actions=["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"],
            resources=[scope.image_repository],
        ),
    )


def _build_basics(scope: ProjectScope, *projects: str) -> tuple[Statement, ...]:
    return (
        common_statements.write_build_logs(scope, projects),
        _artifacts(scope, "ReadWheels", READ_OBJECT, scope.wheelhouse()),
        Statement(
            sid="SeeTheArtifactsBucket",
            # AWS CodeBuild User Guide, "Allow CodeBuild to interact with other AWS services".
            actions=["s3:GetBucketAcl", "s3:GetBucketLocation"],
            resources=[scope.artifacts_bucket],
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
            reason="CodeBuild makes its interface itself, so its id does not exist yet (AWS CodeBuild User "
            'Guide, "Use AWS CodeBuild with Amazon Virtual Private Cloud")',
        ),
        Statement(
            sid="AttachToTheNetwork",
            actions=["ec2:CreateNetworkInterfacePermission"],
            resources=[scope.arn("ec2", "network-interface/*")],
            conditions={"StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"}},
        ),
    )


def _read_parameters(scope: ProjectScope) -> Statement:
    return Statement(
        sid="ReadOwnParameters",
        actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
        resources=[scope.arn("ssm", f"parameter{scope.parameters}{below}") for below in ("", "/*")],
    )


def build(scope: ProjectScope, pipeline_role: str, build_project: str) -> str:
    """The build: upload code, define the SageMaker pipeline and start it."""
    pipeline_arn = scope.arn("sagemaker", f"pipeline/{scope.pipeline}")
    return document(
        *_build_basics(scope, build_project),
        _artifacts(scope, "ReadAndWriteCode", READ_AND_WRITE_OBJECT, scope.code(), f"{scope.build_folder}/*"),
        _read_parameters(scope),
        _artifacts(scope, "ReadWhichImage", READ_OBJECT, PINNED_IMAGE),
        # What data there is, for the pipeline's cache; the data itself is the jobs' matter.
        _listing(scope, scope.artifacts_bucket, scope.data_bucket),
        _keys(scope, scope.data_key),
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


def deploy(scope: ProjectScope, render_project: str, stack_sets: Sequence[str]) -> str:
    """Rendering: find the approved model, see what is deployed, and write the template's parameters."""
    return document(
        *_build_basics(scope, render_project),
        _read_parameters(scope),
        _artifacts(scope, "ReadSourceWriteParameters", READ_AND_WRITE_OBJECT, f"{scope.deploy_folder}/*"),
        # What was registered, to compare the approved model with.
        _artifacts(scope, "ReadManifests", READ_OBJECT, scope.runs()),
        _keys(scope, scope.data_key),
        Statement(
            sid="FindTheApprovedModel",
            actions=["sagemaker:DescribeModelPackage"],
            resources=scope.group_arns(),
        ),
        Statement(
            sid="SeeWhatIsDeployed",
            actions=["cloudformation:DescribeStackSet"],
            resources=_stack_sets(scope, stack_sets),
        ),
    )


def deploy_test(
    scope: ProjectScope, accounts: WorkloadAccounts, test_roles: Sequence[tuple[str, str]], test_projects: Sequence[str]
) -> str:
    """Testing: enter the test role (account and name) of each workload account, compare answers with held-out rows."""
    return document(
        *_build_basics(scope, *test_projects),
        _artifacts(scope, "ReadParametersAndRuns", READ_OBJECT, f"{scope.deploy_folder}/*", scope.runs()),
        _keys(scope, scope.data_key),
        accounts.enter("EnterTestRoles", ProjectNames(scope.prefix, scope.project).path(), test_roles),
    )


def _runner(
    scope: ProjectScope, repository: str, folder: str, build_projects: Sequence[str], topic: str | None
) -> tuple[Statement | None, ...]:
    return (
        _artifacts(scope, "ReadTheRepository", READ_OBJECT, scope.source(repository)),
        _artifacts(scope, "CarryArtifacts", READ_AND_WRITE_OBJECT, f"{folder}/*"),
        Statement(
            sid="SeeTheSourceBucket",
            # AWS CodePipeline User Guide, "Manage the CodePipeline service role".
            actions=["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
            resources=[scope.artifacts_bucket],
        ),
        _listing(scope, scope.artifacts_bucket),
        _keys(scope, scope.data_key),
        Statement(
            sid="RunOwnBuilds",
            actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"],
            resources=[scope.arn("codebuild", f"project/{name}") for name in build_projects],
        ),
        Statement(sid="AskForApproval", actions=["sns:Publish"], resources=[topic]) if topic else None,
        Statement(
            sid="EncryptTheQuestion",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[scope.operations_key],
            conditions={"StringEquals": {"kms:ViaService": f"sns.{scope.region}.amazonaws.com"}},
        )
        if topic
        else None,
    )


def build_pipeline(scope: ProjectScope, build_projects: Sequence[str]) -> str:
    """The build pipeline's runner."""
    return document(*_runner(scope, MODEL_BUILD, scope.build_folder, build_projects, None))


def deploy_pipeline(
    scope: ProjectScope,
    *,
    build_projects: Sequence[str],
    stack_sets: Sequence[str],
    administration_role: str,
    topic: str,
) -> str:
    """The deploy pipeline's runner: its own builds, its own StackSets, through the administration role."""
    return document(
        *_runner(scope, MODEL_DEPLOY, scope.deploy_folder, build_projects, topic),
        Statement(
            sid="RunOwnStackSets",
            actions=[
                "cloudformation:DescribeStackInstance",
                "cloudformation:DescribeStackSet",
                "cloudformation:DescribeStackSetOperation",
                "cloudformation:ListStackInstances",
                "cloudformation:ListStackSetOperationResults",
                "cloudformation:ListStackSetOperations",
                "cloudformation:TagResource",
            ],
            resources=_stack_sets(scope, stack_sets),
        ),
        Statement(
            sid="ReachStackInstances",
            actions=[
                "cloudformation:CreateStackInstances",
                "cloudformation:UpdateStackInstances",
                "cloudformation:UpdateStackSet",
            ],
            resources=[*_stack_sets(scope, stack_sets), *_stack_set_targets(scope, stack_sets)],
        ),
        Statement(
            sid="MakeStackSets",
            actions=["cloudformation:CreateStackSet"],
            resources=["*"],
            reason='A set that does not exist yet is no resource (Service Authorization Reference, "AWS '
            'CloudFormation"); without the role that is passed below it reaches nothing',
        ),
        _pass_administration(administration_role),
    )


def stack_set_administration(accounts: WorkloadAccounts, execution_roles: Sequence[tuple[str, str]]) -> str:
    """StackSets of a project enter its execution roles (account and name) in the workload accounts, and no other."""
    return document(accounts.enter("EnterWorkloadAccounts", RolePath.NONE, execution_roles))


def _stack_sets(scope: ProjectScope, names: Sequence[str]) -> list[str]:
    """Sets by name, with any id and without: only a set that is there has the id that its ARN ends in."""
    return [scope.arn("cloudformation", f"stackset/{name}{id_}") for name in names for id_ in ("", ":*")]


def _stack_set_targets(scope: ProjectScope, names: Sequence[str]) -> list[str]:
    """What operations on stack instances name beside the set (Service Authorization Reference, "AWS CloudFormation").

    Accounts below the set, in the form of AWS's managed policy AmazonSSMServiceRolePolicy, and the types of the
    template, which AWS's examples write with the account and without. Types bound nothing here: what they may become
    in an account, the execution role's policy says.
    """
    targets = [scope.arn("cloudformation", f"stackset-target/{name}:*") for name in names]
    return [*targets, *(scope.arn("cloudformation", "type/resource/*", account=owner) for owner in (None, ""))]


def _pass_administration(role: str) -> Statement:
    return common_statements.pass_role("PassTheAdministrationRole", [role], "cloudformation.amazonaws.com")


def release_cleaner(
    scope: ProjectScope,
    stack_sets: Sequence[str],
    administration_role: str,
    function: str,
    removal: Sequence[Statement] = (),
) -> str:
    """The function that removes a project's endpoints from all accounts when the project goes; and more by `removal`
    (policies/documents/cleaners.py)."""
    group = scope.arn("logs", f"log-group:/aws/lambda/{function}")
    return document(
        Statement(
            sid="RemoveOwnStackSets",
            actions=[
                "cloudformation:DeleteStackSet",
                "cloudformation:DescribeStackSet",
                "cloudformation:DescribeStackSetOperation",
                "cloudformation:ListStackInstances",
                "cloudformation:ListStackSetOperationResults",
                "cloudformation:ListStackSetOperations",
            ],
            resources=_stack_sets(scope, stack_sets),
        ),
        Statement(
            sid="RemoveStackInstances",
            actions=["cloudformation:DeleteStackInstances"],
            resources=[*_stack_sets(scope, stack_sets), *_stack_set_targets(scope, stack_sets)],
        ),
        _pass_administration(administration_role),
        *removal,
        Statement(
            sid="WriteOwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{group}:*"],
        ),
    )
