"""What the function that checks a project's endpoint may do."""

from __future__ import annotations

from catalog.names import CHECKS, ENDPOINT_METRICS
from policies.documents import common_statements
from policies.documents.statement import Statement, document
from policies.documents.workload_roles import decrypt_models, see_what_serves
from policies.documents.workload_scope import WorkloadScope


def endpoint_checker(
    scope: WorkloadScope, *, project: str, endpoint: str, function: str, queue: str, operations_key: str
) -> str:
    """Call one endpoint, see what it serves, read the rows that it is checked with, count; and keep lost events.

    It runs in the VPC: the models bucket is read from nowhere else.
    """
    return document(
        Statement(
            sid="AskTheEndpoint",
            actions=["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
            resources=[scope.arn("sagemaker", f"endpoint/{endpoint}")],
        ),
        see_what_serves(scope, project),
        Statement(
            sid="ReadOwnChecks",
            actions=["s3:GetObject"],
            resources=[scope.bucket_arn(scope.models_bucket, f"{project}/{CHECKS}/*")],
        ),
        decrypt_models(scope, "DecryptChecks"),
        Statement(
            sid="CountAnswers",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": ENDPOINT_METRICS}},
            reason="Metrics know no resource; the condition keeps it to one namespace",
        ),
        common_statements.lambda_interfaces(),
        Statement(
            sid="WriteOwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{scope.arn('logs', f'log-group:/aws/lambda/{function}')}:*"],
        ),
        # Lambda sends what failed for good with the function's role (AWS Lambda Developer Guide, "Capturing records of
        # Lambda asynchronous invocations").
        Statement(sid="KeepWhatFailed", actions=["sqs:SendMessage"], resources=[queue]),
        Statement(
            sid="EncryptWhatFailed",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[operations_key],
            conditions={"StringEquals": {"kms:ViaService": scope.service_host("sqs")}},
        ),
    )
