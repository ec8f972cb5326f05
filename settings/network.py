"""The network section of a stack file: ranges, zones and endpoints of an account's VPC."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema, field_validator

from settings.network_values import EndpointService, ZoneChoice, zone_choice, zone_schema
from settings.section import Section
from settings.values import Cidr, Distinct, InterfaceEndpoint

E = InterfaceEndpoint
# What jobs and endpoints in a private subnet call; Studio and builds need more than a served model does.
WORKLOAD_ENDPOINTS = (
    E.KMS,
    E.LOGS,
    E.CLOUDWATCH,
    E.STS,
    E.ECR_API,
    E.ECR_DOCKER,
    E.SAGEMAKER_API,
    E.SAGEMAKER_RUNTIME,
)
DATA_SCIENCE_ENDPOINTS = (
    *WORKLOAD_ENDPOINTS,
    E.SAGEMAKER_STUDIO,
    E.SERVICE_CATALOG,
    E.SSM,
    # Rendering a release asks which instance type is deployed.
    E.CLOUDFORMATION,
    E.CODEPIPELINE,
    E.EVENTS,
    E.SECRETS_MANAGER,
)

# What the hooks of APIs call beside; a workload account that admits an API has them too.
OF_APIS = (E.CODEDEPLOY, E.LAMBDA)

ZONES = "zones in use, one private subnet in each"
SERVING_ZONES = f"{ZONES}; an endpoint in a VPC needs two"


class DataScienceNetwork(Section):
    """The VPC of the data science account. Its subnets are private; the internet is opt-in."""

    # Services that no list of endpoints may leave out, and who relies on them.
    needed: ClassVar[AbstractSet[InterfaceEndpoint]] = {E.KMS, E.STS, E.LOGS}
    relying: ClassVar[str] = "the key policy and every job rely on it"
    cidr: Cidr = Field(description="Address range of the VPC; must not overlap any other stack's.")
    availability_zones: Annotated[ZoneChoice, PlainValidator(zone_choice(1, ZONES)), WithJsonSchema(zone_schema(1))] = (
        Field(
            default=2,
            description="Zones in use, one private subnet in each: how many, of those that every service of endpoints "
            "is offered in, or their ids.",
        )
    )
    nat: bool = Field(default=False, description="One NAT gateway in each zone, for packages from the internet.")
    endpoints: Annotated[tuple[EndpointService, ...], Distinct] = Field(
        default=DATA_SCIENCE_ENDPOINTS, description="Interface endpoints; the S3 gateway endpoint is always there."
    )
    unlimited_endpoints: Annotated[tuple[EndpointService, ...], Distinct] = Field(
        default=(),
        validate_default=True,
        description="Services of endpoints that may be without an endpoint policy, where AWS takes none for them: "
        "anybody's credentials pass through such an endpoint, to anybody's resources.",
    )
    # Values that CloudWatch Logs accepts. Source: botocore, service model of logs, PutRetentionPolicy.
    flow_log_retention_days: Literal[
        30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
    ] = Field(default=365, description="Days that flow logs are kept.")

    @field_validator("endpoints")
    @classmethod
    def _endpoints_that_every_job_needs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        missing = cls.needed - set(value)
        if missing:
            raise ValueError(f"lacks {', '.join(sorted(missing))}: {cls.relying}")
        return value

    @field_validator("unlimited_endpoints")
    @classmethod
    def _unlimited_ones_are_endpoints(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        others = sorted({*value} - {*info.data.get("endpoints", value)})
        if others:
            raise ValueError(f"names {', '.join(others)}, which is none of endpoints: add it there, or drop it here")
        return value


class WorkloadNetwork(DataScienceNetwork):
    """The VPC of a workload account. An endpoint in a VPC needs subnets in two zones, even with one instance."""

    needed: ClassVar[AbstractSet[InterfaceEndpoint]] = {
        *DataScienceNetwork.needed,
        E.CLOUDWATCH,
        E.SAGEMAKER_API,
        E.SAGEMAKER_RUNTIME,
    }
    relying: ClassVar[str] = "the key policy, every model and the function that checks endpoints rely on it"
    # SageMaker Developer Guide, "Give SageMaker AI Hosted Endpoints Access to Resources in Your Amazon VPC"
    availability_zones: Annotated[
        ZoneChoice, PlainValidator(zone_choice(2, SERVING_ZONES)), WithJsonSchema(zone_schema(2))
    ] = Field(
        default=2,
        description="Zones in use, one private subnet in each, by number or by id; an endpoint in a VPC needs two.",
    )
    endpoints: Annotated[tuple[EndpointService, ...], Distinct] = Field(
        default=WORKLOAD_ENDPOINTS, description="Interface endpoints; the S3 gateway endpoint is always there."
    )
