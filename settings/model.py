"""The settings of a stack file: one class for each kind of stack, made of sections."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from catalog.serving import ServingShape
from settings.alerts import Alerts, StackAlerts
from settings.deployments import Deployments
from settings.existing import (
    DataScienceExisting,
    ProjectExisting,
    WorkloadExisting,
    of_computed_name,
    of_computed_names,
    of_own_account,
    of_own_projects,
)
from settings.metrics import Metric, threshold_fault
from settings.network import DataScienceNetwork, WorkloadNetwork
from settings.organization_values import OrganizationPath
from settings.removal import DataScienceRemoval, ProjectRemoval
from settings.section import Section
from settings.stages import Reason, order_fault
from settings.values import (
    AccountId,
    BucketName,
    DeploymentStage,
    Description,
    Distinct,
    Email,
    ExternalId,
    Identifier,
    ImageDigest,
    ImageTag,
    PackageIndex,
    Prefix,
    PulumiOrganization,
    Region,
    RoleArn,
    SessionName,
    StackKind,
    StackName,
    StudioInstanceType,
    TagValue,
)


class Credentials(Section):
    """How the AWS provider signs in. Empty: the ambient credentials, which must already be in the account."""

    profile: str | None = Field(default=None, min_length=1, description="Profile of the shared AWS configuration file.")
    role_arn: RoleArn | None = Field(
        default=None,
        description="Role to assume in the stack's account: the deployer of its foundation, whose own stack takes any.",
    )
    external_id: ExternalId | None = Field(default=None, description="External id that the role's trust asks for.")

    # Validators of fields, not of sections: a section's would wait until every field is right.
    @field_validator("external_id")
    @classmethod
    def _external_id_needs_role(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and "role_arn" in info.data and info.data["role_arn"] is None:
            raise ValueError("externalId is only sent with roleArn: give roleArn, or drop externalId")
        return value


class Tags(Section):
    """Tags on every resource that can carry them, beside environment and project."""

    owner: TagValue = Field(description="Team that answers for the resources.")
    cost_centre: TagValue = Field(description="Where the cost is booked.")
    data_class: Literal["public", "internal", "confidential", "restricted"] = Field(
        default="confidential", description="Highest class of data that is processed here."
    )


class Registry(Section):
    """The data science account that holds the models a workload account may serve."""

    account: AccountId = Field(description="Account of the data science stack.")
    stack: StackName = Field(default="dev", description="Name of the data science stack.")
    region: Region | None = Field(default=None, description="Its region, if not this stack's.")
    models_bucket: BucketName | None = Field(
        default=None, description="Its models bucket, if that stack uses an existing one."
    )


class Scientist(Section):
    """A data scientist: a Studio profile and a role that its apps run with."""

    name: Identifier = Field(description="Name of the user profile, by which CloudTrail knows what they do.")
    projects: Annotated[tuple[Identifier, ...], Distinct] = Field(
        default=(), description="Projects that they hand data and code to."
    )


class StudioSettings(Section):
    """The Studio domain."""

    auth: Literal["IAM", "SSO"] = Field(default="IAM", description="How people sign in. It cannot be changed later.")
    # 60 to 525,600. Source: botocore, service model of sagemaker, IdleSettings.
    idle_minutes: int = Field(default=120, ge=60, le=525_600, description="Idle minutes after which an app is stopped.")
    instance_types: Annotated[tuple[StudioInstanceType, ...], Distinct] = Field(
        default=("ml.t3.medium", "ml.m5.large"),
        min_length=1,
        description="Instance types that scientists may start; first is the default.",
    )
    space_gigabytes: int = Field(default=20, ge=5, le=16_384, description="Default size of a space's volume, in GB.")
    scientists: tuple[Scientist, ...] = Field(default=(), description="Who works here, each with a role of their own.")

    @field_validator("scientists")
    @classmethod
    def _one_profile_for_each(cls, value: tuple[Scientist, ...]) -> tuple[Scientist, ...]:
        names = [scientist.name for scientist in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names {', '.join(twice)} twice: each scientist has one profile, with all their projects")
        return value


class AwsOrganization(Section):
    """Where the platform's accounts are in AWS Organizations."""

    paths: Annotated[tuple[OrganizationPath, ...], Distinct] = Field(
        default=(),
        max_length=10,
        description="Paths of units, from the organization's id on, that hold every account of the platform, this one "
        "too, and no other; needed where there are more workload accounts than policies can list.",
    )


class ModelImage(Section):
    """The container image of jobs and endpoints, in the data science account's own repository."""

    repository: Identifier = Field(default="model", description="Repository, below the name prefix.")
    version: ImageTag = Field(default="1.0.0", description="Tag of the image. Tags never move in this repository.")
    digest: ImageDigest | None = Field(default=None, description="Digest of the image; pins it whatever its tag.")


class QualityGateSettings(Section):
    """What a model must reach on held-out data before it is registered."""

    metric: Metric = Field(description="Named metric of the evaluation.")
    threshold: float = Field(allow_inf_nan=False, description="Worst value that passes.")

    @field_validator("threshold")
    @classmethod
    def _reachable_and_worth_reaching(cls, value: float, info: ValidationInfo) -> float:
        metric = info.data.get("metric")
        if metric and (fault := threshold_fault(metric, value)):
            raise ValueError(fault)
        return value


class StackSettings(Section):
    """Settings of every stack."""

    prefix: Prefix = Field(default="mlops", description="Begins every physical name.")
    organization: PulumiOrganization = Field(
        default="organization",
        description="Organization part of stack references; `organization` on self-managed backends.",
    )
    account: AccountId = Field(description="AWS account of the stack, quoted.")
    region: Region = Field(description="AWS region of the stack.")
    credentials: Credentials = Field(default_factory=Credentials)
    tags: Tags
    protect: bool = Field(
        default=True,
        description="Refuse to delete what holds data: keys, buckets, images, the domain. Switch off to destroy.",
    )


INSPECTED = (
    "Buckets of this stack that Macie reads, as detection.macieBuckets of the account's foundation says: its role is "
    "let in from outside the VPC endpoints, and decrypts."
)


# Ten years: what is to stay longer is evidence, and belongs elsewhere.
Days = Annotated[int, Field(ge=1, le=3_653)]


class WorkloadSettings(StackSettings):
    """A workload account: models run here."""

    kind: Literal[StackKind.WORKLOAD]
    stage: DeploymentStage = Field(description="Stage that the account serves.")
    registry: Registry
    projects: Annotated[tuple[Identifier, ...], Distinct] = Field(
        default=(), description="Projects that may deploy here: the platform team's approval."
    )
    apis: Annotated[tuple[Identifier, ...], Distinct] = Field(
        default=(), description="Of these projects, those that may have an API here: its functions' roles are made."
    )
    network: WorkloadNetwork
    existing: Annotated[
        WorkloadExisting,
        AfterValidator(of_own_account),
        AfterValidator(of_own_projects),
        AfterValidator(of_computed_names),
    ] = Field(default_factory=WorkloadExisting, description="What the account has already, used instead of made.")
    alerts: StackAlerts = Field(default_factory=Alerts)
    serving_shapes: dict[Identifier, Annotated[tuple[ServingShape, ...], Distinct, Field(min_length=1)]] = Field(
        default_factory=dict,
        max_length=50,
        description="Shapes of serving, beside the single endpoint, that projects may have here, by project: each "
        "gives the project's roles the rights that it takes, and no others. multiModel: who may call the endpoint "
        "chooses among all artifacts that the project's builds wrote, those included that nobody approved. serverless: "
        "the project's model role reads its models from outside the VPC.",
    )
    capture_days: Days | None = Field(
        default=None, description="Days after which captured requests and answers are deleted; none: they are kept."
    )
    inspected: Annotated[tuple[Literal["capture"], ...], Distinct] = Field(default=(), description=INSPECTED)

    @field_validator("apis")
    @classmethod
    def _apis_are_of_projects(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if others := sorted(set(value) - set(info.data.get("projects", value))):
            raise ValueError(f"names {', '.join(others)}, none of projects: add it there, or drop it here")
        return value


class LinkedApprover(Section):
    """An approver who is sent links by e-mail."""

    name: SessionName = Field(description="The name that they sign in by: whoever published a model has another.")
    email: Email = Field(description="Their own address, which is asked to confirm; whoever reads it can approve.")
    projects: Annotated[tuple[Identifier, ...], Distinct] = Field(
        min_length=1, description="Projects whose releases they decide on."
    )


ProjectApprovers = Annotated[tuple[RoleArn, ...], Distinct, Field(min_length=1)]
AnyApprovers = TypeVar("AnyApprovers", tuple[str, ...], dict[str, tuple[str, ...]])


class DataScienceSettings(StackSettings):
    """The data science account: scientists work and models are built here."""

    kind: Literal[StackKind.DATA_SCIENCE]
    workloads: Annotated[tuple[StackName, ...], Distinct] = Field(
        min_length=1, description="Workload stacks, in the order in which models reach them."
    )
    approvers: Annotated[tuple[RoleArn, ...], Distinct] = Field(
        min_length=1,
        description="Roles that approvers sign in with: they alone accept models and let them into production.",
    )
    project_approvers: dict[Identifier, ProjectApprovers] = Field(
        default_factory=dict,
        # One denial in the approvers' policy names them all.
        max_length=20,
        description="Roles that a project's own approvers sign in with, by project: they alone accept its models, "
        "instead of approvers.",
    )
    approval_links: tuple[LinkedApprover, ...] = Field(
        default=(),
        max_length=100,
        description="Approvers who are sent links by e-mail, for projects whose approvalLinkHours ask for links. They "
        "let releases into production; models are approved in the registry as before.",
    )
    single_account: bool = Field(default=False, description="Workload stacks may live in this stack's account.")
    aws_organization: AwsOrganization = Field(default_factory=AwsOrganization)
    network: DataScienceNetwork
    existing: Annotated[DataScienceExisting, AfterValidator(of_own_account)] = Field(
        default_factory=DataScienceExisting, description="What the account has already, used instead of made."
    )
    studio: StudioSettings = Field(default_factory=StudioSettings)
    model_image: ModelImage = Field(default_factory=ModelImage)
    api_functions: bool = Field(
        default=False,
        description="Build the functions of APIs, as an image and a zip archive; needed where a project has an API.",
    )
    alerts: StackAlerts = Field(default_factory=Alerts)
    old_versions_days: Days = Field(
        default=90,
        description="Days that versions of data and models are kept after they were replaced or deleted; not of "
        "buckets that exist already.",
    )
    removal: DataScienceRemoval = Field(default_factory=DataScienceRemoval)
    inspected: Annotated[tuple[Literal["artifacts", "data", "models"], ...], Distinct] = Field(
        default=(), description=INSPECTED
    )

    @property
    def linked_approvers(self) -> dict[str, dict[str, str]]:
        """Addresses of who is sent links, by project and name."""
        projects = sorted({project for each in self.approval_links for project in each.projects})
        return {
            project: {each.name: each.email for each in self.approval_links if project in each.projects}
            for project in projects
        }

    @field_validator("approval_links")
    @classmethod
    def _linked_approvers_have_names_of_their_own(cls, value: tuple[LinkedApprover, ...]) -> tuple[LinkedApprover, ...]:
        names = [each.name for each in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names {', '.join(twice)} twice: list all projects of an approver in one entry")
        return value

    @field_validator("approvers", "project_approvers")
    @classmethod
    def _approvers_come_from_outside(cls, value: AnyApprovers, info: ValidationInfo) -> AnyApprovers:
        lists = value.values() if isinstance(value, dict) else [value]
        own = [arn for arns in lists for arn in arns if f":role/{info.data.get('prefix')}/" in arn]
        if own:
            raise ValueError(
                f"{own[0]} is one of the platform's own roles, such as scientists and pipelines have: give a role that "
                "people sign in with"
            )
        return value


class ProjectSettings(StackSettings):
    """A project: its storage, roles, registry group, build and deploy pipelines."""

    kind: Literal[StackKind.PROJECT]
    id: Identifier = Field(description="The project's id, in every name and tag of it.")
    description: Description = Field(min_length=1, max_length=256, description="What the model is for.")
    data_science: StackName = Field(default="dev", description="The data science stack that the project lives in.")
    # Before the stages, so that their validator sees it.
    without_staging: Reason | None = Field(
        default=None,
        description="Why models go into production without having been served and tested in staging; the approver "
        "reads it. Only where stages is [production].",
    )
    stages: Annotated[tuple[DeploymentStage, ...], Distinct] = Field(
        default=(DeploymentStage.STAGING, DeploymentStage.PRODUCTION),
        # A reason for no staging must not stand beside the default, which has one.
        validate_default=True,
        min_length=1,
        description="Stages that the model passes, in order.",
    )
    administrators: Annotated[tuple[RoleArn, ...], Distinct] = Field(
        default=(),
        description="Roles that the team's administrators sign in with; none: no such role is made for the project.",
    )
    existing: Annotated[ProjectExisting, AfterValidator(of_own_account), AfterValidator(of_computed_name)] = Field(
        default_factory=ProjectExisting, description="What the project has already, used instead of made."
    )
    gate: QualityGateSettings
    deployments: Deployments = Field(default_factory=Deployments)
    removal: ProjectRemoval = Field(default_factory=ProjectRemoval)
    announce_releases: bool = Field(
        default=False, description="Tell the alarm topic when another version serves production, as of alarms."
    )
    approval_link_hours: Annotated[int, Field(ge=1, le=168)] | None = Field(
        default=None,
        description="Hours for which a link is good that lets an approver decide on a release; none: no links are "
        "sent. Who gets them is approvalLinks of the data science stack.",
    )
    package_index: PackageIndex = Field(
        default="https://pypi.org/simple",
        description="Package index that wheels are fetched from, outside the VPC and without signing in.",
    )

    @field_validator("stages")
    @classmethod
    def _staging_comes_first(cls, value: tuple[DeploymentStage, ...], info: ValidationInfo) -> tuple[Any, ...]:
        if fault := order_fault(value, info.data.get("without_staging"), known="without_staging" in info.data):
            raise ValueError(fault)
        return value

    @field_validator("deployments")
    @classmethod
    def _sizes_have_a_stage(cls, value: Deployments, info: ValidationInfo) -> Deployments:
        stages = info.data.get("stages", tuple(DeploymentStage))
        if others := sorted(value.model_fields_set - {str(stage) for stage in stages}):
            raise ValueError(f"gives a size in {others[0]}, which is none of stages: add it there, or drop it here")
        return value
