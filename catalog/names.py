"""Physical names and IAM paths, within AWS's limits; the one place that knows both.

Names that two accounts must compute without asking each other carry the stage, not the stack: a StackSet hands the
same parameters to every account of a stage, and an account serves a stage at most once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum


class NameTooLong(ValueError):
    """A name that AWS would refuse and that nobody may shorten: both sides compute it."""


class Limit(Enum):
    """Longest name of a kind, in characters.

    Sources: S3 userguide bucketnamingrules; IAM reference_iam-quotas; botocore models of sagemaker (63), codepipeline
    (100), events (rule 64), cloudformation (StackSet 128).
    """

    BUCKET = 63
    ROLE = 64
    SAGEMAKER = 63
    PIPELINE = 100
    RULE = 64
    STACK_SET = 128


def fitted(text: str, limit: Limit) -> str:
    """The text, cut with a stable hash of the whole where it is over the limit."""
    if len(text) <= limit.value:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: limit.value - 9].rstrip('-')}-{digest}"


def exact(text: str, limit: Limit) -> str:
    """The text, which must not be over the limit. Raises NameTooLong."""
    if len(text) > limit.value:
        raise NameTooLong(
            f"{limit.name.lower().replace('_', ' ')} name {text!r} has {len(text)} characters, AWS allows "
            f"{limit.value}: shorten the prefix, the stack's name or the project's id"
        )
    return text


@dataclass(frozen=True)
class Names:
    """Names of one environment (a stack of an account) or of a project in it."""

    prefix: str
    environment: str

    def of(self, purpose: str) -> str:
        """A name without a limit worth naming."""
        return f"{self.prefix}-{self.environment}-{purpose}"

    def bucket(self, purpose: str, account: str, region: str) -> str:
        """Bucket names are global, so they carry account and region."""
        return exact(f"{self.prefix}-{self.environment}-{purpose}-{account}-{region}", Limit.BUCKET)

    def role(self, purpose: str) -> str:
        """Role of the environment; computed by other accounts too, so never cut."""
        return exact(f"{self.prefix}-{self.environment}-{purpose}", Limit.ROLE)

    def scientist(self, name: str) -> str:
        """Role of a scientist's Studio profile."""
        return self.role(f"{STUDIO}-{name}")

    def rule(self, purpose: str) -> str:
        """EventBridge rule."""
        return fitted(f"{self.prefix}-{self.environment}-{purpose}", Limit.RULE)

    def sagemaker(self, purpose: str) -> str:
        """Anything that SageMaker names."""
        return exact(f"{self.prefix}-{self.environment}-{purpose}", Limit.SAGEMAKER)

    def alias(self, purpose: str) -> str:
        """KMS alias."""
        return f"alias/{self.prefix}/{self.environment}/{purpose}"

    def parameters(self) -> str:
        """Root of the environment's SSM parameters."""
        return f"/{self.prefix}/{self.environment}"

    def log_group(self, purpose: str) -> str:
        """CloudWatch log group."""
        return f"/{self.prefix}/{self.environment}/{purpose}"


@dataclass(frozen=True)
class ProjectNames:
    """Names of one project, in the data science account and in the accounts that serve its models."""

    prefix: str
    project: str

    def of(self, purpose: str) -> str:
        """A name of the project in the data science account."""
        return f"{self.prefix}-{self.project}-{purpose}"

    def role(self, purpose: str) -> str:
        """Role of the project in the data science account; trusts elsewhere name it."""
        return exact(f"{self.prefix}-{self.project}-{purpose}", Limit.ROLE)

    def stage_role(self, stage: str, purpose: str) -> str:
        """Role of the project in every account of a stage."""
        return exact(f"{self.prefix}-{stage}-{self.project}-{purpose}", Limit.ROLE)

    def path(self) -> str:
        """IAM path of all roles of the project but those of its StackSets, in every account."""
        return f"/{self.prefix}/projects/{self.project}/"

    def administration_arn(self, partition: str, account: str) -> str:
        """ARN of the role that the project's StackSets enter workload accounts from; their trusts name it."""
        return role_arn(partition, account, delivery_path(self.prefix), self.role(STACK_SET_ADMINISTRATION))

    def code_pipeline(self, purpose: str) -> str:
        """CodePipeline `build` or `deploy`. The project comes first: see `artifact_folder`."""
        return exact(f"{self.project}-{self.prefix}-{purpose}", Limit.PIPELINE)

    def artifact_folder(self, purpose: str) -> str:
        """Where CodePipeline keeps that pipeline's artifacts: below the first 20 characters of its name.

        Source: CodePipeline userguide, welcome-introducing-artifacts. Project ids have at most 20 characters, so that
        two projects meet in one folder only where one id is the other followed by the prefix; the check says so.
        """
        return self.code_pipeline(purpose)[:20]

    def group(self) -> str:
        """Model package group."""
        return exact(f"{self.prefix}-{self.project}", Limit.SAGEMAKER)

    def pipeline(self) -> str:
        """SageMaker pipeline."""
        return exact(f"{self.prefix}-{self.project}", Limit.SAGEMAKER)

    def endpoint(self, stage: str) -> str:
        """Endpoint of a stage."""
        return exact(f"{self.prefix}-{self.project}-{stage}", Limit.SAGEMAKER)

    def stack_set(self, stage: str) -> str:
        """StackSet that carries the model to a stage."""
        return exact(f"{self.prefix}-{self.project}-{stage}", Limit.STACK_SET)

    def parameters(self, environment: str) -> str:
        """Root of the project's SSM parameters in the data science account."""
        return f"/{self.prefix}/{environment}/projects/{self.project}"


def platform_path(prefix: str) -> str:
    """IAM path of the platform's own roles."""
    return f"/{prefix}/platform/"


def people_path(prefix: str) -> str:
    """IAM path of roles that people act with."""
    return f"/{prefix}/people/"


def delivery_path(prefix: str) -> str:
    """IAM path of the roles that StackSets enter workload accounts from."""
    return f"/{prefix}/delivery/"


def foundation_path(prefix: str) -> str:
    """IAM path of what an account's owner makes: deployers may not touch it."""
    return f"/{prefix}/foundation/"


def deployer_arn(partition: str, prefix: str, account: str) -> str:
    """ARN of the role that brings an account's stacks up, made by the account's foundation."""
    return role_arn(partition, account, foundation_path(prefix), f"{prefix}-{DEPLOYER}")


def boundary_arn(partition: str, prefix: str, account: str) -> str:
    """ARN of the boundary of every role in an account, made by the account's foundation."""
    return f"arn:{partition}:iam::{account}:policy{foundation_path(prefix)}{prefix}-{BOUNDARY}"


def role_arn(partition: str, account: str, path: str, name: str) -> str:
    """ARN of a role that may not exist yet."""
    return f"arn:{partition}:iam::{account}:role{path}{name}"


def partition_of(region: str) -> str:
    """The AWS partition that a region is in. Source: botocore's partitions.json."""
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}
    prefixes |= {"us-isof-": "aws-iso-f", "eu-isoe-": "aws-iso-e", "eusc-": "aws-eusc"}
    return next((name for start, name in prefixes.items() if region.startswith(start)), "aws")


STACK_SET_ADMINISTRATION = "stackset-administration"
STACK_SET_EXECUTION = "stackset-execution"
# StackSets know the execution role by its name alone, which cannot carry a path (botocore ExecutionRoleName).
STACK_SET_EXECUTION_PATH = "/"
# An account has one foundation, whatever its stack is called.
FOUNDATION = "foundation"
DEPLOYER = "deployer"
BOUNDARY = "boundary"
ADMINISTRATOR = "administrator"
AUDITOR = "auditor"
# Kinds of a project's roles that write models.
BUILDERS = ("pipeline", "processing", "training")
MODEL = "model"
TEST = "test"
PUBLISH = "publish"
STUDIO = "studio"
APPROVER = "approver"
TEAM_ADMINISTRATOR = "team-administrator"


def workload_names(prefix: str, stack: str, stage: str, account: str, region: str, projects: list[str]) -> list[str]:
    """Every limited name of a workload stack; raises NameTooLong at the first that does not fit."""
    here = Names(prefix, stack)
    names = [here.bucket(purpose, account, region) for purpose in ("logs", "capture")]
    names += [here.role("flow-logs")]
    for project in projects:
        mine = ProjectNames(prefix, project)
        names += [mine.stage_role(stage, purpose) for purpose in (MODEL, TEST, STACK_SET_EXECUTION)]
        names += [mine.endpoint(stage)]
    return names


def foundation_names(prefix: str, account: str, region: str) -> list[str]:
    """Every limited name of a foundation stack; raises NameTooLong at the first that does not fit."""
    here = Names(prefix, FOUNDATION)
    return [here.bucket(purpose, account, region) for purpose in ("config", "logs", "trail")]


def data_science_names(prefix: str, stack: str, account: str, region: str, scientists: list[str]) -> list[str]:
    """Every limited name of a data science stack; raises NameTooLong at the first that does not fit."""
    here = Names(prefix, stack)
    names = [here.bucket(purpose, account, region) for purpose in ("logs", "data", "models", "artifacts")]
    names += [here.role(purpose) for purpose in (STUDIO, APPROVER)]
    return [*names, here.sagemaker("domain"), *(here.scientist(name) for name in scientists)]


def project_names(prefix: str, project: str, stages: list[str]) -> list[str]:
    """Every limited name of a project stack; raises NameTooLong at the first that does not fit."""
    mine = ProjectNames(prefix, project)
    names = [mine.role(purpose) for purpose in (STACK_SET_ADMINISTRATION, TEAM_ADMINISTRATOR)]
    names += [mine.code_pipeline("deploy"), mine.group(), mine.pipeline()]
    return names + [mine.endpoint(stage) for stage in stages] + [mine.stack_set(stage) for stage in stages]
