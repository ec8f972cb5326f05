"""Identity policies of those who work in Studio: one role for each scientist, and a bare one for whoever else comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog import names
from catalog.roles import RoleKind
from catalog.scope import Scope
from policies.documents import common_statements
from policies.documents.statement import Conditions, Statement, document
from policies.documents.trust import SET_SOURCE_IDENTITY

# Sections of the environment's parameters that notebooks look up; projects stand beside them, each for its own people.
SECTIONS = ("image", "keys", "network", "storage", "studio")

_SEE_RUNS_AND_MODELS = (
    "sagemaker:DescribeModelPackage",
    "sagemaker:DescribeModelPackageGroup",
    "sagemaker:DescribePipeline",
    "sagemaker:DescribePipelineExecution",
    "sagemaker:ListModelPackages",
    "sagemaker:ListPipelineExecutionSteps",
    "sagemaker:ListPipelineExecutions",
)


@dataclass(frozen=True, kw_only=True)
class StudioScope(Scope):
    """The data science account as Studio sees it. Bucket, keys and repository are ARNs, `parameters` an SSM path."""

    data_bucket: str
    data_key: str
    volume_key: str
    image_repository: str
    parameters: str

    def profile(self, name: str) -> str:
        """A user profile of the domain that the session belongs to, and of no other.

        `sagemaker:DomainId` is there in Studio's own sessions only (SageMaker Developer Guide, "Give your users access
        to spaces").
        """
        return self.arn("sagemaker", f"user-profile/${{sagemaker:DomainId}}/{name}")


def default_user(scope: StudioScope) -> str:
    """Apps of a profile or shared space that was given no role of its own: they see that Studio is there."""
    return document(_see_studio(scope), _list_studio(), _studio_logs(scope))


def scientist(scope: StudioScope, name: str, projects: Sequence[names.ProjectNames]) -> str:
    """A scientist's work in Studio: own spaces and apps, shared data, the runs and models of the projects named.

    Jobs are the build's to start and models the approver's to accept: nothing here starts, registers or approves.
    """
    return document(
        *_own_spaces(scope, name),
        _see_studio(scope),
        _list_studio(),
        *_own_projects(scope, projects),
        *_shared_data(scope),
        *common_statements.encrypt_volumes("EncryptOwnVolumes", scope.region, scope.volume_key),
        Statement(
            sid="FindThePlatform",
            actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
            resources=_parameters(scope, projects),
        ),
        _studio_logs(scope),
        common_statements.pull_image(scope.image_repository),
        common_statements.sign_in_to_registry(),
    )


def _own_spaces(scope: StudioScope, name: str) -> tuple[Statement, ...]:
    """Private spaces and their apps, of this profile alone: nobody opens another's space, or Studio as somebody else.

    Form of the conditions: SageMaker Developer Guide, "Give your users access to spaces"; tags: SageMaker Developer
    Guide, "Provide Permissions for Tagging SageMaker AI Resources".
    """
    own: Conditions = {
        "ArnLike": {"sagemaker:OwnerUserProfileArn": scope.profile(name)},
        "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
    }
    spaces, apps = (scope.arn("sagemaker", f"{kind}/${{sagemaker:DomainId}}/*") for kind in ("space", "app"))
    return (
        Statement(
            sid="MakeAndEndOwnSpaces",
            actions=["sagemaker:CreateSpace", "sagemaker:DeleteSpace", "sagemaker:UpdateSpace"],
            resources=[spaces],
            conditions=own,
        ),
        Statement(
            sid="StartAndStopOwnApps",
            actions=["sagemaker:CreateApp", "sagemaker:DeleteApp"],
            resources=[apps],
            conditions=own,
        ),
        Statement(
            sid="TagWhatStudioMakes",
            actions=["sagemaker:AddTags"],
            resources=[spaces, apps],
            conditions={"Null": {"sagemaker:TaggingAction": "false"}},
        ),
        Statement(
            sid="OpenStudioAsOneself",
            actions=["sagemaker:CreatePresignedDomainUrl"],
            resources=[scope.profile(name)],
        ),
    )


def _see_studio(scope: StudioScope) -> Statement:
    return Statement(
        sid="SeeStudio",
        actions=[
            "sagemaker:DescribeApp",
            "sagemaker:DescribeDomain",
            "sagemaker:DescribeSpace",
            "sagemaker:DescribeUserProfile",
        ],
        resources=[scope.arn("sagemaker", f"{kind}/*") for kind in ("app", "domain", "space", "user-profile")],
    )


def _list_studio() -> Statement:
    return Statement(
        sid="ListInStudio",
        actions=[
            f"sagemaker:List{kind}"
            for kind in (
                "Apps",
                "Domains",
                "ModelPackageGroups",
                "Pipelines",
                "ProcessingJobs",
                "Spaces",
                "TrainingJobs",
                "UserProfiles",
            )
        ],
        resources=["*"],
        reason='These lists know no resource (Service Authorization Reference, "Amazon SageMaker AI"); they '
        "hold names, not data",
    )


def _studio_logs(scope: StudioScope) -> Statement:
    return common_statements.write_logs("WriteStudioLogs", [scope.arn("logs", "log-group:/aws/sagemaker/studio*")])


def _own_projects(scope: StudioScope, projects: Sequence[names.ProjectNames]) -> tuple[Statement, ...]:
    if not projects:
        return ()
    publish = [scope.role_arn(project.path(), project.role(RoleKind.PUBLISH)) for project in projects]
    seen = [
        scope.arn("sagemaker", resource)
        for project in projects
        for resource in (
            f"model-package-group/{project.group()}",
            f"model-package/{project.group()}/*",
            f"pipeline/{project.pipeline()}",
            f"pipeline/{project.pipeline()}/*",
        )
    ]
    return (
        Statement(sid="SeeRunsAndModelsOfOwnProjects", actions=_SEE_RUNS_AND_MODELS, resources=seen),
        Statement(
            sid="SeeJobsOfOwnProjects",
            actions=["sagemaker:DescribeProcessingJob", "sagemaker:DescribeTrainingJob"],
            resources=[scope.arn("sagemaker", f"{kind}-job/*") for kind in ("processing", "training")],
            conditions={"StringEquals": {"aws:ResourceTag/project": [project.project for project in projects]}},
        ),
        Statement(
            sid="PublishToOwnProjects",
            actions=["sts:AssumeRole", SET_SOURCE_IDENTITY],
            resources=publish,
        ),
    )


def _shared_data(scope: StudioScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ReadAndWriteSharedData",
            actions=[
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:PutObject",
            ],
            resources=[f"{scope.data_bucket}/shared/*"],
        ),
        Statement(
            sid="ListSharedData",
            actions=["s3:ListBucket"],
            resources=[scope.data_bucket],
            conditions={"StringLike": {"s3:prefix": ["shared", "shared/*"]}},
        ),
        common_statements.use_storage_keys("UseTheDataKey", scope.region, scope.data_key),
    )


def _parameters(scope: StudioScope, projects: Sequence[names.ProjectNames]) -> list[str]:
    sections = [f"{scope.parameters}/{section}" for section in SECTIONS]
    own = [f"{scope.parameters}/projects/{project.project}" for project in projects]
    return [scope.arn("ssm", f"parameter{path}{below}") for path in (*sections, *own) for below in ("", "/*")]
