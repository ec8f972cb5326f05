"""Identity policies of the roles that deliver a project's models: rendering, tests, StackSets, and their removal."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.names import ProjectNames
from catalog.roles import RolePath
from policies.documents import common_statements
from policies.documents.accounts import WorkloadAccounts
from policies.documents.buckets import READ_OBJECT
from policies.documents.project_scope import MODEL_DEPLOY, PINNED_API_FUNCTIONS, ProjectScope
from policies.documents.project_statements import (
    READ_AND_WRITE_OBJECT,
    WRITE_OBJECT,
    artifacts,
    build_basics,
    read_parameters,
    runner,
    storage_keys,
)
from policies.documents.statement import Statement, document


def deploy(
    scope: ProjectScope,
    accounts: WorkloadAccounts,
    change_set_roles: Sequence[tuple[str, str]],
    *,
    build_projects: Sequence[str],
    stack_sets: Sequence[str],
    pipelines: Sequence[str],
) -> str:
    """Rendering: find the approved model, see what is deployed, write the template's parameters, and ask in each
    workload account, by its change set role (account and name), what they would change.

    It keeps aside what it writes, for whoever goes back to it; of records it writes nothing else. `pipelines` tell who
    let a model into production, and what a way back was started with.
    """
    return document(
        *build_basics(scope, *build_projects),
        read_parameters(scope),
        artifacts(scope, "ReadSourceWriteParameters", READ_AND_WRITE_OBJECT, *scope.delivery_folders()),
        # What was registered, to compare the approved model with.
        artifacts(scope, "ReadManifests", READ_OBJECT, scope.runs()),
        artifacts(scope, "ReadRecords", READ_OBJECT, scope.releases()),
        artifacts(scope, "KeepWhatIsDelivered", WRITE_OBJECT, scope.rendered()),
        Statement(
            sid="ListRecords",
            actions=["s3:ListBucket"],
            resources=[scope.artifacts_bucket],
            conditions={"StringLike": {"s3:prefix": [scope.releases()]}},
        ),
        # What stands in front of the model, and which functions it is made of.
        artifacts(scope, "ReadApis", READ_OBJECT, f"{scope.project}/source/api-*.json", PINNED_API_FUNCTIONS),
        storage_keys(scope, scope.data_key),
        Statement(
            sid="FindTheApprovedModel",
            actions=["sagemaker:DescribeModelPackage"],
            resources=scope.group_arns(),
        ),
        Statement(
            sid="SeeWhoLetItIn",
            actions=["codepipeline:GetPipelineExecution", "codepipeline:ListActionExecutions"],
            resources=[scope.arn("codepipeline", name) for name in pipelines],
        ),
        Statement(
            sid="SeeWhatIsDeployed",
            actions=["cloudformation:DescribeStackSet", "cloudformation:ListStackInstances"],
            resources=stack_set_arns(scope, stack_sets),
        ),
        accounts.enter("EnterChangeSetRoles", ProjectNames(scope.prefix, scope.project).path(), change_set_roles),
    )


def deploy_test(
    scope: ProjectScope, accounts: WorkloadAccounts, test_roles: Sequence[tuple[str, str]], test_projects: Sequence[str]
) -> str:
    """Testing: enter the test role (account and name) of each workload account, compare answers with held-out rows."""
    return document(
        *build_basics(scope, *test_projects),
        artifacts(scope, "ReadParametersAndRuns", READ_OBJECT, *scope.delivery_folders(), scope.runs()),
        storage_keys(scope, scope.data_key),
        accounts.enter("EnterTestRoles", ProjectNames(scope.prefix, scope.project).path(), test_roles),
    )


def deploy_pipeline(
    scope: ProjectScope,
    *,
    build_projects: Sequence[str],
    stack_sets: Sequence[str],
    administration_role: str,
    topic: str,
) -> str:
    """The deploy pipeline's runner: its own builds, its own StackSets, through the administration role."""
    return document(
        *runner(scope, MODEL_DEPLOY, scope.delivery_folders(), build_projects, topic),
        *_run_stack_sets(scope, stack_sets),
        _pass_administration(administration_role),
    )


def _run_stack_sets(scope: ProjectScope, stack_sets: Sequence[str]) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="RunOwnStackSets",
            actions=[
                "cloudformation:DescribeStackInstance",
                "cloudformation:DescribeStackSet",
                "cloudformation:DescribeStackSetOperation",
                "cloudformation:ListStackInstances",
                "cloudformation:ListStackSetOperationResults",
                "cloudformation:ListStackSetOperations",
                "cloudformation:TagResource",
            ],
            resources=stack_set_arns(scope, stack_sets),
        ),
        Statement(
            sid="ReachStackInstances",
            actions=[
                "cloudformation:CreateStackInstances",
                # What CodePipeline calls to give an instance that is there other values of its parameters.
                "cloudformation:UpdateStackInstances",
                "cloudformation:UpdateStackSet",
            ],
            resources=[*stack_set_arns(scope, stack_sets), *_stack_set_targets(scope, stack_sets)],
        ),
        Statement(
            sid="MakeStackSets",
            actions=["cloudformation:CreateStackSet"],
            resources=["*"],
            reason='A set that does not exist yet is no resource (Service Authorization Reference, "AWS '
            'CloudFormation"); without the role that is passed below it reaches nothing',
        ),
    )


def stack_set_administration(accounts: WorkloadAccounts, execution_roles: Sequence[tuple[str, str]]) -> str:
    """StackSets of a project enter its execution roles (account and name) in the workload accounts, and no other."""
    return document(accounts.enter("EnterWorkloadAccounts", RolePath.NONE, execution_roles))


def stack_set_arns(scope: ProjectScope, names: Sequence[str]) -> list[str]:
    """Sets by name, with any id and without: only a set that is there has the id that its ARN ends in."""
    return [scope.arn("cloudformation", f"stackset/{name}{id_}") for name in names for id_ in ("", ":*")]


def _stack_set_targets(scope: ProjectScope, names: Sequence[str]) -> list[str]:
    """What operations on stack instances name beside the set (Service Authorization Reference, "AWS CloudFormation").

    Accounts below the set, in the form of AWS's managed policy AmazonSSMServiceRolePolicy, and the types of the
    template, which AWS's examples write with the account and without. Types bound nothing here: what they may become
    in an account, the execution role's policy says.
    """
    targets = [scope.arn("cloudformation", f"stackset-target/{name}:*") for name in names]
    return [*targets, *(scope.arn("cloudformation", "type/resource/*", account=owner) for owner in (None, ""))]


def _pass_administration(role: str) -> Statement:
    return common_statements.pass_role("PassTheAdministrationRole", [role], "cloudformation.amazonaws.com")


def release_cleaner(
    scope: ProjectScope,
    stack_sets: Sequence[str],
    administration_role: str,
    function: str,
    removal: Sequence[Statement] = (),
) -> str:
    """The function that removes a project's endpoints from all accounts when the project goes; and more by `removal`
    (policies/documents/cleaners.py)."""
    group = scope.arn("logs", f"log-group:/aws/lambda/{function}")
    return document(
        Statement(
            sid="RemoveOwnStackSets",
            actions=[
                "cloudformation:DeleteStackSet",
                "cloudformation:DescribeStackSet",
                "cloudformation:DescribeStackSetOperation",
                "cloudformation:ListStackInstances",
                "cloudformation:ListStackSetOperationResults",
                "cloudformation:ListStackSetOperations",
            ],
            resources=stack_set_arns(scope, stack_sets),
        ),
        Statement(
            sid="RemoveStackInstances",
            actions=["cloudformation:DeleteStackInstances"],
            resources=[*stack_set_arns(scope, stack_sets), *_stack_set_targets(scope, stack_sets)],
        ),
        _pass_administration(administration_role),
        *removal,
        Statement(
            sid="WriteOwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{group}:*"],
        ),
    )
