"""What the function may do that writes down what serves where."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.names import ProjectNames
from policies.documents.accounts import WorkloadAccounts
from policies.documents.buckets import READ_OBJECT
from policies.documents.delivery_roles import stack_set_arns
from policies.documents.project_scope import MODEL_BUILD, ProjectScope
from policies.documents.project_statements import WRITE_OBJECT, artifacts, storage_keys
from policies.documents.statement import Statement, document

_APPROVAL = "sagemaker:ModelApprovalStatus"


def release_recorder(
    scope: ProjectScope,
    accounts: WorkloadAccounts,
    readers: Sequence[tuple[str, str]],
    *,
    pipelines: Sequence[str],
    build: str,
    sets: Sequence[str],
    stages: Sequence[str],
    event_source: str,
    function: str,
    queue: str,
    topic: str | None,
) -> str:
    """Sees deliveries (names of `pipelines` and StackSets, `sets`), keeps records, marks packages, tells others.

    `readers` are account and name of the roles that it looks at endpoints with.
    """
    return document(
        *_records(scope, stages),
        Statement(
            sid="SeeDeliveries",
            actions=["codepipeline:GetPipelineExecution", "codepipeline:ListActionExecutions"],
            resources=[scope.arn("codepipeline", name) for name in pipelines],
        ),
        Statement(
            sid="SeeWhatBecameOfThem",
            actions=[
                "cloudformation:DescribeStackSetOperation",
                "cloudformation:ListStackSetOperationResults",
                "cloudformation:ListStackSetOperations",
            ],
            resources=stack_set_arns(scope, sets),
        ),
        see_what_serves(scope, accounts, readers),
        *_see_who_published(scope, build),
        *_mark_packages(scope),
        *_tell(scope, event_source, topic),
        *_keep_what_failed(scope, function, queue),
    )


def see_what_serves(scope: ProjectScope, accounts: WorkloadAccounts, readers: Sequence[tuple[str, str]]) -> Statement:
    """It enters roles of the workload accounts, given by account and name, to look at endpoints."""
    return accounts.enter("SeeWhatServes", ProjectNames(scope.prefix, scope.project).path(), readers)


def _records(scope: ProjectScope, stages: Sequence[str]) -> tuple[Statement, ...]:
    """What was rendered it reads and does not write: a way back delivers it again."""
    written = [scope.releases(below) for below in ("packages", "told", *stages)]
    return (
        artifacts(scope, "ReadRecords", READ_OBJECT, scope.releases()),
        artifacts(scope, "KeepRecords", WRITE_OBJECT, *written),
        Statement(
            sid="ListRecords",
            actions=["s3:ListBucket"],
            resources=[scope.artifacts_bucket],
            conditions={"StringLike": {"s3:prefix": [scope.releases()]}},
        ),
        storage_keys(scope, scope.data_key),
    )


def _see_who_published(scope: ProjectScope, build: str) -> tuple[Statement, ...]:
    """Which run of the build pipeline trained when, and the tags of the code that it was given; not the code."""
    return (
        Statement(
            sid="SeeTrainings",
            actions=["codepipeline:GetPipelineExecution", "codepipeline:ListActionExecutions"],
            resources=[scope.arn("codepipeline", build)],
        ),
        artifacts(scope, "SeeWhoHandedOver", ["s3:GetObjectVersionTagging"], scope.source(MODEL_BUILD)),
    )


def _mark_packages(scope: ProjectScope) -> tuple[Statement, ...]:
    """It rejects, and it writes metadata in calls that decide nothing; it never approves."""
    packages = [scope.arn("sagemaker", f"model-package/{scope.group}/*")]
    return (
        Statement(sid="SeePackages", actions=["sagemaker:DescribeModelPackage"], resources=packages),
        Statement(
            sid="RejectWhatWasRolledBack",
            actions=["sagemaker:UpdateModelPackage"],
            resources=packages,
            conditions={"StringEquals": {_APPROVAL: "Rejected"}},
        ),
        # What else such a call could change, an image for example, rendering compares with what was registered.
        Statement(
            sid="EnterReleases",
            actions=["sagemaker:UpdateModelPackage"],
            resources=packages,
            conditions={"Null": {_APPROVAL: "true"}},
        ),
    )


def _tell(scope: ProjectScope, event_source: str, topic: str | None) -> tuple[Statement | None, ...]:
    return (
        Statement(
            sid="TellOfReleases",
            actions=["events:PutEvents"],
            resources=[scope.arn("events", "event-bus/default")],
            conditions={"StringEquals": {"events:source": event_source}},
        ),
        Statement(sid="AnnounceReleases", actions=["sns:Publish"], resources=[topic]) if topic else None,
        Statement(
            sid="EncryptAnnouncements",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[scope.operations_key],
            conditions={"StringEquals": {"kms:ViaService": scope.service_host("sns")}},
        )
        if topic
        else None,
    )


def _keep_what_failed(scope: ProjectScope, function: str, queue: str) -> tuple[Statement, ...]:
    group = scope.arn("logs", f"log-group:/aws/lambda/{function}")
    return (
        # Lambda sends what failed for good with the function's role (AWS Lambda Developer Guide, "Capturing records of
        # Lambda asynchronous invocations").
        Statement(sid="KeepWhatFailed", actions=["sqs:SendMessage"], resources=[queue]),
        Statement(
            sid="EncryptWhatFailed",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[scope.operations_key],
            conditions={"StringEquals": {"kms:ViaService": scope.service_host("sqs")}},
        ),
        Statement(sid="WriteOwnLogs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{group}:*"]),
    )
