"""What a workload account has for the APIs of its projects: roles, and what lets API Gateway write access logs.

Functions, gateway and deployments come with the project's own StackSet (`delivery.api`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from catalog import names
from catalog.roles import RoleKind
from components.encryption_key import EncryptionKey
from components.role import Role, RoleArgs
from policies.documents import api_delivery
from policies.documents import workload_api as documents
from policies.documents.statement import Statement
from policies.documents.trust import service_trust
from policies.documents.workload_scope import WorkloadScope
from settings.values import InterfaceEndpoint
from stacks.account_baseline import Perimeter
from stacks.workload_context import WorkloadContext
from stacks.workload_role import project_role

LAMBDA = "lambda.amazonaws.com"
# Who reads captures for an API.
READERS = (RoleKind.API_HOOKS,)


def apis(context: WorkloadContext, scope: pulumi.Output[WorkloadScope]) -> None:
    """Declare it for each project that may have an API here; nothing where none may."""
    if not context.settings.apis:
        return
    _access_logs(context)
    for project in context.settings.apis:
        _roles(context, project, scope)


def _roles(context: WorkloadContext, project: str, whole: pulumi.Output[WorkloadScope]) -> None:
    scope, endpoint = context.scope, context.project_names(project).endpoint(context.stage)
    of_lambda = service_trust(LAMBDA, scope.account)
    function_roles = {
        RoleKind.API: (f"The API of project {project} runs with it", documents.api_role(scope, endpoint)),
        RoleKind.API_AUTHORIZER: (
            f"Tokens of callers of project {project} are read with it",
            documents.authorizer_role(scope, endpoint),
        ),
    }
    for kind, (description, policy) in function_roles.items():
        project_role(context, project, kind, description, of_lambda, policy)
    project_role(
        context,
        project,
        RoleKind.API_HOOKS,
        f"New versions of the API of project {project} are tried with it",
        of_lambda,
        whole.apply(lambda known: documents.hooks_role(known, project, endpoint)),
    )
    project_role(
        context,
        project,
        RoleKind.API_DEPLOYMENT,
        f"CodeDeploy moves the traffic of the API of project {project} with it",
        service_trust("codedeploy.amazonaws.com", scope.account),
        documents.deployment_role(scope, endpoint),
    )


def _access_logs(context: WorkloadContext) -> None:
    """Whom API Gateway writes logs as: one role for all APIs of the account in this Region."""
    kind = RoleKind.API_LOGS
    args = RoleArgs(
        kind=kind,
        name=context.env_names.role(kind),
        path=names.path_of(kind, context.settings.prefix),
        description="API Gateway writes access logs with it",
        trust=service_trust("apigateway.amazonaws.com", context.scope.account),
        policy=documents.gateway_logs(),
        boundary=context.boundary,
    )
    role = Role("api-logs", args, context.child_options())
    aws.apigateway.Account("api-logs", cloudwatch_role_arn=role.arn, opts=context.child_options())


def deliveries(context: WorkloadContext, project: str, scope: WorkloadScope) -> Sequence[Statement]:
    """What the project's StackSet execution role may do for an API; nothing where the project may have none."""
    if project not in context.settings.apis:
        return ()
    project_names, registry = context.project_names(project), context.registry_scope
    delivered = api_delivery.DeliveredApi(
        project=project,
        endpoint=project_names.endpoint(context.stage),
        roles=f"{project_names.stage_role_arn(context.scope, context.stage, RoleKind.API)}*",
        code_bucket=context.registry_names.bucket("code", registry.account, context.registry_region),
        code_alias=context.registry_names.alias("code"),
    )
    return api_delivery.deliver_api(scope, delivered)


def parameters(context: WorkloadContext, net: Perimeter, operations: EncryptionKey) -> dict[str, pulumi.Input[str]]:
    """SSM parameters that the delivered API reads, by relative name; none where no project may have one."""
    if not context.settings.apis:
        return {}
    found: dict[str, pulumi.Input[str]] = {"keys/operations": operations.arn}
    private = net.endpoints.interface_ids.get(InterfaceEndpoint.API_GATEWAY)
    if private is not None:
        found["network/execute-api-endpoint-id"] = private
    return found
