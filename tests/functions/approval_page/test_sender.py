"""Each approver gets a link of their own when an approval begins to wait; twice handed over, it is the same link."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from functions.approval_page import sender
from functions.approval_page.links import verified
from functions.approval_page.sender import NotWaitingYet, RefusedEvent
from tests.functions.approval_page.aws import EXECUTION, PROJECT, TOKEN, Aws, refusal


def event(**more: Any) -> dict[str, Any]:
    detail = {
        "pipeline": PROJECT.pipeline,
        "execution-id": EXECUTION,
        "stage": "Approve",
        "action": "Approve",
        "state": "STARTED",
        **more.pop("detail", {}),
    }
    return {
        "id": "1",
        "source": "aws.codepipeline",
        "detail-type": "CodePipeline Action Execution State Change",
        "account": PROJECT.account,
        "region": PROJECT.region,
        "time": "2026-11-27T10:00:00Z",
        "detail": detail,
        **more,
    }


def links(aws: Aws) -> list[str]:
    return [mail["Message"].partition("https://api/approvals/")[2].split()[0] for mail in aws.mails]


def test_each_approver_gets_a_link_of_their_own(aws: Aws) -> None:
    assert sender.handle(event(), None)["sent"] == ["alice", "bob@example.com"]
    assert [mail["MessageAttributes"]["approver"]["StringValue"] for mail in aws.mails] == ["alice", "bob@example.com"]
    first, second = links(aws)
    assert first != second
    link = verified(first, aws.client("kms"), "key")
    assert (link.approver, link.execution, link.expires) == ("alice", EXECUTION, 1_795_860_000)
    for mail in aws.mails:
        assert TOKEN not in mail["Message"]
        assert len(mail["Subject"]) <= 100
        assert mail["Subject"].isascii()


def test_a_duplicate_sends_the_same_links(aws: Aws) -> None:
    sender.handle(event(), None)
    sender.handle(event(), None)
    found = links(aws)
    assert found[:2] == found[2:]


def test_a_late_event_sends_nothing(aws: Aws) -> None:
    aws.status = "Succeeded"
    assert sender.handle(event(), None)["sent"] == []
    aws.status, aws.execution = "InProgress", "another"
    assert sender.handle(event(), None)["sent"] == []
    assert aws.mails == []


def test_an_event_before_the_pipeline_waits_is_handed_over_again(aws: Aws) -> None:
    aws.status = ""
    with pytest.raises(NotWaitingYet):
        sender.handle(event(), None)
    aws.status = "InProgress"
    assert len(sender.handle(event(), None)["sent"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "text",
        {},
        event(source="aws.s3"),
        event(account="222222222222"),
        event(region="us-east-1"),
        event(time="yesterday"),
        event(time=None),
        event(detail={"pipeline": "diabetes-mlops-deploy"}),
        event(detail={"stage": "Source"}),
        event(detail={"action": "Other"}),
        event(detail={"state": "SUCCEEDED"}),
        event(detail={"execution-id": None}),
        event(detail={"execution-id": ""}),
        {**event(), "detail": None},
    ],
)
def test_anything_else_is_refused(aws: Aws, wrong: Any) -> None:
    with pytest.raises(RefusedEvent, match="nothing was sent"):
        sender.handle(wrong, None)
    assert aws.calls == ["get_parameter"]


@pytest.mark.parametrize("fault", [refusal("Throttling"), ReadTimeoutError(endpoint_url="https://aws")])
@pytest.mark.parametrize("call", ["get_parameter", "get_pipeline_state", "generate_mac", "publish"])
@pytest.mark.parametrize("lost", [False, True])
def test_a_call_that_fails_is_told_to_lambda_and_the_next_try_sends_the_same(
    aws: Aws, fault: Exception, call: str, lost: bool
) -> None:
    if lost:
        aws.lost[call] = [fault]
    else:
        aws.faults[call] = [fault]
    with pytest.raises(type(fault)):
        sender.handle(event(), None)
    assert len(sender.handle(event(), None)["sent"]) == 2
    assert len(set(links(aws))) == 2


def test_the_log_holds_no_link(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    sender.handle(event(), None)
    printed = capsys.readouterr().out
    assert all(link not in printed for link in links(aws))
