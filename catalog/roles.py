"""The roles of the platform: what each is for, where it lives, who assumes it and which roles it may bring to work.

Names (`catalog.names`), boundaries, the rows of the access matrix and what the proofs allow are all read from this one
table. A role carries its kind in the tag `purpose`, so that nobody has to take a name apart to know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


class RoleName(StrEnum):
    """Forms of a role's name; the braces are filled in by `RoleSpec.role_name`."""

    ACCOUNT = "{prefix}-{kind}"
    ENVIRONMENT = "{prefix}-{environment}-{kind}"
    PROJECT = "{prefix}-{project}-{kind}"
    STAGE = "{prefix}-{stage}-{project}-{kind}"
    STUDIO = "{prefix}-{environment}-studio"
    SCIENTIST = "{prefix}-{environment}-studio-{user}"
    # Older than its kind is called: another name would be another role.
    REMEDIATOR = "{prefix}-foundation-guard"


class RoleKind(StrEnum):
    """What a role is for: the value of its tag `purpose`, and `{kind}` in its name."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    DEPLOYER = "deployer"
    PREVIEWER = "previewer"
    REMEDIATOR = "remediator"
    FLOW_LOGS = "flow-logs"
    CHAT = "chat"
    FOUNDATION_CHAT = "foundation-chat"
    STUDIO_DEFAULT = "studio-default"
    SCIENTIST = "scientist"
    APPROVER = "approver"
    TEAM_APPROVER = "team-approver"
    PROCESSING = "processing"
    TRAINING = "training"
    PIPELINE = "pipeline"
    BUILD = "build"
    PACKAGES = "packages"
    IMAGE_BUILD = "image-build"
    BUILD_PIPELINE = "build-pipeline"
    DEPLOY = "deploy"
    DEPLOY_TEST = "deploy-test"
    DEPLOY_PIPELINE = "deploy-pipeline"
    PIPELINE_STARTER = "pipeline-starter"
    APPROVAL_SENDER = "approval-sender"
    APPROVAL_PAGE = "approval-page"
    RELEASE_CLEANER = "release-cleaner"
    RELEASE_RECORDER = "release-recorder"
    RELEASE_READER = "release-reader"
    ACCOUNT_CLEANER = "account-cleaner"
    PUBLISH = "publish"
    TEAM_ADMINISTRATOR = "team-administrator"
    STACK_SET_ADMINISTRATION = "stackset-administration"
    STACK_SET_EXECUTION = "stackset-execution"
    MODEL = "model"
    TEST = "test"
    CHANGE_SET = "change-set"
    API = "api"
    API_AUTHORIZER = "api-authorizer"
    API_HOOKS = "api-hooks"
    API_DEPLOYMENT = "api-deployment"
    API_LOGS = "api-logs"
    ENDPOINT_CHECKER = "endpoint-checker"
    # Of another program's roles, of which nobody said what they are for: no stack of this one makes any.
    UNKNOWN = "unknown"


_K = RoleKind
_CODE_PIPELINES = frozenset({_K.BUILD_PIPELINE, _K.DEPLOY_PIPELINE})
_TRAINING = frozenset({_K.PIPELINE, _K.PROCESSING, _K.TRAINING})
_BUILDING = _TRAINING | {_K.BUILD, _K.BUILD_PIPELINE, _K.PACKAGES}
# What runs for an API: its functions, and what moves its traffic.
_APIS = frozenset({_K.API, _K.API_AUTHORIZER, _K.API_HOOKS, _K.API_DEPLOYMENT})
_DELIVERED = _APIS | {_K.MODEL}
_ENTERING = _DELIVERED | {_K.STACK_SET_ADMINISTRATION, _K.STACK_SET_EXECUTION}
_DEPLOYING = _ENTERING | {
    _K.CHANGE_SET,
    _K.DEPLOY,
    _K.DEPLOY_PIPELINE,
    _K.DEPLOY_TEST,
    _K.PACKAGES,
    _K.RELEASE_READER,
    _K.TEST,
}


@dataclass(frozen=True, kw_only=True)
class RoleSpec:
    """One kind of role.

    - `assumed_by`: the service principal's first part, `people` who sign in, or the kind of role that assumes it.
    - `delegates_to`: kinds of roles whose work it may start, directly or through others: by handing over code, by
      running a pipeline, by delivery. Roles of a project delegate to roles of that project alone.
    - `starts`: kinds of roles whose work it may set going as it stands, by starting, retrying, approving or calling it,
      without deciding what it does. Roles of a project start those of that project alone.
    - `signs_in`: people (or CI) from outside the platform's accounts may assume it, as the settings list them.
    - `builds_models`: it reads and writes models of its project in the data science account.
    - `in_workload`: it is made in the accounts that serve models; otherwise in the account that its path tells.
    - `declares_stacks`: it brings up every stack of its account but the foundation, so that it reaches every role
      there but those of the foundation, and writes the policies of what those stacks make.
    - `approves`: it decides on registered models and lets them into production, and no other kind does.
    - `approves_by_link`: it hands on what an approver decided who came by a signed link: on its project's way into
      production alone, never on models; no other kind does.
    - `signs_links`: it signs such links, and no other kind does.
    - `acts_for_scientists`: scientists work with it, in Studio or by assuming it.
    - `clears_accounts`: when its stack is destroyed it lists the data and models buckets and, where the settings agree
      to it, empties them, from outside the VPC; no other kind does.
    - `passes_stack_set_administration`: it hands its project's StackSet administration role to CloudFormation, and no
      other kind does.
    - `only_looks`: it changes nothing, assumes nothing and reads nothing that is stored.
    """

    path: RolePath
    assumed_by: str
    name: RoleName = RoleName.PROJECT
    delegates_to: frozenset[RoleKind] = frozenset()
    starts: frozenset[RoleKind] = frozenset()
    signs_in: bool = False
    builds_models: bool = False
    in_workload: bool = False
    declares_stacks: bool = False
    approves: bool = False
    approves_by_link: bool = False
    signs_links: bool = False
    acts_for_scientists: bool = False
    clears_accounts: bool = False
    passes_stack_set_administration: bool = False
    only_looks: bool = False

    @property
    def of_project(self) -> bool:
        """Whether each role of the kind belongs to one project."""
        return self.name in (RoleName.PROJECT, RoleName.STAGE)

    def iam_path(self, prefix: str, project: str = "") -> str:
        """The IAM path of its roles; `project` is needed where they belong to one."""
        return self.path.format(prefix=prefix, project=project)

    def role_name(self, kind: RoleKind, **values: str) -> str:
        """The name of a role of `kind`; `values` are those of prefix, environment, stage, project and user that its
        form asks for. Raises KeyError for one that is not there."""
        return self.name.format(kind=kind.value, **values)


class _RoleSpecs(dict[RoleKind, RoleSpec]):
    """Specs of the kinds that stacks make; any other kind's is that of a role that is meant for nothing."""

    def __missing__(self, kind: RoleKind) -> RoleSpec:
        return RoleSpec(path=RolePath.NONE, assumed_by="")


_MADE: dict[RoleKind, RoleSpec] = {
    # Holds deliveries and lets them go on, and goes back to what was released before.
    _K.ADMINISTRATOR: RoleSpec(
        path=RolePath.PEOPLE,
        name=RoleName.ACCOUNT,
        assumed_by="people",
        starts=_CODE_PIPELINES,
        signs_in=True,
    ),
    _K.AUDITOR: RoleSpec(path=RolePath.PEOPLE, name=RoleName.ACCOUNT, assumed_by="people", signs_in=True),
    # Declares every stack of its account but the foundation: it reaches what those reach, inside its boundary.
    _K.DEPLOYER: RoleSpec(
        path=RolePath.FOUNDATION,
        name=RoleName.ACCOUNT,
        assumed_by="people",
        delegates_to=_DEPLOYING | {_K.IMAGE_BUILD},
        signs_in=True,
        declares_stacks=True,
    ),
    # Runs programs of pull requests, which nobody has read.
    _K.PREVIEWER: RoleSpec(
        path=RolePath.FOUNDATION, name=RoleName.ACCOUNT, assumed_by="people", signs_in=True, only_looks=True
    ),
    _K.REMEDIATOR: RoleSpec(path=RolePath.FOUNDATION, name=RoleName.REMEDIATOR, assumed_by="lambda"),
    _K.FLOW_LOGS: RoleSpec(path=RolePath.PLATFORM, name=RoleName.ENVIRONMENT, assumed_by="vpc-flow-logs"),
    # A channel of a chat that alarms go to has a role, as each must: it may do nothing. The foundation's is out of the
    # deployer's reach, as all of the foundation is.
    _K.CHAT: RoleSpec(path=RolePath.PLATFORM, name=RoleName.ENVIRONMENT, assumed_by="chatbot"),
    _K.FOUNDATION_CHAT: RoleSpec(path=RolePath.FOUNDATION, name=RoleName.ACCOUNT, assumed_by="chatbot"),
    _K.STUDIO_DEFAULT: RoleSpec(path=RolePath.PEOPLE, name=RoleName.STUDIO, assumed_by="sagemaker"),
    _K.SCIENTIST: RoleSpec(
        path=RolePath.PEOPLE,
        name=RoleName.SCIENTIST,
        assumed_by="sagemaker",
        delegates_to=_BUILDING | {_K.PUBLISH},
        acts_for_scientists=True,
    ),
    _K.APPROVER: RoleSpec(
        path=RolePath.PEOPLE,
        name=RoleName.ENVIRONMENT,
        assumed_by="people",
        starts=frozenset({_K.DEPLOY_PIPELINE}),
        signs_in=True,
        approves=True,
    ),
    # Of a project that has approvers of its own. The data science stack makes it: teams do not choose who approves.
    _K.TEAM_APPROVER: RoleSpec(
        path=RolePath.PEOPLE,
        assumed_by="people",
        starts=frozenset({_K.DEPLOY_PIPELINE}),
        signs_in=True,
        approves=True,
    ),
    _K.PROCESSING: RoleSpec(path=RolePath.PROJECT, assumed_by="sagemaker", builds_models=True),
    _K.TRAINING: RoleSpec(path=RolePath.PROJECT, assumed_by="sagemaker", builds_models=True),
    _K.PIPELINE: RoleSpec(path=RolePath.PROJECT, assumed_by="sagemaker", delegates_to=_TRAINING, builds_models=True),
    _K.BUILD: RoleSpec(path=RolePath.PROJECT, assumed_by="codebuild", delegates_to=_BUILDING),
    # Pushes the model image and says which digest is used; started by the deployer, who puts its source in place.
    # Jobs, models and notebooks run what it pushes.
    _K.IMAGE_BUILD: RoleSpec(
        path=RolePath.PLATFORM,
        name=RoleName.ENVIRONMENT,
        assumed_by="codebuild",
        delegates_to=_DEPLOYING | _BUILDING | {_K.PUBLISH, _K.SCIENTIST},
    ),
    # Fetches wheels from a package index, outside the VPC; runs nothing of the repository.
    _K.PACKAGES: RoleSpec(path=RolePath.PROJECT, assumed_by="codebuild"),
    _K.BUILD_PIPELINE: RoleSpec(path=RolePath.PROJECT, assumed_by="codepipeline", delegates_to=_BUILDING),
    _K.DEPLOY: RoleSpec(path=RolePath.PROJECT, assumed_by="codebuild", delegates_to=_DEPLOYING),
    _K.DEPLOY_TEST: RoleSpec(path=RolePath.PROJECT, assumed_by="codebuild", delegates_to=frozenset({_K.TEST})),
    _K.DEPLOY_PIPELINE: RoleSpec(
        path=RolePath.PROJECT, assumed_by="codepipeline", delegates_to=_DEPLOYING, passes_stack_set_administration=True
    ),
    _K.PIPELINE_STARTER: RoleSpec(path=RolePath.PROJECT, assumed_by="lambda", starts=_CODE_PIPELINES),
    # Signs the links that approvers get, and decides nothing.
    _K.APPROVAL_SENDER: RoleSpec(path=RolePath.PROJECT, assumed_by="lambda", signs_links=True),
    # Says an approver's yes or no, who came by a signed link, and signs none.
    _K.APPROVAL_PAGE: RoleSpec(
        path=RolePath.PROJECT, assumed_by="lambda", starts=frozenset({_K.DEPLOY_PIPELINE}), approves_by_link=True
    ),
    _K.RELEASE_CLEANER: RoleSpec(
        path=RolePath.PROJECT, assumed_by="lambda", delegates_to=_ENTERING, passes_stack_set_administration=True
    ),
    # Writes down what serves where; marks what production rolled back. It lets nothing in.
    _K.RELEASE_RECORDER: RoleSpec(
        path=RolePath.PROJECT, assumed_by="lambda", delegates_to=frozenset({_K.RELEASE_READER})
    ),
    # Empties the data science account when its stack is destroyed, of what the settings agree to lose.
    _K.ACCOUNT_CLEANER: RoleSpec(
        path=RolePath.PLATFORM, name=RoleName.ENVIRONMENT, assumed_by="lambda", clears_accounts=True
    ),
    _K.PUBLISH: RoleSpec(
        path=RolePath.PROJECT, assumed_by=_K.SCIENTIST, delegates_to=_BUILDING, acts_for_scientists=True
    ),
    # Starts and retries training, and hands lost events over again.
    _K.TEAM_ADMINISTRATOR: RoleSpec(
        path=RolePath.PROJECT,
        assumed_by="people",
        starts=frozenset(
            {_K.APPROVAL_SENDER, _K.BUILD_PIPELINE, _K.PIPELINE, _K.PIPELINE_STARTER, _K.RELEASE_RECORDER}
        ),
        signs_in=True,
    ),
    _K.STACK_SET_ADMINISTRATION: RoleSpec(
        path=RolePath.DELIVERY, assumed_by="cloudformation", delegates_to=_DELIVERED | {_K.STACK_SET_EXECUTION}
    ),
    _K.STACK_SET_EXECUTION: RoleSpec(
        path=RolePath.NONE,
        name=RoleName.STAGE,
        assumed_by=_K.STACK_SET_ADMINISTRATION,
        delegates_to=_DELIVERED,
        in_workload=True,
    ),
    _K.MODEL: RoleSpec(path=RolePath.PROJECT, name=RoleName.STAGE, assumed_by="sagemaker", in_workload=True),
    _K.TEST: RoleSpec(path=RolePath.PROJECT, name=RoleName.STAGE, assumed_by=_K.DEPLOY_TEST, in_workload=True),
    # Says what a release would change, by change sets that it cannot execute.
    _K.CHANGE_SET: RoleSpec(path=RolePath.PROJECT, name=RoleName.STAGE, assumed_by=_K.DEPLOY, in_workload=True),
    # Answers callers from outside the platform: it calls one endpoint.
    _K.API: RoleSpec(path=RolePath.DELIVERY, name=RoleName.STAGE, assumed_by="lambda", in_workload=True),
    # Reads tokens, outside the VPC, where it fetches the issuer's keys.
    _K.API_AUTHORIZER: RoleSpec(path=RolePath.DELIVERY, name=RoleName.STAGE, assumed_by="lambda", in_workload=True),
    # Calls the new version of the API's function, and reports to CodeDeploy.
    _K.API_HOOKS: RoleSpec(
        path=RolePath.DELIVERY,
        name=RoleName.STAGE,
        assumed_by="lambda",
        delegates_to=frozenset({_K.API}),
        in_workload=True,
    ),
    # CodeDeploy moves the alias with it.
    _K.API_DEPLOYMENT: RoleSpec(
        path=RolePath.DELIVERY,
        name=RoleName.STAGE,
        assumed_by="codedeploy",
        delegates_to=frozenset({_K.API, _K.API_HOOKS}),
        in_workload=True,
    ),
    # API Gateway writes access logs with it: an account has one such role in a Region.
    _K.API_LOGS: RoleSpec(path=RolePath.PLATFORM, name=RoleName.ENVIRONMENT, assumed_by="apigateway"),
    # Sees which version an endpoint really serves.
    _K.RELEASE_READER: RoleSpec(
        path=RolePath.PROJECT, name=RoleName.STAGE, assumed_by=_K.RELEASE_RECORDER, in_workload=True
    ),
    # Asks its project's endpoint each minute, and reads the rows that it asks for and no model.
    _K.ENDPOINT_CHECKER: RoleSpec(path=RolePath.PROJECT, name=RoleName.STAGE, assumed_by="lambda", in_workload=True),
}

ROLES: dict[RoleKind, RoleSpec] = _RoleSpecs(_MADE)

# Kinds of roles that read and write their project's models in the data science account, by name.
MODEL_BUILDERS: tuple[RoleKind, ...] = tuple(sorted(kind for kind, spec in ROLES.items() if spec.builds_models))

# Kinds of roles that assume those in accounts that serve models.
ENTERING_WORKLOADS: frozenset[RoleKind] = frozenset(
    spec.assumed_by for spec in ROLES.values() if spec.in_workload and isinstance(spec.assumed_by, RoleKind)
)


def kinds(which: Callable[[RoleSpec], bool]) -> frozenset[RoleKind]:
    """Kinds of roles whose spec is one of those."""
    return frozenset(kind for kind, spec in ROLES.items() if which(spec))


def roles_under(*paths: RolePath) -> Iterable[RoleKind]:
    """Kinds of roles that live under any of the paths."""
    return (kind for kind, spec in ROLES.items() if spec.path in paths)


def may_bring_to_work(kind: RoleKind, other: RoleKind) -> bool:
    """Whether a role of one kind is meant to start the work of one of another kind (see `RoleSpec.delegates_to`)."""
    return other in ROLES[kind].delegates_to
