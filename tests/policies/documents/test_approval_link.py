"""Approval by a link: who signs, who verifies, who decides, who sends; nobody does two of these."""

from __future__ import annotations

import json

import pytest

from policies.documents import approval_link
from tests.policies.documents.requests import arn, may
from tests.policies.documents.scopes import project_scope_of

SCOPE = project_scope_of("screening")
PIPELINE = "screening-mlops-deploy"
PARAMETER = "/mlops/dev/projects/screening/approval-link"
KEY, TOPIC, QUEUE = arn("kms", "key/1"), arn("sns", "mlops-screening-approvals"), arn("sqs", "dead-letters")
PAGE = approval_link.page(
    SCOPE, pipeline=PIPELINE, action="Approve/Approve", parameter=PARAMETER, function="page", key=KEY
)
SENDER = approval_link.sender(
    SCOPE, pipeline=PIPELINE, parameter=PARAMETER, function="sender", key=KEY, topic=TOPIC, queue=QUEUE
)
ANSWER = "codepipeline:PutApprovalResult"


def test_the_page_answers_its_own_pipelines_approval_alone() -> None:
    assert may(PAGE, ANSWER, arn("codepipeline", f"{PIPELINE}/Approve/Approve"))
    for other in (f"{PIPELINE}/Production/Update", "diabetes-mlops-deploy/Approve/Approve", PIPELINE):
        assert not may(PAGE, ANSWER, arn("codepipeline", other))
    for action in ("codepipeline:OverrideStageCondition", "sagemaker:UpdateModelPackage"):
        assert not may(PAGE, action, "*")


def test_who_signs_decides_nothing_and_who_decides_signs_nothing() -> None:
    assert uses_of_keys(SENDER) & {"kms:GenerateMac", "kms:VerifyMac"} == {"kms:GenerateMac"}
    assert uses_of_keys(PAGE) & {"kms:GenerateMac", "kms:VerifyMac"} == {"kms:VerifyMac"}
    assert not may(SENDER, ANSWER, arn("codepipeline", f"{PIPELINE}/Approve/Approve"))


def uses_of_keys(document: str) -> set[str]:
    """Actions on the key of links that a policy speaks of, always with the algorithm."""
    found = set()
    for statement in json.loads(document)["Statement"]:
        if statement["Resource"] == KEY:
            assert statement["Condition"] == {"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_256"}}
            found |= {statement["Action"]}
    return found


def test_the_page_reads_reports_and_nothing_else_of_the_project() -> None:
    folder = f"arn:aws:s3:::artifacts/{SCOPE.deploy_folder}"
    assert may(PAGE, "s3:GetObject", f"{folder}/changes/1/production.json")
    assert not may(PAGE, "s3:GetObject", f"{folder}/Rendered/abc")
    assert not may(PAGE, "s3:PutObject", f"{folder}/changes/1/production.json")


@pytest.mark.parametrize("document", [PAGE, SENDER], ids=["page", "sender"])
def test_neither_reads_another_parameter(document: str) -> None:
    assert may(document, "ssm:GetParameter", arn("ssm", f"parameter{PARAMETER}"))
    assert not may(document, "ssm:GetParameter", arn("ssm", "parameter/mlops/dev/projects/screening/id"))


def test_the_key_knows_one_signer_and_one_verifier() -> None:
    policy = json.loads(approval_link.link_key(SCOPE, signer="arn:signer", verifier="arn:verifier"))
    uses = {
        statement["Action"]: statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]
        for statement in policy["Statement"]
        if statement["Sid"] in ("SenderSigns", "PageVerifies")
    }
    assert uses == {"kms:GenerateMac": "arn:signer", "kms:VerifyMac": "arn:verifier"}


def test_nobody_but_the_sender_publishes_links() -> None:
    policy = json.loads(
        approval_link.mail_topic(topic=TOPIC, account=SCOPE.account, partition="aws", sender="arn:sender")
    )
    denied = next(each for each in policy["Statement"] if each["Sid"] == "NobodyElsePublishes")
    assert denied["Effect"] == "Deny"
    assert denied["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": "arn:sender"}}
