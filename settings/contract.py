"""What the platform and the repositories that projects start from (`seed_code/`) agree on.

These classes are its only source. `python -m settings schema` writes them as one JSON Schema and puts a copy into each
repository, which checks with it what the platform hands over. Beside the keywords of JSON Schema it has annotations:
`x-allowed` says a form in words, `x-metrics` what each metric is, `x-account-parameter` which SSM parameter, below the
account's tree, a template parameter names, and `x-cloudformation-type` the type of that parameter's value.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal
from pydantic.json_schema import models_json_schema

from catalog.serving import ServingShape
from settings.endpoint_instances import VCPUS
from settings.metrics import Metric, ProblemType
from settings.section import Section
from settings.values import CapturePercentage, DeploymentStage, InstanceCount, LatencyMilliseconds


def _form(pattern: str, allowed: str) -> Any:
    """Text that matches a pattern, which is anchored at both ends."""
    return Field(pattern=pattern, json_schema_extra={"x-allowed": allowed})


def _form_of_each(allowed: str) -> Any:
    """A list that names at least one thing, and each once."""
    return Field(min_length=1, json_schema_extra={"x-allowed": allowed, "uniqueItems": True})


def _in_account(name: str, value_type: str = "String") -> Any:
    """Name of an SSM parameter of the workload account, whose value CloudFormation reads there."""
    annotations: dict[str, Any] = {"x-account-parameter": name, "x-cloudformation-type": value_type}
    allowed = {"x-allowed": "the name of an SSM parameter, with its path"}
    return Field(pattern="^(/[a-zA-Z0-9_.-]+){2,15}$", json_schema_extra=annotations | allowed)


def _without_default(rule: dict[str, Any]) -> None:
    del rule["default"]


def _optional(pattern: str, allowed: str) -> Any:
    """Text of a form that may be absent, and is never empty."""

    def shown(rule: dict[str, Any]) -> None:
        _without_default(rule)
        rule["x-allowed"] = allowed

    return Field(default="", pattern=pattern, json_schema_extra=shown)


def _api_rule(rule: dict[str, Any]) -> None:
    _without_default(rule)
    rule["x-allowed"] = "an object of two addresses in S3, partUri and functionsUri"


# As in botocore's service models: sagemaker EndpointName and ModelPackageArn, iam roleNameType.
_ENTITY_NAME = "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$"
_MODEL_PACKAGE = r"^arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]{9,16}:[0-9]{12}:model-package/[a-zA-Z0-9-]{1,63}/[0-9]{1,9}$"
_ROLE_NAME = "^([a-zA-Z0-9+=,.@_-]+/)*[a-zA-Z0-9+=,.@_-]{1,64}$"
_ROLE_ARN = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+$"
_ARN = "^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$"
_IMAGE = r"^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[^@:]+@sha256:[0-9a-f]{64}$"
_S3_PREFIX = "^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/]+)+$"
_S3_ADDRESS = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S+$"
_S3_ADDRESS_OR_NONE = r"^(none|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S+)$"

AccountIds = Annotated[
    tuple[Annotated[str, Field(pattern="^[0-9]{12}$")], ...],
    _form_of_each("a list of account ids of 12 digits, each once"),
]
Regions = Annotated[
    tuple[Annotated[str, Field(pattern="^[a-z]{2}(-[a-z]+)+-[0-9]$")], ...],
    _form_of_each("a list of region names, each once"),
]
EndpointName = Annotated[str, _form(_ENTITY_NAME, "at most 63 letters, digits and inner hyphens")]
ModelRoleName = Annotated[str, _form(_ROLE_NAME, "a role name with its path, no leading slash")]
TestRoleArns = Annotated[
    dict[str, Annotated[str, Field(pattern=_ROLE_ARN)]],
    Field(json_schema_extra={"x-allowed": "an object: account id to the ARN of a role in that account"}),
]
ProjectId = Annotated[str, _form("^[a-z][a-z0-9-]{1,31}$", "small letters, digits and hyphens")]
GroupName = Annotated[str, _form(_ENTITY_NAME, "a model package group's name")]
RoleArn = Annotated[str, _form(_ARN, "a role's ARN")]
KeyArn = Annotated[str, _form(_ARN, "a KMS key's ARN")]
S3Prefix = Annotated[str, _form(_S3_PREFIX, "s3://bucket/prefix without a slash at its end")]
FiniteNumber = Annotated[str, Field(json_schema_extra={"format": "finite-number", "x-allowed": "a finite number"})]
TrafficShifting = Literal["ALL_AT_ONCE", "CANARY", "LINEAR", "ROLLING"]
ShiftStepInstances = Annotated[int, Field(ge=1, le=1000)]
WaitSeconds = Annotated[int, Field(ge=0, le=3600)]
DeploymentTimeoutSeconds = Annotated[int, Field(ge=600, le=28_800)]
TargetInvocations = Annotated[int, Field(ge=1, le=10_000_000)]
VariantPercentage = Annotated[int, Field(ge=0, le=100)]
MemoryMegabytes = Annotated[int, Field(ge=1024, le=6144)]
MaxConcurrency = Annotated[int, Field(ge=1, le=200)]
InvocationsPerInstance = Annotated[int, Field(ge=1, le=1000)]
# "none" where nothing is served beside the model: a CloudFormation parameter has no other word for it.
ChallengerPackageArn = Annotated[
    str, _form(f"^none$|{_MODEL_PACKAGE}", "the ARN of a version of a model package, or none")
]


class ApiDelivery(Section):
    """Where rendering finds the API of a stage: its part of the template, and which functions are used."""

    part_uri: Annotated[str, _form(_S3_ADDRESS, "an S3 object")]
    functions_uri: Annotated[str, _form(_S3_ADDRESS, "an S3 object")]


class StageSettings(Section):
    """Where and how one stage serves a model."""

    accounts: AccountIds
    regions: Regions
    endpoint_name: EndpointName
    instance_type: Annotated[str, _form(r"^ml\.[a-z0-9-]+\.[a-z0-9]+$", "an instance type such as ml.m5.large")]
    initial_instance_count: InstanceCount
    min_instance_count: InstanceCount
    max_instance_count: InstanceCount
    capture_percentage: CapturePercentage
    model_role_name: ModelRoleName
    test_role_arns: TestRoleArns
    parameters_path: Annotated[str, _form(r"^(/[\w.-]+)+$", "an SSM path such as /mlops/staging")]
    stack_set_name: Annotated[str, _form("^[a-zA-Z][a-zA-Z0-9-]{0,127}$", "a StackSet's name")]
    # In each account, made change sets with: what a release would change is asked before it changes.
    change_set_role_name: ModelRoleName
    latency_limit_ms: LatencyMilliseconds
    # 200 requests a second x safety factor 0.5 x 60 s. Source: SageMaker Developer Guide, page
    # endpoint-scaling-loadtest.
    target_invocations_per_instance: TargetInvocations = 6000
    traffic_shifting: TrafficShifting
    shift_step_instances: ShiftStepInstances
    wait_seconds: WaitSeconds
    keep_seconds: WaitSeconds
    deployment_timeout_seconds: DeploymentTimeoutSeconds
    # Absent where no price is known (catalog/prices.py), which is not free of charge.
    instance_dollars_per_hour: str = _optional(r"^[0-9]{1,6}(\.[0-9]{1,6})?$", "an amount such as 0.115")
    price_read: str = _optional("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "a day such as 2026-11-27")
    # Optional, but never null: no API.
    api: ApiDelivery = Field(default=None, json_schema_extra=_api_rule)  # type: ignore[assignment]
    # Each figure belongs to one shape (`settings.serving.figures`).
    serving_shape: ServingShape = ServingShape.SINGLE
    challenger_percentage: VariantPercentage = 50
    shadow_percentage: VariantPercentage = 100
    memory_megabytes: MemoryMegabytes = 2048
    max_concurrency: MaxConcurrency = 5
    invocations_per_instance: InvocationsPerInstance = 4


class ProjectStages(BaseModel):
    """The stages of a project, at least one: the JSON text of the SSM parameter `deploy/stages`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    # Optional, but never null: a model of pydantic's has no other word for it.
    staging: StageSettings = Field(default=None, json_schema_extra=_without_default)  # type: ignore[assignment]
    production: StageSettings = Field(default=None, json_schema_extra=_without_default)  # type: ignore[assignment]


class _ProjectParameters(BaseModel):
    """SSM parameters below a project's tree; those that a repository does not read are left alone."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    id: ProjectId
    registry_group: GroupName = Field(alias="registry/group")
    gate_metric: Metric = Field(alias="gate/metric")
    gate_threshold: FiniteNumber = Field(alias="gate/threshold")


class ModelBuildParameters(_ProjectParameters):
    """SSM parameters of a project that its model-build repository reads."""

    pipeline_name: Annotated[str, _form("^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$", "a pipeline name")] = Field(
        alias="pipeline/name"
    )
    pipeline_role: RoleArn = Field(alias="roles/pipeline")
    processing_role: RoleArn = Field(alias="roles/processing")
    training_role: RoleArn = Field(alias="roles/training")
    image_uri: Annotated[str, _form(_IMAGE, "an ECR image pinned by digest (…@sha256:…)")] = Field(alias="image/uri")
    subnet_ids: Annotated[str, _form(r"^subnet-\w+(,subnet-\w+)*$", "subnet ids, comma separated")] = Field(
        alias="network/subnet-ids"
    )
    security_group_ids: Annotated[str, _form(r"^sg-\w+(,sg-\w+)*$", "ids, comma separated")] = Field(
        alias="network/security-group-ids"
    )
    data_key: KeyArn = Field(alias="keys/data")
    models_key: KeyArn = Field(alias="keys/models")
    volumes_key: KeyArn = Field(alias="keys/volumes")
    data_uri: S3Prefix = Field(alias="storage/data-uri")
    artifacts_uri: S3Prefix = Field(alias="storage/artifacts-uri")
    models_uri: S3Prefix = Field(alias="storage/models-uri")


class ModelDeployParameters(_ProjectParameters):
    """SSM parameters of a project that its model-deploy repository reads."""

    deploy_stages: Annotated[str, Field(json_schema_extra={"contentMediaType": "application/json"})] = Field(
        alias="deploy/stages", json_schema_extra={"contentSchema": {"$ref": "#/$defs/ProjectStages"}}
    )


class ModelPackageMetadata(BaseModel):
    """Metadata (`CustomerMetadataProperties`) of a model package: model-build writes them, model-deploy reads them."""

    model_config = ConfigDict(extra="ignore")

    artifact_sha256: Annotated[str, _form("^[0-9a-f]{64}$", "64 hexadecimal digits")]
    holdout_uri: Annotated[str, _form(_S3_ADDRESS, "an S3 folder")]
    manifest_uri: Annotated[str, _form(_S3_ADDRESS, "an S3 object")]
    problem: ProblemType
    metric: Metric
    commit: Annotated[str, _form(r"^\S+$", "a commit id")]
    # Packages that were registered before there were checks have none.
    checks_uri: Annotated[str, _form(_S3_ADDRESS_OR_NONE, "an S3 object")] = "none"
    code_uri: str = ""
    data_uri: str = ""
    data_version: str = ""


class TemplateParameters(BaseModel):
    """Parameters of the CloudFormation template that a stage's StackSet carries to workload accounts."""

    model_config = ConfigDict(alias_generator=to_pascal, extra="forbid", populate_by_name=True)

    project_id: ProjectId = Field(description="The project's id")
    stage: DeploymentStage = Field(description="The stage that the account belongs to")
    endpoint_name: EndpointName = Field(description="The endpoint's name, the same for every model it serves")
    model_package_arn: Annotated[str, _form(_MODEL_PACKAGE, "the ARN of a version of a model package")] = Field(
        description="The approved model package"
    )
    checks_uri: Annotated[str, _form(_S3_ADDRESS_OR_NONE, "the address of an S3 object, or none")] = Field(
        description="Rows that the endpoint is checked with and the package's answers to them, or none"
    )
    checks_sha256: Annotated[str, _form("^(none|[0-9a-f]{64})$", "64 hexadecimal digits, or none")] = Field(
        description="SHA-256 of that object, or none"
    )
    model_role_name: ModelRoleName = Field(description="Name with path of the account's model execution role")
    serving_shape: ServingShape = Field(description="The shape of serving that the template makes")
    challenger_package_arn: ChallengerPackageArn = Field(description="The model beside the first one, none without")
    challenger_checks_uri: Annotated[str, _form(_S3_ADDRESS_OR_NONE, "the address of an S3 object, or none")] = Field(
        description="Rows that the second model is checked with, or none"
    )
    challenger_checks_sha256: Annotated[str, _form("^(none|[0-9a-f]{64})$", "64 hexadecimal digits, or none")] = Field(
        description="SHA-256 of that object, or none"
    )
    primary_percentage: VariantPercentage = Field(description="The first model's share of the requests")
    challenger_percentage: VariantPercentage = Field(description="The second model's share, or that of its copies")
    same_variants: Literal["yes", "no"] = Field(description="Whether the endpoint has these variants already")
    memory_megabytes: MemoryMegabytes = Field(description="Memory of the serverless endpoint")
    max_concurrency: MaxConcurrency = Field(description="Requests that the serverless endpoint answers at a time")
    image_uri: Annotated[str, _form(_IMAGE, "an ECR image pinned by digest (…@sha256:…)")] = Field(
        description="The image of the endpoint with several models"
    )
    models_uri: Annotated[str, _form(r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/]+)+/$", "an S3 folder")] = Field(
        description="The prefix of the models that one container serves"
    )
    invocations_per_instance: InvocationsPerInstance = Field(
        description="Requests that an instance of the asynchronous endpoint works on"
    )
    traffic_shifting: TrafficShifting = Field(description="How an update moves traffic")
    shift_step_instances: ShiftStepInstances = Field(description="Instances of a canary, linear step or rolling batch")
    wait_seconds: WaitSeconds = Field(description="How long alarms are watched after each step of an update")
    keep_seconds: WaitSeconds = Field(description="How long the old fleet stays after the last step of an update")
    deployment_timeout_seconds: DeploymentTimeoutSeconds = Field(description="How long an update may take in all")
    latency_limit_microseconds: Annotated[int, Field(ge=1, le=60_000_000)] = Field(
        description="p99 of ModelLatency above which alarms fire"
    )
    instance_type: Annotated[str, Field(json_schema_extra={"enum": sorted(VCPUS)})] = Field(
        description="The endpoint's instance type"
    )
    initial_instance_count: InstanceCount = Field(description="Instances at creation")
    min_instance_count: InstanceCount = Field(description="Fewest instances")
    max_instance_count: InstanceCount = Field(description="Most instances")
    target_invocations_per_instance: TargetInvocations = Field(
        description="Requests a minute and instance to scale for"
    )
    capture_percentage: CapturePercentage = Field(description="Share of requests whose data is captured")
    subnet_ids: Annotated[str, _in_account("network/subnet-ids", "List<String>")] = Field(
        description="SSM name of the private subnets"
    )
    security_group_ids: Annotated[str, _in_account("network/security-group-ids", "List<String>")] = Field(
        description="SSM name of the endpoint's security groups"
    )
    volume_key_arn: Annotated[str, _in_account("keys/volumes")] = Field(description="SSM name of the key for volumes")
    capture_key_arn: Annotated[str, _in_account("keys/capture")] = Field(
        description="SSM name of the capture bucket's key"
    )
    capture_bucket: Annotated[str, _in_account("storage/capture-bucket")] = Field(
        description="SSM name of the bucket for captured data"
    )
    alarm_topic_arn: Annotated[str, _in_account("alarms/topic-arn")] = Field(
        description="SSM name of the topic for alarms"
    )


DEFINITIONS: tuple[type[BaseModel], ...] = (
    ModelBuildParameters,
    ModelDeployParameters,
    ProjectStages,
    ModelPackageMetadata,
    TemplateParameters,
)


def schema() -> dict[str, Any]:
    """The contract. Its root says what a project's tree of SSM parameters holds. JSON Schema 2020-12."""
    _, schemas = models_json_schema([(model, "validation") for model in DEFINITIONS], by_alias=True)
    for definition in schemas["$defs"].values():
        for rule in definition.get("properties", {}).values():
            rule.pop("title", None)  # pydantic's, which only repeats the name
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Contract of the platform and a project's repositories",
        "description": "Written by `python -m settings schema`, which also keeps the copies in seed_code/ current.",
        "allOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in (ModelBuildParameters, ModelDeployParameters)],
        "$defs": schemas["$defs"],
    }


def template_parameters() -> dict[str, dict[str, Any]]:
    """What the contract says of each parameter of the template, by its name."""
    definitions = schema()["$defs"]
    properties: dict[str, dict[str, Any]] = definitions[TemplateParameters.__name__]["properties"]
    return {
        name: definitions[rule["$ref"].rpartition("/")[2]] | rule if "$ref" in rule else rule
        for name, rule in properties.items()
    }


def account_lists() -> frozenset[str]:
    """SSM parameters of a workload account's tree whose values the template reads as lists, by relative name."""
    rules = template_parameters().values()
    return frozenset(
        rule["x-account-parameter"] for rule in rules if rule.get("x-cloudformation-type", "").startswith("List<")
    )


def project_parameters(**values: Any) -> dict[str, Any]:
    """A project's SSM parameters by name, given by field. Raises TypeError unless every field of the contract is given.

    A value may be anything that is a text in the end, such as an output of a resource.
    """
    fields = ModelBuildParameters.model_fields | ModelDeployParameters.model_fields
    if values.keys() != fields.keys():
        raise TypeError(f"fields that differ from the contract's: {', '.join(sorted(values.keys() ^ fields.keys()))}")
    return {fields[name].alias or name: value for name, value in values.items()}
