"""Physical names and IAM paths, within AWS's limits; the one place that knows both.

Names that two accounts must compute without asking each other carry the stage, not the stack: a StackSet hands the
same parameters to every account of a stage, and an account serves a stage at most once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from catalog.roles import ROLES, RoleKind, RolePath, roles_under
from catalog.scope import Scope


class NameTooLong(ValueError):
    """A name that AWS would refuse and that nobody may shorten: both sides compute it."""


class NameLimit(Enum):
    """Longest name of a kind, in characters.

    Sources: Amazon S3 User Guide, "General purpose bucket naming rules"; IAM User Guide, "IAM and AWS STS quotas";
    botocore's models of sagemaker (63), codepipeline (100), events (rule 64), cloudformation (StackSet 128).
    """

    BUCKET = 63
    ROLE = 64
    SAGEMAKER = 63
    PIPELINE = 100
    RULE = 64
    STACK_SET = 128


# Repository of the functions of APIs, below the prefix.
API_FUNCTIONS = "api-functions"
# Characters of a pipeline's name that the folder of its artifacts has.
ARTIFACT_FOLDER = 20


def fitted(text: str, limit: NameLimit) -> str:
    """The text, cut with a stable hash of the whole where it is over the limit."""
    if len(text) <= limit.value:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: limit.value - 9].rstrip('-')}-{digest}"


def exact(text: str, limit: NameLimit) -> str:
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

    def name(self, purpose: str) -> str:
        """A name of a kind whose limit the prefix and the stack's name cannot reach."""
        return f"{self.prefix}-{self.environment}-{purpose}"

    def bucket(self, purpose: str, account: str, region: str) -> str:
        """Bucket names are global, so they carry account and region."""
        return exact(f"{self.prefix}-{self.environment}-{purpose}-{account}-{region}", NameLimit.BUCKET)

    def bucket_in(self, scope: Scope, purpose: str) -> str:
        """Name of the environment's bucket in an account and region."""
        return self.bucket(purpose, scope.account, scope.region)

    def role(self, kind: RoleKind, *, user: str = "") -> str:
        """Role of the environment; computed by other accounts too, so never cut. `user` is a scientist's name."""
        values = {"prefix": self.prefix, "environment": self.environment, "user": user}
        return exact(ROLES[kind].role_name(kind, **values), NameLimit.ROLE)

    def rule(self, purpose: str) -> str:
        """EventBridge rule."""
        return fitted(f"{self.prefix}-{self.environment}-{purpose}", NameLimit.RULE)

    def sagemaker(self, purpose: str) -> str:
        """Anything that SageMaker names."""
        return exact(f"{self.prefix}-{self.environment}-{purpose}", NameLimit.SAGEMAKER)

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

    def name(self, purpose: str) -> str:
        """A name of the project in the data science account."""
        return f"{self.prefix}-{self.project}-{purpose}"

    def role(self, kind: RoleKind) -> str:
        """Role of the project in the data science account; trusts elsewhere name it."""
        return exact(ROLES[kind].role_name(kind, prefix=self.prefix, project=self.project), NameLimit.ROLE)

    def stage_role(self, stage: str, kind: RoleKind) -> str:
        """Role of the project in every account of a stage."""
        values = {"prefix": self.prefix, "stage": stage, "project": self.project}
        return exact(ROLES[kind].role_name(kind, **values), NameLimit.ROLE)

    def path(self) -> str:
        """IAM path of all roles of the project but those of its StackSets, in every account."""
        return RolePath.PROJECT.format(prefix=self.prefix, project=self.project)

    def role_arn(self, scope: Scope, kind: RoleKind) -> str:
        """ARN of one of the project's roles in the data science account (`scope`), which may not exist yet."""
        return scope.role_arn(ROLES[kind].iam_path(self.prefix, self.project), self.role(kind))

    def stage_role_arn(self, scope: Scope, stage: str, kind: RoleKind) -> str:
        """ARN of one of the project's roles in a workload account (`scope`), which may not exist yet."""
        return scope.role_arn(ROLES[kind].iam_path(self.prefix, self.project), self.stage_role(stage, kind))

    def code_pipeline(self, purpose: str) -> str:
        """CodePipeline `build` or `deploy`. The project comes first: see `artifact_folder`.

        Where project and prefix leave none of the purpose in the folder's name, purpose and a hash come before them.
        """
        start, before = f"{self.project}-{self.prefix}-", ""
        if len(start) >= ARTIFACT_FOLDER:
            before = f"{purpose}-{hashlib.sha256(start.encode()).hexdigest()[:8]}-"
        return exact(f"{before}{start}{purpose}", NameLimit.PIPELINE)

    def dead_letters(self) -> str:
        """Queue of the events that started no pipeline; its key's policy names it."""
        return self.name("dead-letters")

    def release_dead_letters(self) -> str:
        """Queue of the events of releases that were not written down; its key's policy names it."""
        return self.name("release-dead-letters")

    def release_events(self) -> str:
        """Source of the events that tell of the project's releases."""
        return f"{self.prefix}.{self.project}.releases"

    def alias(self, purpose: str) -> str:
        """KMS alias of a key of the project's own."""
        return f"alias/{self.prefix}/projects/{self.project}/{purpose}"

    def approval_dead_letters(self) -> str:
        """Queue of the approvals of which approvers were sent no link; the same policy names it."""
        return self.name("approval-dead-letters")

    def artifact_folder(self, purpose: str) -> str:
        """Where CodePipeline keeps that pipeline's artifacts: below the first 20 characters of its name.

        Source: CodePipeline userguide, welcome-introducing-artifacts. No two pipelines meet in one, of a project or of
        two: what `build` wrote, `deploy` would read.
        """
        return self.code_pipeline(purpose)[:ARTIFACT_FOLDER]

    def group(self) -> str:
        """Model package group."""
        return exact(f"{self.prefix}-{self.project}", NameLimit.SAGEMAKER)

    def pipeline(self) -> str:
        """SageMaker pipeline."""
        return exact(f"{self.prefix}-{self.project}", NameLimit.SAGEMAKER)

    def endpoint(self, stage: str) -> str:
        """Endpoint of a stage."""
        return exact(f"{self.prefix}-{self.project}-{stage}", NameLimit.SAGEMAKER)

    def api_function(self, stage: str, purpose: str = "") -> str:
        """A function of the project's API in a stage: the API itself, or the one of that purpose.

        Lambda allows 64 characters, which the longest prefix, project, stage and purpose together do not reach.
        """
        return f"{self.endpoint(stage)}-api{f'-{purpose}' if purpose else ''}"

    def stack_set(self, stage: str) -> str:
        """StackSet that carries the model to a stage."""
        return exact(f"{self.prefix}-{self.project}-{stage}", NameLimit.STACK_SET)

    def parameters(self, environment: str) -> str:
        """Root of the project's SSM parameters in the data science account."""
        return f"/{self.prefix}/{environment}/projects/{self.project}"


def any_project_path(prefix: str) -> str:
    """Pattern of the IAM paths of all projects."""
    return ProjectNames(prefix, "*").path()


def path_of(kind: RoleKind, prefix: str) -> str:
    """IAM path of a kind of role that belongs to no project."""
    return ROLES[kind].iam_path(prefix)


def foundation_path(prefix: str) -> str:
    """IAM path of what an account's owner makes: deployers may not touch it."""
    return RolePath.FOUNDATION.format(prefix=prefix)


def account_role(kind: RoleKind, prefix: str) -> str:
    """Name of a role that an account has once, made by the account's foundation."""
    return exact(ROLES[kind].role_name(kind, prefix=prefix), NameLimit.ROLE)


def account_role_arn(scope: Scope, kind: RoleKind) -> str:
    """ARN of a role that an account has once."""
    return scope.role_arn(path_of(kind, scope.prefix), account_role(kind, scope.prefix))


def deployer_arn(scope: Scope) -> str:
    """ARN of the role that brings an account's stacks up, made by the account's foundation."""
    return account_role_arn(scope, RoleKind.DEPLOYER)


def boundary_arn(scope: Scope) -> str:
    """ARN of the permissions boundary of every role in an account, made by the account's foundation."""
    return scope.arn("iam", f"policy{foundation_path(scope.prefix)}{scope.prefix}-{BOUNDARY}", region="")


# An account has one foundation, whatever its stack is called.
FOUNDATION = "foundation"
BOUNDARY = "boundary"


def workload_names(prefix: str, stack: str, stage: str, account: str, region: str, projects: list[str]) -> list[str]:
    """Every limited name of a workload stack; raises NameTooLong at the first that does not fit."""
    env_names = Names(prefix, stack)
    names = [env_names.bucket(purpose, account, region) for purpose in ("logs", "capture")]
    names += [env_names.role(kind) for kind in (RoleKind.FLOW_LOGS, RoleKind.API_LOGS, RoleKind.CHAT)]
    for project in projects:
        project_names = ProjectNames(prefix, project)
        names += [project_names.stage_role(stage, kind) for kind, spec in ROLES.items() if spec.in_workload]
        names += [project_names.endpoint(stage)]
    return names


def foundation_names(prefix: str, account: str, region: str) -> list[str]:
    """Every limited name of a foundation stack; raises NameTooLong at the first that does not fit."""
    env_names = Names(prefix, FOUNDATION)
    return [env_names.bucket(purpose, account, region) for purpose in ("config", "logs", "trail")]


def data_science_names(
    prefix: str, stack: str, account: str, region: str, scientists: list[str], own_approvers: Iterable[str] = ()
) -> list[str]:
    """Every limited name of a data science stack; raises NameTooLong at the first that does not fit."""
    env_names = Names(prefix, stack)
    names = [env_names.bucket(purpose, account, region) for purpose in ("logs", "data", "models", "artifacts")]
    names += [env_names.role(kind) for kind in (RoleKind.STUDIO_DEFAULT, RoleKind.APPROVER)]
    return [
        *names,
        env_names.sagemaker("domain"),
        *(env_names.role(RoleKind.SCIENTIST, user=name) for name in scientists),
        *(ProjectNames(prefix, project).role(RoleKind.TEAM_APPROVER) for project in own_approvers),
    ]


def project_stack_names(prefix: str, project: str, stages: list[str]) -> list[str]:
    """Every limited name of a project stack; raises NameTooLong at the first that does not fit."""
    project_names = ProjectNames(prefix, project)
    # The longest first, so that the error names the role that the others fit with.
    kinds = sorted(roles_under(RolePath.PROJECT, RolePath.DELIVERY), key=lambda kind: (-len(kind), kind))
    names = [project_names.role(kind) for kind in kinds if not ROLES[kind].in_workload]
    names += [project_names.code_pipeline("deploy"), project_names.group(), project_names.pipeline()]
    names += [project_names.endpoint(stage) for stage in stages]
    return names + [project_names.stack_set(stage) for stage in stages]


# Namespace of the metrics of endpoints' answers. Without the platform's prefix, which the delivered template does not
# know: endpoints' names begin with it.
ENDPOINT_METRICS = "ModelEndpoints"
# Where a project keeps, below its own prefix of the models bucket, what its endpoints are checked with.
CHECKS = "checks"
# Stages that models are deployed to, in their order.
STAGES = ("staging", "production")


def macie_role_arn(scope: Scope) -> str:
    """The service-linked role that Macie reads an account's buckets with."""
    return scope.role_arn("/aws-service-role/macie.amazonaws.com/", "AWSServiceRoleForAmazonMacie")
