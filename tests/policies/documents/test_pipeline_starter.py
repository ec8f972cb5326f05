"""The pipeline starter starts its project's two pipelines, and leaves what it could not in its own queue."""

from __future__ import annotations

import json

import pytest

from catalog.scope import Scope
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents import operations_key
from policies.documents.pipeline_starter import pipeline_starter
from tests.policies.documents.requests import ACCOUNT, REGION, arn, may, role
from tests.policies.documents.scopes import project_scope_of

PIPELINES = ["screening-mlops-build", "screening-mlops-deploy"]
QUEUE = arn("sqs", "mlops-screening-dead-letters")
STARTER = role("mlops/projects/screening/mlops-screening-pipeline-starter")
POLICY = pipeline_starter(project_scope_of("screening"), PIPELINES, "mlops-screening-pipeline-starter", QUEUE)
KEY = json.loads(
    operations_key.operations_key(
        Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops"),
        log_groups=[arn("logs", "log-group:/mlops/*")],
        topics=[arn("sns", "mlops-*")],
        dead_letters=operations_key.DeadLetterQueues(
            queues=[arn("sqs", "mlops-*-dead-letters")],
            senders=[role("mlops/projects/*/mlops-*-pipeline-starter")],
        ),
    )
)


def test_it_starts_its_own_pipelines_and_does_nothing_else_to_them() -> None:
    for name in PIPELINES:
        assert may(POLICY, "codepipeline:StartPipelineExecution", arn("codepipeline", name))
        assert not may(POLICY, "codepipeline:UpdatePipeline", arn("codepipeline", name))
        assert not may(POLICY, "codepipeline:PutApprovalResult", arn("codepipeline", f"{name}/Approve/Approve"))
    assert not may(POLICY, "codepipeline:StartPipelineExecution", arn("codepipeline", "diabetes-mlops-deploy"))


def test_it_leaves_events_in_its_own_queue_and_reads_none() -> None:
    assert may(POLICY, "sqs:SendMessage", QUEUE)
    assert not may(POLICY, "sqs:SendMessage", arn("sqs", "mlops-diabetes-dead-letters"))
    assert not may(POLICY, "sqs:ReceiveMessage", QUEUE)


@pytest.mark.parametrize(
    ("principal", "service", "allowed"),
    [
        (STARTER, "sqs", True),
        (STARTER, "sns", False),
        (role("mlops/projects/screening/mlops-screening-build"), "sqs", False),
        (role("mlops/projects/screening/mlops-screening-deploy-pipeline"), "sqs", False),
    ],
)
def test_only_starters_use_the_queues_key_and_only_through_queues(principal: str, service: str, allowed: bool) -> None:
    query = AuthorizationRequest(
        id="send",
        principal=principal,
        account=ACCOUNT,
        action="kms:GenerateDataKey",
        resource=arn("kms", "key/k"),
        owner=ACCOUNT,
        identity=[json.loads(POLICY)],
        resource_policy=KEY,
        context={"kms:ViaService": f"{service}.{REGION}.amazonaws.com"},
    )
    assert decide(query).allowed is allowed
