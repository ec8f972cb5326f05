"""Identity policies of what stands in front of a project's model in a workload account."""

from __future__ import annotations

from catalog.names import CHECKS
from catalog.scope import Scope
from policies.documents import common_statements
from policies.documents.buckets import READ_OBJECT
from policies.documents.statement import Statement, document
from policies.documents.workload_scope import WorkloadScope


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
