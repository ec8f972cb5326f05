"""Identity policies of what stands in front of a project's model in a workload account, and of who delivers it."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.names import CHECKS
from catalog.scope import Scope
from policies.documents import common_statements
from policies.documents.buckets import PROJECT_TAG, READ_OBJECT
from policies.documents.statement import Statement, document
from policies.documents.workload_scope import WorkloadScope

_REQUEST_TAG, _RESOURCE_TAG = f"aws:RequestTag/{PROJECT_TAG}", f"aws:ResourceTag/{PROJECT_TAG}"


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


# What the reasons of patterns of actions begin with.
_FEW_CHARACTERS = "A role's policies have 10,240 characters"


def _function_logs(scope: Scope, function: str) -> Statement:
    return Statement(
        sid="WriteOwnLogs",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[f"{scope.arn('logs', f'log-group:/aws/lambda/{function}')}:*"],
    )


def api_role(scope: Scope, endpoint: str) -> str:
    """The API's function: calls one endpoint, writes its log and traces, remembers answers in its own table."""
    return document(
        Statement(
            sid="CallTheEndpoint",
            actions=["sagemaker:InvokeEndpoint"],
            resources=[scope.arn("sagemaker", f"endpoint/{endpoint}")],
        ),
        _function_logs(scope, f"{endpoint}-api"),
        common_statements.lambda_interfaces(),
        Statement(
            sid="WriteTraces",
            actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            resources=["*"],
            reason='Traces know no resource (Service Authorization Reference, "AWS X-Ray")',
        ),
        Statement(
            sid="RememberAnswers",
            actions=["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            resources=[scope.arn("dynamodb", f"table/{endpoint}-api")],
        ),
    )


def authorizer_role(scope: Scope, endpoint: str) -> str:
    """The authorizer: writes its log. It fetches the issuer's keys from the internet and calls nothing of AWS."""
    return document(_function_logs(scope, f"{endpoint}-api-authorizer"))


def hooks_role(scope: WorkloadScope, project: str, endpoint: str) -> str:
    """The deployment's hooks: call versions of the API's function, read held-out rows and captures, report."""
    name = f"{endpoint}-api"
    return document(
        Statement(
            sid="CallVersions",
            actions=["lambda:InvokeFunction"],
            # With a colon: versions and aliases of the one function.
            resources=[f"{scope.arn('lambda', f'function:{name}')}:*"],
        ),
        Statement(
            sid="ReportToCodeDeploy",
            actions=["codedeploy:PutLifecycleEventHookExecutionStatus"],
            resources=["*"],
            reason='The action knows no resource (Service Authorization Reference, "AWS CodeDeploy"); which report is '
            "meant, an execution's id says, which CodeDeploy hands to its hook alone",
        ),
        *_answers_to_compare(scope, project, endpoint),
        Statement(
            sid="CountInvocations",
            actions=["cloudwatch:GetMetricStatistics"],
            resources=["*"],
            reason='Metrics know no resource (Service Authorization Reference, "Amazon CloudWatch")',
        ),
        Statement(
            sid="WriteOwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[
                f"{scope.arn('logs', f'log-group:/aws/lambda/{name}-{hook}')}:*" for hook in ("before", "after")
            ],
        ),
        common_statements.lambda_interfaces(),
    )


def _answers_to_compare(scope: WorkloadScope, project: str, endpoint: str) -> tuple[Statement, ...]:
    """Held-out rows with the model's own answers, and what was captured of the endpoint."""
    return (
        Statement(
            sid="ReadHeldOutRows",
            actions=READ_OBJECT,
            resources=[scope.bucket_arn(scope.models_bucket, f"{project}/{CHECKS}/*")],
        ),
        Statement(
            sid="DecryptHeldOutRows",
            actions=["kms:Decrypt"],
            # The key's id is the registry account's secret until that stack is up; its alias is not.
            resources=[scope.registry_arn("kms", "key/*")],
            conditions={
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": scope.models_key_alias},
                "StringEquals": {"kms:ViaService": f"s3.{scope.registry_region}.amazonaws.com"},
            },
        ),
        Statement(
            sid="ListCaptures",
            actions=["s3:ListBucket"],
            resources=[scope.capture_bucket_arn],
            conditions={"StringLike": {"s3:prefix": f"{project}/{endpoint}/*"}},
        ),
        Statement(
            sid="ReadCaptures",
            actions=["s3:GetObject"],
            resources=[f"{scope.capture_bucket_arn}/{project}/{endpoint}/*"],
        ),
        Statement(
            sid="DecryptCaptures",
            actions=["kms:Decrypt"],
            resources=[scope.capture_key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"s3.{scope.region}.amazonaws.com"}},
        ),
    )


def deployment_role(scope: Scope, endpoint: str) -> str:
    """CodeDeploy: moves one alias, calls the hooks, and looks at alarms.

    As AWS's managed policy AWSCodeDeployRoleForLambdaLimited, for one function.
    """
    function = scope.arn("lambda", f"function:{endpoint}-api")
    hooks = [f"{function}-{hook}" for hook in ("before", "after")]
    return document(
        Statement(
            sid="MoveTheAlias",
            actions=["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
            resources=[function, f"{function}:*"],
        ),
        Statement(
            sid="CallTheHooks", actions=["lambda:InvokeFunction"], resources=[*hooks, *(f"{hook}:*" for hook in hooks)]
        ),
        common_statements.see_alarms(),
    )


def gateway_logs() -> str:
    """API Gateway writes access logs of all APIs of the account and Region."""
    return document(
        Statement(
            sid="WriteAccessLogs",
            actions=[
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeIndexPolicies",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:DescribeLogStreams",
                "logs:FilterLogEvents",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
            ],
            resources=["*"],
            reason="API Gateway refuses a role that may not do all of this, and says nothing of resources (Amazon API "
            'Gateway Developer Guide, "Set up CloudWatch logging for REST APIs in API Gateway"); only that service '
            "assumes it, for this account",
        )
    )


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
