"""Settings of a foundation: what an account's owner makes once, before anybody deploys into it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from settings.alerts import Alerts, StackAlerts
from settings.model import StackSettings
from settings.organization_values import OrganizationTarget, roots_of
from settings.section import Section
from settings.values import (
    AccountId,
    BucketName,
    Distinct,
    ExternalId,
    Identifier,
    InstanceType,
    RoleArn,
    StackKind,
)

# Data and models, of as many data science stacks as an account reasonably has; the deployer's policy holds them all.
MOST_BUCKETS = 10


class DeployerSettings(Section):
    """The role that brings the account's other stacks up."""

    trusted_by: Annotated[tuple[RoleArn, ...], Distinct] = Field(
        min_length=1, description="Roles that may act as the deployer: of CI, or that people sign in with."
    )
    external_id: ExternalId | None = Field(default=None, description="External id that they must give.")
    existing_buckets: Annotated[tuple[BucketName, ...], Distinct] = Field(
        default=(),
        max_length=MOST_BUCKETS,
        description="Buckets of the account that stacks use instead of making them (existing.buckets): the deployer "
        "reads how they are set and writes their policies.",
    )


class PreviewerSettings(Section):
    """The role that previews of the account's stacks act with: it looks up, and changes nothing."""

    trusted_by: Annotated[tuple[RoleArn, ...], Distinct] = Field(
        default=(),
        description="Roles that may act as the previewer, such as the one that CI has for pull requests; none: no "
        "previewer is made. None of them may be trusted by a deployer.",
    )
    external_id: ExternalId | None = Field(default=None, description="External id that they must give.")

    @field_validator("external_id")
    @classmethod
    def _somebody_gives_it(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and not info.data.get("trusted_by", True):
            raise ValueError("is given by nobody: name the roles that may preview in trustedBy, or drop it")
        return value


class PeopleSettings(Section):
    """Roles of people: administrators and auditors."""

    administrators: Annotated[tuple[RoleArn, ...], Distinct] = Field(
        default=(), description="Roles that administrators sign in with; none: no administrator role is made."
    )
    auditors: Annotated[tuple[RoleArn, ...], Distinct] = Field(
        default=(), description="Roles that auditors sign in with; none: no auditor role is made."
    )


class Prevention(Section):
    """What no role of the account may do, whatever its own policy says."""

    instance_types: Annotated[tuple[InstanceType, ...], Distinct] = Field(
        default=("ml.t3.medium", "ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge"),
        min_length=1,
        description="Instance types that jobs, endpoints, notebooks and apps may run on.",
    )
    serverless: Annotated[tuple[Identifier, ...], Distinct] = Field(
        default=(),
        max_length=10,
        description="Projects whose models may run serverless in this account. SageMaker runs those outside the VPC, "
        "without network isolation: no endpoint policy, security group or flow log sees what their containers "
        "send, and nothing of what they are asked is captured.",
    )
    # Before the policy, so that the policy's validator sees them.
    owners: Annotated[tuple[RoleArn, ...], Distinct] = Field(
        default=(),
        description="Roles that bring foundations up, by path and name in whichever account: the service control "
        "policy spares them where it protects the account controls.",
    )
    service_control_policy: Annotated[tuple[OrganizationTarget, ...], Distinct] = Field(
        default=(),
        description="Roots, units or accounts that the same rules are attached to as a service control policy; only "
        "in the organization's management account or its delegated administrator's.",
    )

    @field_validator("service_control_policy")
    @classmethod
    def _policy_needs_owners(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        # Owners that are wrong by themselves are told already.
        if value and info.data.get("owners") == ():
            raise ValueError(
                "attached without owners, nobody could change a foundation any longer: name them in owners"
            )
        if len(roots := roots_of(value)) > 1:
            raise ValueError(
                f"names targets below {' and '.join(roots)}, and an organization has one root: give those of one"
            )
        return value


class Detection(Section):
    """Services that detect a breach. Each is a switch; its cost stands in docs/account-controls.md."""

    trail: bool = Field(default=True, description="CloudTrail, with data events of the platform's buckets.")
    access_analyzer: bool = Field(default=True, description="IAM Access Analyzer, external access.")
    config_rules: bool = Field(default=False, description="AWS Config with rules on what the platform makes.")
    config_role_exists: bool = Field(
        default=False,
        description="The account has AWSServiceRoleForConfig already: any earlier use of AWS Config has made it.",
    )
    guard_duty: bool = Field(default=False, description="GuardDuty, with S3 protection.")
    security_hub: bool = Field(default=False, description="Security Hub, AWS Foundational Security Best Practices.")
    macie: bool = Field(default=False, description="Macie, watching how buckets are protected.")
    macie_buckets: Annotated[tuple[BucketName, ...], Distinct] = Field(
        default=(),
        validate_default=True,
        description="Buckets of this account whose content Macie reads every week; each gigabyte costs.",
    )

    @field_validator("config_role_exists")
    @classmethod
    def _role_needs_rules(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("config_rules") is False:
            raise ValueError("is asked for where AWS Config is made alone: switch configRules on, or drop it")
        return value

    @field_validator("macie_buckets")
    @classmethod
    def _buckets_need_macie(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if value and info.data.get("macie") is False:
            raise ValueError("nobody reads them: switch macie on, or drop macieBuckets")
        return value


class Correction(Section):
    """What stops a job, endpoint or notebook that breaks the rules."""

    enabled: bool = Field(default=True, description="Watch what is started, stop and tag what breaks the rules.")
    only_report: bool = Field(default=False, description="Say what would be stopped, stop nothing.")
    delete_endpoints: bool = Field(
        default=False, description="Delete endpoints that break the rules; otherwise they are reported and serve on."
    )

    @field_validator("only_report", "delete_endpoints")
    @classmethod
    def _somebody_watches(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("enabled") is False:
            raise ValueError(
                "says what is done where something breaks the rules, and enabled is false, so that nobody "
                "watches: switch enabled on, or drop it"
            )
        return value

    @field_validator("delete_endpoints")
    @classmethod
    def _reporting_deletes_nothing(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("enabled") and info.data.get("only_report"):
            raise ValueError("contradicts onlyReport, with which nothing is stopped or deleted: drop one of the two")
        return value


class FoundationSettings(StackSettings):
    """What an account's owner makes once: the deployer, the boundary of every role, and the account controls."""

    kind: Literal[StackKind.FOUNDATION]
    identity_accounts: Annotated[tuple[AccountId, ...], Distinct] = Field(
        default=(),
        max_length=10,
        description="Accounts without a stack whose roles may sign in here, such as one that people or CI sign in to. "
        "Roles of the accounts that stacks name need no place here.",
    )
    deployer: DeployerSettings
    previewer: PreviewerSettings = Field(default_factory=PreviewerSettings)
    people: PeopleSettings = Field(default_factory=PeopleSettings)
    prevention: Prevention = Field(default_factory=Prevention)
    detection: Detection = Field(default_factory=Detection)
    correction: Correction = Field(default_factory=Correction)
    alerts: StackAlerts = Field(default_factory=Alerts)
