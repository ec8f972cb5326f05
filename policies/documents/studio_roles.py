"""Identity policies of those who work in Studio: one role for each scientist, and a bare one for whoever else comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog import names
from policies.documents import common
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
class StudioPlace:
    """The data science account as Studio sees it. Bucket, keys and repository are ARNs, `parameters` an SSM path."""

    partition: str
    account: str
    region: str
    data_bucket: str
    data_key: str
    volume_key: str
    image_repository: str
    parameters: str

    def arn(self, service: str, resource: str) -> str:
        """ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def profile(self, name: str) -> str:
        """A user profile of the domain that the session belongs to, and of no other.

        `sagemaker:DomainId` is there in Studio's own sessions only (SM studio-updated-jl-admin-guide-permissions).
        """
        return self.arn("sagemaker", f"user-profile/${{sagemaker:DomainId}}/{name}")


def visitor(place: StudioPlace) -> str:
    """Apps of a profile or shared space that was given no role of its own: they see that Studio is there."""
    return document(_see_studio(place), _list_studio(), _studio_logs(place))


def scientist(place: StudioPlace, name: str, projects: Sequence[names.ProjectNames]) -> str:
    """A scientist's work in Studio: own spaces and apps, shared data, the runs and models of the projects named.

    Jobs are the build's to start and models the approver's to accept: nothing here starts, registers or approves.
    """
    return document(
        *_own_spaces(place, name),
        _see_studio(place),
        _list_studio(),
        *_own_projects(place, projects),
        *_shared_data(place),
        common.encrypt_volumes("EncryptOwnVolumes", place.region, place.volume_key),
        Statement(
            sid="FindThePlatform",
            actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
            resources=_parameters(place, projects),
        ),
        _studio_logs(place),
        common.pull_image(place.image_repository),
        common.sign_in_to_registry(),
    )


def _own_spaces(place: StudioPlace, name: str) -> tuple[Statement, ...]:
    """Private spaces and their apps, of this profile alone: nobody opens another's space, or Studio as somebody else.

    Form of the conditions: SM studio-updated-jl-admin-guide-permissions; tags: SM grant-tagging-permissions.
    """
    own: Conditions = {
        "ArnLike": {"sagemaker:OwnerUserProfileArn": place.profile(name)},
        "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
    }
    spaces, apps = (place.arn("sagemaker", f"{kind}/${{sagemaker:DomainId}}/*") for kind in ("space", "app"))
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
            resources=[place.profile(name)],
        ),
    )


def _see_studio(place: StudioPlace) -> Statement:
    return Statement(
        sid="SeeStudio",
        actions=[
            "sagemaker:DescribeApp",
            "sagemaker:DescribeDomain",
            "sagemaker:DescribeSpace",
            "sagemaker:DescribeUserProfile",
        ],
        resources=[place.arn("sagemaker", f"{kind}/*") for kind in ("app", "domain", "space", "user-profile")],
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
        reason="These lists know no resource (SAR list_amazonsagemaker); they hold names, not data",
    )


def _studio_logs(place: StudioPlace) -> Statement:
    return common.write_logs("WriteStudioLogs", [place.arn("logs", "log-group:/aws/sagemaker/studio*")])


def _own_projects(place: StudioPlace, projects: Sequence[names.ProjectNames]) -> tuple[Statement, ...]:
    if not projects:
        return ()
    publish = [
        names.role_arn(place.partition, place.account, project.path(), project.role(names.PUBLISH))
        for project in projects
    ]
    seen = [
        place.arn("sagemaker", resource)
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
            resources=[place.arn("sagemaker", f"{kind}-job/*") for kind in ("processing", "training")],
            conditions={"StringEquals": {"aws:ResourceTag/project": [project.project for project in projects]}},
        ),
        Statement(
            sid="PublishToOwnProjects",
            actions=["sts:AssumeRole", SET_SOURCE_IDENTITY],
            resources=publish,
        ),
    )


def _shared_data(place: StudioPlace) -> tuple[Statement, ...]:
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
            resources=[f"{place.data_bucket}/shared/*"],
        ),
        Statement(
            sid="ListSharedData",
            actions=["s3:ListBucket"],
            resources=[place.data_bucket],
            conditions={"StringLike": {"s3:prefix": ["shared", "shared/*"]}},
        ),
        common.use_storage_keys("UseTheDataKey", place.region, place.data_key),
    )


def _parameters(place: StudioPlace, projects: Sequence[names.ProjectNames]) -> list[str]:
    sections = [f"{place.parameters}/{section}" for section in SECTIONS]
    own = [f"{place.parameters}/projects/{project.project}" for project in projects]
    return [place.arn("ssm", f"parameter{path}{below}") for path in (*sections, *own) for below in ("", "/*")]
