"""What the function that starts a project's pipelines may do."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.project_scope import ProjectScope
from policies.documents.statement import Statement, document


def pipeline_starter(scope: ProjectScope, pipelines: Sequence[str], function: str, queue: str) -> str:
    """The function that starts the project's own pipelines, and keeps the events that it could not deal with."""
    group = scope.arn("logs", f"log-group:/aws/lambda/{function}")
    return document(
        Statement(
            sid="StartOwnPipelines",
            actions=["codepipeline:StartPipelineExecution"],
            resources=[scope.arn("codepipeline", name) for name in pipelines],
        ),
        # Events come late, and are handed over by people: what was decided, the registry says.
        Statement(
            sid="SeeWhatWasDecided",
            actions=["sagemaker:DescribeModelPackage"],
            resources=[scope.arn("sagemaker", f"model-package/{scope.group}/*")],
        ),
        # Lambda sends what failed for good with the function's role (AWS Lambda Developer Guide, "Capturing records of
        # Lambda asynchronous invocations").
        Statement(sid="KeepWhatFailed", actions=["sqs:SendMessage"], resources=[queue]),
        Statement(
            sid="EncryptWhatFailed",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[scope.operations_key],
            conditions={"StringEquals": {"kms:ViaService": scope.service_host("sqs")}},
        ),
        Statement(
            sid="WriteOwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{group}:*"],
        ),
    )
