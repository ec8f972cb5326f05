"""How a project's model is served in every stage: size, traffic shift, rollout, shape, API."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import Field, ValidationInfo, field_validator

from settings.api import ApiSettings
from settings.endpoint_instances import scales
from settings.rollout import RolloutSettings, rollout_fault
from settings.section import Section
from settings.serving import ServingSettings, serving_faults
from settings.traffic_shift import TrafficShiftSettings, shift_faults
from settings.values import (
    CapturePercentage,
    EndpointInstanceType,
    InstanceCount,
    LatencyMilliseconds,
)


class DeploymentSettings(Section):
    """Size of a project's endpoint in one stage."""

    instance_type: EndpointInstanceType = Field(default="ml.m5.large", description="Instance type of the endpoint.")
    # Quota of a new account: 4 instances an endpoint. Source: AWS General Reference, "Amazon SageMaker AI endpoints and
    # quotas".
    min_instances: InstanceCount = Field(default=1, description="Instances that always run.")
    max_instances: InstanceCount = Field(default=1, validate_default=True, description="Upper bound of autoscaling.")
    capture_percent: CapturePercentage = Field(default=100, description="Share of requests whose data is captured.")
    latency_limit_ms: LatencyMilliseconds = Field(
        default=500, description="99th percentile that the endpoint test accepts."
    )
    api: ApiSettings | None = Field(
        default=None, description="An API in front of the endpoint, for callers outside the platform; none: no API."
    )

    serving: ServingSettings = Field(default_factory=ServingSettings)
    # After the instances, which it is judged by.
    shift: TrafficShiftSettings = Field(default_factory=TrafficShiftSettings, validate_default=True)

    rollout: RolloutSettings = Field(
        default_factory=RolloutSettings, description="How a release goes through the accounts of the stage."
    )

    @field_validator("rollout")
    @classmethod
    def _rollout_agrees(cls, value: RolloutSettings) -> RolloutSettings:
        if fault := rollout_fault(value):
            raise ValueError(fault)
        return value

    @field_validator("shift")
    @classmethod
    def _shift_fits(cls, value: TrafficShiftSettings, info: ValidationInfo) -> TrafficShiftSettings:
        bounds = [info.data[name] for name in ("min_instances", "max_instances") if name in info.data]
        if len(bounds) == 2 and (fault := shift_faults(value, *bounds)):
            raise ValueError(fault)
        return value

    @field_validator("max_instances")
    @classmethod
    def _bounds_in_order(cls, value: int, info: ValidationInfo) -> int:
        least = info.data.get("min_instances", 0)
        most, fewest = cls._told("max_instances", value), cls._told("min_instances", least)
        if value < least:
            raise ValueError(f"{most} is below {fewest}: give both")
        if value > least and not scales(instance_type := str(info.data.get("instance_type", ""))):
            raise ValueError(
                f"{most} is above {fewest}, but {instance_type} is burstable, and such "
                "instances do not scale: give both the same number, or another instance type"
            )
        return value

    @classmethod
    def _told(cls, field: str, value: int) -> str:
        """A setting and its number; whoever wrote none is told where it comes from."""
        default = " (the stage's default)" if value == cls.model_fields[field].default else ""
        return f"{cls.model_fields[field].alias} {value}{default}"


class StagingDeployment(DeploymentSettings):
    """Size of a project's endpoint in staging. What a file does not say has the defaults of this stage."""


class ProductionDeployment(DeploymentSettings):
    """Size of a project's endpoint in production. What a file does not say has the defaults of this stage."""

    min_instances: InstanceCount = Field(default=2, description="Instances that always run.")
    max_instances: InstanceCount = Field(default=4, validate_default=True, description="Upper bound of autoscaling.")
    approval: Literal["always", "when-needed"] = Field(
        default="always",
        description="Which releases wait for an approver: all, or those that would replace the endpoint, take capacity "
        "or alarms from it, or whose change could not be seen.",
    )


AnyDeployment = TypeVar("AnyDeployment", StagingDeployment, ProductionDeployment)


class Deployments(Section):
    """Size of a project's endpoint in every stage."""

    staging: StagingDeployment = Field(default_factory=StagingDeployment)
    production: ProductionDeployment = Field(default_factory=ProductionDeployment)

    @field_validator("staging", "production")
    @classmethod
    def _shape_of_serving_can(cls, value: AnyDeployment) -> AnyDeployment:
        if fault := serving_faults(value.serving, value):
            raise ValueError(fault)
        return value

    def of_stage(self, stage: str) -> DeploymentSettings:
        """A stage's."""
        found: DeploymentSettings = getattr(self, stage)
        return found
