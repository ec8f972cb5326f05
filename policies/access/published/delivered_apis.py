"""The resources of a delivered API, as the StackSet execution role of a project meets them in an account."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.names import ProjectNames
from catalog.roles import RoleKind
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import roles_of_kind
from policies.access.published.handled_resources import HandledResources
from policies.documents.api_delivery import access_log

_FUNCTION_ROLES = (RoleKind.API, RoleKind.API_AUTHORIZER, RoleKind.API_HOOKS)
# Ids are AWS's own.
_API = "/restapis/a1b2c3"


def delivered_apis(graph: PolicyGraph) -> Iterator[HandledResources]:
    """Every type of an API's part (`delivery.api`), for every project and account that may have one."""
    for role in roles_of_kind(graph, RoleKind.STACK_SET_EXECUTION):
        own = [
            each
            for kind in (*_FUNCTION_ROLES, RoleKind.API_DEPLOYMENT)
            for each in roles_of_kind(graph, kind)
            if (each.stack, each.project) == (role.stack, role.project)
        ]
        if own:
            yield from _of(graph, role, own)


def _of(graph: PolicyGraph, role: IamRole, own: list[IamRole]) -> Iterator[HandledResources]:
    scope, stage = graph.scopes[role.stack], graph.stages[role.stack]
    endpoint = ProjectNames(scope.prefix, role.project or "").endpoint(stage)
    name = ProjectNames(scope.prefix, role.project or "").api_function(stage)
    tags = {"project": role.project or "", "stage": stage}
    functions = [each.arn for each in own if each.kind in _FUNCTION_ROLES]
    deployment = [each.arn for each in own if each.kind is RoleKind.API_DEPLOYMENT]
    function = scope.arn("lambda", f"function:{name}")

    def gateway(path: str) -> str:
        return scope.arn("apigateway", path, account="")

    application, group = (
        scope.arn("codedeploy", text) for text in (f"application:{name}", f"deploymentgroup:{name}/live")
    )
    config = scope.arn("codedeploy", "deploymentconfig:CodeDeployDefault.LambdaAllAtOnce")
    logs = [
        scope.arn("logs", f"log-group:{group}")
        for group in (f"/aws/lambda/{name}-before", access_log(scope.prefix, stage, endpoint))
    ]
    firewall = scope.arn("wafv2", f"regional/webacl/{name}/a1b2c3")
    rows: dict[str, tuple[list[str], list[str]]] = {
        "AWS::Lambda::Function": ([function], functions),
        "AWS::Lambda::Version": ([function, f"{function}:7"], []),
        "AWS::Lambda::Alias": ([function, f"{function}:live"], [application, group, config]),
        "AWS::Lambda::Permission": ([function, f"{function}:live"], []),
        "AWS::ApiGateway::RestApi": ([gateway(_API)], []),
        "AWS::ApiGateway::Deployment": ([gateway(f"{_API}/deployments/d1")], [gateway(f"{_API}/deployments")]),
        "AWS::ApiGateway::Stage": ([gateway(f"{_API}/stages/live")], [gateway(f"{_API}/stages")]),
        "AWS::ApiGateway::ApiKey": ([gateway("/apikeys/a1")], []),
        "AWS::ApiGateway::UsagePlan": ([gateway("/usageplans/a1")], []),
        "AWS::ApiGateway::UsagePlanKey": ([gateway("/usageplans/a1/keys/b2")], [gateway("/usageplans/a1/keys")]),
        "AWS::ApiGateway::DomainName": ([gateway("/domainnames/models.example.com")], []),
        "AWS::ApiGateway::BasePathMapping": ([gateway("/domainnames/models.example.com/basepathmappings/x")], []),
        "AWS::CodeDeploy::Application": ([application], []),
        "AWS::CodeDeploy::DeploymentGroup": ([group], [application, config, *deployment]),
        "AWS::Logs::LogGroup": (logs, []),
        "AWS::DynamoDB::Table": ([scope.arn("dynamodb", f"table/{name}")], []),
        "AWS::WAFv2::WebACL": ([firewall], []),
        "AWS::WAFv2::WebACLAssociation": ([firewall, gateway(f"{_API}/stages/live")], []),
    }
    for type_name, (arns, named) in rows.items():
        yield HandledResources(
            type_name=type_name,
            role=role,
            scope=scope,
            arns=arns,
            named=named,
            tags=dict.fromkeys([*arns, *named], tags),
            # What is written with PUT was made, with its tags, by a POST before.
            conditions={"apigateway:PUT": {f"aws:ResourceTag/{key}": value for key, value in tags.items()}},
        )


# Types of the part, for whoever compares: `delivery.api` stands above.
API_TYPES = frozenset(
    {
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::BasePathMapping",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::DomainName",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::UsagePlanKey",
        "AWS::CloudWatch::Alarm",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::DynamoDB::Table",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::Logs::LogGroup",
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation",
    }
)
