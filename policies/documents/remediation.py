"""What the remediator may do, and who reaches the queue of events that it could not deal with."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.scope import Scope
from policies.documents.statement import Principals, Statement, document

_DESCRIBE = (
    "sagemaker:DescribeAutoMLJobV2",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeHyperParameterTuningJob",
    "sagemaker:DescribeModel",
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:DescribeProcessingJob",
    "sagemaker:DescribeTrainingJob",
    "sagemaker:DescribeTransformJob",
    "sagemaker:ListTags",
)
_STOP = (
    "sagemaker:StopAutoMLJob",
    "sagemaker:StopHyperParameterTuningJob",
    "sagemaker:StopNotebookInstance",
    "sagemaker:StopProcessingJob",
    "sagemaker:StopTrainingJob",
    "sagemaker:StopTransformJob",
)
_RESOURCES = (
    "automl-job",
    "endpoint",
    "endpoint-config",
    "hyper-parameter-tuning-job",
    "model",
    "notebook-instance",
    "processing-job",
    "training-job",
    "transform-job",
)


def remediator(
    scope: Scope,
    *,
    topic: str,
    queue: str,
    key: str,
    log_group: str,
    tags: Sequence[str],
    stops: bool,
    deletes_endpoints: bool,
) -> str:
    """Look at everything that runs in the region, stop it, mark it with its own `tags`, and tell the topic.

    Everything and not only the platform's: a name or a tag that spared a job would be the way past it.
    """
    everything = [scope.arn("sagemaker", f"{kind}/*") for kind in _RESOURCES]
    stop = Statement(sid="StopWhatBreaksTheRules", actions=_STOP, resources=everything)
    delete = Statement(
        sid="DeleteEndpointsThatBreakTheRules",
        actions=["sagemaker:DeleteEndpoint"],
        resources=[scope.arn("sagemaker", "endpoint/*")],
    )
    return document(
        Statement(sid="LookAtWhatRuns", actions=_DESCRIBE, resources=everything),
        stop if stops else None,
        delete if stops and deletes_endpoints else None,
        _mark(everything, tags),
        *_telling(scope, topic, queue, key),
        Statement(
            sid="WriteOwnLog",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{log_group}:*"],
        ),
    )


def _mark(everything: Sequence[str], tags: Sequence[str]) -> Statement:
    return Statement(
        sid="MarkIt",
        actions=["sagemaker:AddTags"],
        resources=everything,
        # Without the second a call that names no tag would pass the first.
        conditions={"ForAllValues:StringEquals": {"aws:TagKeys": tags}, "Null": {"aws:TagKeys": "false"}},
    )


def _telling(scope: Scope, topic: str, queue: str, key: str) -> tuple[Statement, ...]:
    return (
        Statement(sid="TellTheTopic", actions=["sns:Publish"], resources=[topic]),
        # Lambda sends what failed for good with the function's role (AWS Lambda Developer Guide, "Capturing records of
        # Lambda asynchronous invocations").
        Statement(sid="KeepWhatFailed", actions=["sqs:SendMessage"], resources=[queue]),
        Statement(
            sid="EncryptMessages",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key],
            conditions={"StringEquals": {"kms:ViaService": [scope.service_host("sns"), scope.service_host("sqs")]}},
        ),
    )


def dead_letters(queue: str, rules: Sequence[str]) -> str:
    """EventBridge leaves there what its rules (ARN patterns) could not deliver; nobody over plain transport.

    The rules' ARNs say the account: `aws:SourceArn` is the one key that the guide knows here (Amazon EventBridge User
    Guide, "Using resource-based policies for Amazon EventBridge").
    """
    return document(
        Statement(
            sid="RulesLeaveWhatTheyCouldNotDeliver",
            principals=Principals(services=["events.amazonaws.com"]),
            actions=["sqs:SendMessage"],
            resources=[queue],
            conditions={"ArnLike": {"aws:SourceArn": rules}},
        ),
        Statement(
            sid="DenyPlainTransport",
            effect="Deny",
            principals=Principals(aws=["*"]),
            actions=["sqs:ReceiveMessage", "sqs:SendMessage"],
            resources=[queue],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
    )
