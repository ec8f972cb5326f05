"""The roles of the platform: what each is for, where it lives, who assumes it and which roles it may bring to work.

Names (`catalog.names`), boundaries, the rows of the access matrix and what the proofs allow are all read from this one
table. A role carries its kind in the tag `purpose`, so that nobody has to take a name apart to know it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# What a role, key or bucket is for.
PURPOSE_TAG = "purpose"


class RolePath(StrEnum):
    """IAM paths; `{prefix}` and `{project}` are filled in by `catalog.names`.

    StackSets know the execution role by its name alone, which cannot carry a path (botocore: ExecutionRoleName).
    """

    FOUNDATION = "/{prefix}/foundation/"
    PLATFORM = "/{prefix}/platform/"
    PEOPLE = "/{prefix}/people/"
    DELIVERY = "/{prefix}/delivery/"
    PROJECT = "/{prefix}/projects/{project}/"
    NONE = "/"


class RoleKind(StrEnum):
    """What a role is for. The value ends the role's name and is the value of its tag `purpose`."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    DEPLOYER = "deployer"
    REMEDIATOR = "remediator"
    FLOW_LOGS = "flow-logs"
    STUDIO_DEFAULT = "studio-default"
    SCIENTIST = "scientist"
    APPROVER = "approver"
    PROCESSING = "processing"
    TRAINING = "training"
    PIPELINE = "pipeline"
    BUILD = "build"
    BUILD_PIPELINE = "build-pipeline"
    DEPLOY = "deploy"
    DEPLOY_TEST = "deploy-test"
    DEPLOY_PIPELINE = "deploy-pipeline"
    EVENTS = "events"
    RELEASE_CLEANER = "release-cleaner"
    PUBLISH = "publish"
    TEAM_ADMINISTRATOR = "team-administrator"
    STACK_SET_ADMINISTRATION = "stackset-administration"
    STACK_SET_EXECUTION = "stackset-execution"
    MODEL = "model"
    TEST = "test"


_K = RoleKind
_TRAINING = frozenset({_K.PIPELINE, _K.PROCESSING, _K.TRAINING})
_BUILDING = _TRAINING | {_K.BUILD, _K.BUILD_PIPELINE}
_ENTERING = frozenset({_K.STACK_SET_ADMINISTRATION, _K.STACK_SET_EXECUTION, _K.MODEL})
_DEPLOYING = _ENTERING | {_K.DEPLOY, _K.DEPLOY_PIPELINE, _K.DEPLOY_TEST, _K.TEST}


@dataclass(frozen=True, kw_only=True)
class RoleSpec:
    """One kind of role.

    - `assumed_by`: the service principal's first part, `people` who sign in, or the kind of role that assumes it.
    - `delegates_to`: kinds of roles whose work it may start, directly or through others: by handing over code, by
      running a pipeline, by delivery. Roles of a project delegate to roles of that project alone.
    - `signs_in`: people (or CI) from outside the platform's accounts may assume it, as the settings list them.
    - `builds_models`: it reads and writes models of its project in the data science account.
    - `in_workload`: it is made in the accounts that serve models; otherwise in the account that its path tells.
    """

    path: RolePath
    assumed_by: str
    delegates_to: frozenset[RoleKind] = frozenset()
    signs_in: bool = False
    builds_models: bool = False
    in_workload: bool = False


ROLES: dict[RoleKind, RoleSpec] = {
    _K.ADMINISTRATOR: RoleSpec(path=RolePath.PEOPLE, assumed_by="people", signs_in=True),
    _K.AUDITOR: RoleSpec(path=RolePath.PEOPLE, assumed_by="people", signs_in=True),
    # Declares every stack of its account but the foundation: it reaches what those reach, inside its boundary.
    _K.DEPLOYER: RoleSpec(path=RolePath.FOUNDATION, assumed_by="people", delegates_to=_DEPLOYING, signs_in=True),
    _K.REMEDIATOR: RoleSpec(path=RolePath.FOUNDATION, assumed_by="lambda"),
    _K.FLOW_LOGS: RoleSpec(path=RolePath.PLATFORM, assumed_by="vpc-flow-logs"),
    _K.STUDIO_DEFAULT: RoleSpec(path=RolePath.PEOPLE, assumed_by="sagemaker"),
    _K.SCIENTIST: RoleSpec(path=RolePath.PEOPLE, assumed_by="sagemaker", delegates_to=_BUILDING | {_K.PUBLISH}),
    _K.APPROVER: RoleSpec(path=RolePath.PEOPLE, assumed_by="people", signs_in=True),
    _K.PROCESSING: RoleSpec(path=RolePath.PROJECT, assumed_by="sagemaker", builds_models=True),
    _K.TRAINING: RoleSpec(path=RolePath.PROJECT, assumed_by="sagemaker", builds_models=True),
    _K.PIPELINE: RoleSpec(path=RolePath.PROJECT, assumed_by="sagemaker", delegates_to=_TRAINING, builds_models=True),
    _K.BUILD: RoleSpec(path=RolePath.PROJECT, assumed_by="codebuild", delegates_to=_BUILDING),
    _K.BUILD_PIPELINE: RoleSpec(path=RolePath.PROJECT, assumed_by="codepipeline", delegates_to=_BUILDING),
    _K.DEPLOY: RoleSpec(path=RolePath.PROJECT, assumed_by="codebuild", delegates_to=_DEPLOYING),
    _K.DEPLOY_TEST: RoleSpec(path=RolePath.PROJECT, assumed_by="codebuild", delegates_to=frozenset({_K.TEST})),
    _K.DEPLOY_PIPELINE: RoleSpec(path=RolePath.PROJECT, assumed_by="codepipeline", delegates_to=_DEPLOYING),
    _K.EVENTS: RoleSpec(path=RolePath.PROJECT, assumed_by="events"),
    _K.RELEASE_CLEANER: RoleSpec(path=RolePath.PROJECT, assumed_by="lambda", delegates_to=_ENTERING),
    _K.PUBLISH: RoleSpec(path=RolePath.PROJECT, assumed_by=_K.SCIENTIST, delegates_to=_BUILDING),
    _K.TEAM_ADMINISTRATOR: RoleSpec(path=RolePath.PROJECT, assumed_by="people", signs_in=True),
    _K.STACK_SET_ADMINISTRATION: RoleSpec(
        path=RolePath.DELIVERY,
        assumed_by="cloudformation",
        delegates_to=frozenset({_K.STACK_SET_EXECUTION, _K.MODEL}),
    ),
    _K.STACK_SET_EXECUTION: RoleSpec(
        path=RolePath.NONE,
        assumed_by=_K.STACK_SET_ADMINISTRATION,
        delegates_to=frozenset({_K.MODEL}),
        in_workload=True,
    ),
    _K.MODEL: RoleSpec(path=RolePath.PROJECT, assumed_by="sagemaker", in_workload=True),
    _K.TEST: RoleSpec(path=RolePath.PROJECT, assumed_by=_K.DEPLOY_TEST, in_workload=True),
}

# Kinds of roles that read and write their project's models in the data science account, by name.
MODEL_BUILDERS: tuple[RoleKind, ...] = tuple(sorted(kind for kind, spec in ROLES.items() if spec.builds_models))


def roles_under(*paths: RolePath) -> Iterable[RoleKind]:
    """Kinds of roles that live under any of the paths."""
    return (kind for kind, spec in ROLES.items() if spec.path in paths)


def may_bring_to_work(kind: RoleKind, other: RoleKind) -> bool:
    """Whether a role of one kind is meant to start the work of one of another kind (see `RoleSpec.delegates_to`)."""
    return other in ROLES[kind].delegates_to
