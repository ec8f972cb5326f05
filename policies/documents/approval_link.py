"""Approval by a link: what its two functions may do, who signs with its key, and who may send on its topic.

One signs links and decides nothing, the other verifies them and decides: neither can do both.
"""

from __future__ import annotations

from catalog.scope import Scope
from policies.documents.buckets import READ_OBJECT
from policies.documents.keys import ONLY_THIS_KEY, THIS_KEY, administration
from policies.documents.project_scope import ProjectScope
from policies.documents.project_statements import artifacts, storage_keys
from policies.documents.statement import (
    DocumentKind,
    Principals,
    Statement,
    account_principals,
    document,
)

_ALGORITHM = {"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_256"}}


def page(scope: ProjectScope, *, pipeline: str, action: str, parameter: str, function: str, key: str) -> str:
    """The page: shows what would change, verifies links, and answers its pipeline's own approval (`action`)."""
    return document(
        Statement(
            sid="AnswerTheApproval",
            actions=["codepipeline:PutApprovalResult"],
            resources=[scope.arn("codepipeline", f"{pipeline}/{action}")],
        ),
        _see_the_pipeline(scope, pipeline),
        artifacts(scope, "ReadWhatWouldChange", READ_OBJECT, f"{scope.deploy_folder}/changes/*"),
        storage_keys(scope, scope.data_key),
        Statement(sid="VerifyLinks", actions=["kms:VerifyMac"], resources=[key], conditions=_ALGORITHM),
        *_basics(scope, parameter, function),
    )


def sender(
    scope: ProjectScope, *, pipeline: str, parameter: str, function: str, key: str, topic: str, queue: str
) -> str:
    """The sender: sees that the pipeline waits, signs a link for each approver, and sends it."""
    return document(
        _see_the_pipeline(scope, pipeline),
        Statement(sid="SignLinks", actions=["kms:GenerateMac"], resources=[key], conditions=_ALGORITHM),
        Statement(sid="SendLinks", actions=["sns:Publish"], resources=[topic]),
        Statement(
            sid="EncryptLinks",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[scope.operations_key],
            conditions={"StringEquals": {"kms:ViaService": [scope.service_host("sns"), scope.service_host("sqs")]}},
        ),
        # Lambda sends what failed for good with the function's role (AWS Lambda Developer Guide, "Capturing records of
        # Lambda asynchronous invocations").
        Statement(sid="KeepWhatFailed", actions=["sqs:SendMessage"], resources=[queue]),
        *_basics(scope, parameter, function),
    )


def _see_the_pipeline(scope: ProjectScope, pipeline: str) -> Statement:
    return Statement(
        sid="SeeThePipeline",
        actions=["codepipeline:GetPipelineState"],
        resources=[scope.arn("codepipeline", pipeline)],
    )


def _basics(scope: ProjectScope, parameter: str, function: str) -> tuple[Statement, ...]:
    group = scope.arn("logs", f"log-group:/aws/lambda/{function}")
    return (
        Statement(
            sid="ReadItsSettings", actions=["ssm:GetParameter"], resources=[scope.arn("ssm", f"parameter{parameter}")]
        ),
        Statement(
            sid="WriteOwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{group}:*"],
        ),
    )


def link_key(scope: Scope, *, signer: str, verifier: str) -> str:
    """Key that signs a project's links: one role (ARN) signs, another verifies, and nobody else does either."""
    both = (("SenderSigns", "kms:GenerateMac", signer), ("PageVerifies", "kms:VerifyMac", verifier))
    return document(
        administration(scope),
        *(
            Statement(
                sid=sid,
                principals=account_principals(scope.partition, [scope.account]),
                actions=[action],
                resources=THIS_KEY,
                conditions={"ArnEquals": {"aws:PrincipalArn": role}, **_ALGORITHM},
                reason=ONLY_THIS_KEY,
            )
            for sid, action, role in both
        ),
        kind=DocumentKind.KEY,
    )


def mail_topic(*, topic: str, account: str, partition: str, sender: str) -> str:
    """Topic of a project's links: its sender (role ARN) alone publishes there."""
    return document(
        Statement(
            sid="TheSenderPublishes",
            principals=account_principals(partition, [account]),
            actions=["sns:Publish"],
            resources=[topic],
            conditions={"ArnEquals": {"aws:PrincipalArn": sender}},
        ),
        Statement(
            sid="NobodyElsePublishes",
            effect="Deny",
            principals=Principals(aws=["*"]),
            actions=["sns:Publish"],
            resources=[topic],
            conditions={"ArnNotEquals": {"aws:PrincipalArn": sender}},
        ),
        Statement(
            sid="DenyPlainTransport",
            effect="Deny",
            principals=Principals(aws=["*"]),
            actions=["sns:Publish"],
            resources=[topic],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
        kind=DocumentKind.TOPIC,
    )
