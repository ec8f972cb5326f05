"""Rights of the StackSet execution role to deliver the API in front of an endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.scope import Scope
from policies.documents.buckets import PROJECT_TAG
from policies.documents.statement import Statement
from policies.documents.workload_scope import WorkloadScope


@dataclass(frozen=True, kw_only=True)
class DeliveredApi:
    """A project's API in a stage: its project, the endpoint behind it, and the roles that it runs with (ARN pattern).

    Everything else of it is named after the endpoint. `code_bucket` is the registry's bucket of archives, `code_alias`
    the alias of that bucket's key.
    """

    project: str
    endpoint: str
    roles: str
    code_bucket: str
    code_alias: str

    @property
    def name(self) -> str:
        """What the names of its functions, its application and its table begin with."""
        return f"{self.endpoint}-api"


_REQUEST_TAG, _RESOURCE_TAG = f"aws:RequestTag/{PROJECT_TAG}", f"aws:ResourceTag/{PROJECT_TAG}"
# What the reasons of patterns of actions begin with.
_FEW_CHARACTERS = "A role's policies have 10,240 characters"


def deliver_api(scope: WorkloadScope, api: DeliveredApi) -> tuple[Statement, ...]:
    """What the project's StackSet execution role needs besides, where the project may have an API."""
    return (
        *_functions(scope, api),
        *_archives(scope, api),
        *_gateway(scope, api.project),
        *_deployments(scope, api),
        *_logs_and_table(scope, api),
        _firewall(scope, api),
    )


def _functions(scope: WorkloadScope, api: DeliveredApi) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ManageApiFunctions",
            actions=[
                "lambda:AddPermission",
                "lambda:CreateAlias",
                "lambda:CreateFunction",
                "lambda:DeleteAlias",
                "lambda:DeleteFunction",
                "lambda:Get*",
                "lambda:List*",
                "lambda:PublishVersion",
                "lambda:RemovePermission",
                "lambda:TagResource",
                "lambda:UntagResource",
                "lambda:UpdateAlias",
                "lambda:UpdateFunction*",
            ],
            # Versions and aliases too, whose ARNs go on behind a colon.
            resources=[scope.arn("lambda", f"function:{api.name}*")],
            reason=f"{_FEW_CHARACTERS}; of these functions alone",
        ),
        Statement(
            sid="PassApiRoles",
            actions=["iam:PassRole"],
            resources=[api.roles],
            conditions={"StringEquals": {"iam:PassedToService": ["codedeploy.amazonaws.com", "lambda.amazonaws.com"]}},
        ),
        Statement(
            sid="LookUpForApis",
            actions=[
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                # Of each log group that CloudFormation reads: its schema names both.
                "logs:DescribeIndexPolicies",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                # Stopping a deployment brings back the version before.
                "codedeploy:StopDeployment",
            ],
            resources=["*"],
            reason="None of these knows a resource, or none that has a name yet (Service Authorization Reference)",
        ),
    )


def _archives(scope: WorkloadScope, api: DeliveredApi) -> tuple[Statement, Statement]:
    return (
        Statement(
            sid="FetchApiArchives",
            actions=["s3:GetObject", "s3:GetObjectVersion"],
            resources=[scope.bucket_arn(api.code_bucket, "*")],
        ),
        Statement(
            sid="DecryptApiArchives",
            actions=["kms:Decrypt"],
            # The key's id is the registry account's secret until that stack is up; its alias is not.
            resources=[scope.registry_arn("kms", "key/*")],
            conditions={
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": api.code_alias},
                "StringEquals": {"kms:ViaService": f"s3.{scope.registry_region}.amazonaws.com"},
            },
        ),
    )


def _gateway(scope: Scope, project: str) -> tuple[Statement, ...]:
    """By tag: names of APIs, keys and plans are ids. What is below an API, a plan or a domain inherits its tags (Amazon
    API Gateway Developer Guide, "API Gateway resources that can be tagged")."""

    def path(below: str) -> str:
        return scope.arn("apigateway", below, account="")

    by_tag = "API Gateway's ARNs hold ids alone; the condition says whose"
    return (
        Statement(
            sid="MakeApis",
            actions=["apigateway:POST"],
            resources=[path(f"/{kind}") for kind in ("restapis", "usageplans", "apikeys", "domainnames")],
            conditions={"StringEquals": {_REQUEST_TAG: project}},
        ),
        # Of own APIs, and of one that is being made, whose tags this action's context need not hold: the Service
        # Authorization Reference gives it no aws:RequestTag. Alone it changes nothing: setting a policy takes POST or
        # PATCH besides.
        Statement(
            sid="GiveApisTheirPolicy",
            actions=["apigateway:UpdateRestApiPolicy"],
            resources=[path("/restapis/*")],
            conditions={"StringEqualsIfExists": {_RESOURCE_TAG: project}},
            reason=by_tag,
        ),
        Statement(
            sid="ManageOwnApis",
            actions=[
                "apigateway:DELETE",
                "apigateway:PATCH",
                "apigateway:POST",
                "apigateway:PUT",
                "apigateway:SetWebACL",
            ],
            resources=[path("/*")],
            conditions={"StringEquals": {_RESOURCE_TAG: project}, "StringEqualsIfExists": {_REQUEST_TAG: project}},
            reason=by_tag,
        ),
        Statement(
            sid="TagNewApis",
            actions=["apigateway:PUT"],
            resources=[path("/tags/*")],
            conditions={"StringEquals": {_REQUEST_TAG: project}, "Null": {_RESOURCE_TAG: "true"}},
        ),
        # With what has no tag, for of what is gone CloudFormation has to hear that it is not there; never with what is
        # another project's: whoever reads an API key may ask for its value.
        Statement(
            sid="SeeApis",
            actions=["apigateway:GET"],
            resources=[path("/*")],
            conditions={"StringEqualsIfExists": {_RESOURCE_TAG: project}},
            reason=by_tag,
        ),
    )


def _deployments(scope: Scope, api: DeliveredApi) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ManageApiDeployments",
            actions=[
                "codedeploy:Create*",
                "codedeploy:Delete*",
                "codedeploy:Get*",
                "codedeploy:List*",
                "codedeploy:RegisterApplicationRevision",
                "codedeploy:TagResource",
                "codedeploy:UntagResource",
                "codedeploy:UpdateDeploymentGroup",
            ],
            resources=[
                scope.arn("codedeploy", f"application:{api.name}"),
                scope.arn("codedeploy", f"deploymentgroup:{api.name}/*"),
                scope.arn("codedeploy", "deploymentconfig:CodeDeployDefault.Lambda*"),
            ],
            reason=f"{_FEW_CHARACTERS}; of one application, and AWS's own configurations, which nobody changes",
        ),
    )


def _logs_and_table(scope: WorkloadScope, api: DeliveredApi) -> tuple[Statement, ...]:
    groups = [f"/aws/lambda/{api.name}*", f"{access_log(scope.prefix, scope.stage, api.endpoint)}*"]
    return (
        Statement(
            sid="KeepApiLogs",
            actions=[
                "logs:AssociateKmsKey",
                "logs:CreateLogGroup",
                "logs:DeleteLogGroup",
                "logs:GetDataProtectionPolicy",
                "logs:ListTagsForResource",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
            ],
            resources=[scope.arn("logs", f"log-group:{name}") for name in groups],
        ),
        Statement(
            sid="KeepTheTable",
            actions=[
                "dynamodb:CreateTable",
                "dynamodb:DeleteTable",
                "dynamodb:Describe*",
                "dynamodb:GetResourcePolicy",
                "dynamodb:ListTagsOfResource",
                "dynamodb:TagResource",
                "dynamodb:UntagResource",
                "dynamodb:UpdateTable",
                "dynamodb:UpdateTimeToLive",
            ],
            resources=[scope.arn("dynamodb", f"table/{api.name}")],
            reason=f"{_FEW_CHARACTERS}; of one table",
        ),
    )


def _firewall(scope: Scope, api: DeliveredApi) -> Statement:
    return Statement(
        sid="KeepTheFirewall",
        actions=["wafv2:*WebACL", "wafv2:GetWebACLForResource", "wafv2:ListTagsForResource", "wafv2:*agResource"],
        resources=[
            scope.arn("wafv2", f"regional/webacl/{api.name}/*"),
            scope.arn("wafv2", "regional/managedruleset/*"),
            # An API's own tag is asked for with apigateway:SetWebACL.
            scope.arn("apigateway", "/restapis/*/stages/*", account=""),
        ],
        reason=f"{_FEW_CHARACTERS}; of one firewall",
    )


def access_log(prefix: str, stage: str, endpoint: str) -> str:
    """Log group of an API's access log."""
    return f"/{prefix}/{stage}/apis/{endpoint}"
