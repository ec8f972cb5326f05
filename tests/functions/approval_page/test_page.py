"""A link shows, and decides once, by a POST of its page: everything else is refused with its reason and status."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from functions.approval_page import forms, handler, pages
from tests.functions.approval_page.aws import EXECUTION, NOW, PROJECT, Aws, refusal, report
from tests.functions.approval_page.browser import Browser

THROTTLED = refusal("ThrottlingException")
LATE = ReadTimeoutError(endpoint_url="https://aws")


def refused(answer: dict[str, Any], status: int, why: str, aws: Aws) -> None:
    assert answer["statusCode"] == status, answer
    assert why in answer["body"], answer["body"]
    assert aws.results == []


def test_an_approver_sees_the_change_and_approves(aws: Aws) -> None:
    browser = Browser(aws)
    shown = browser.get()
    assert shown["statusCode"] == 200
    for text in ("version 4", "carol", "0.9800", "0.9600 to 0.9900", "0.9700", "model: 3 becomes 4", "0.08 USD"):
        assert text in shown["body"]
    assert aws.results == []
    done = browser.post()
    assert (done["statusCode"], "Approved" in done["body"]) == (200, True)
    (result,) = aws.results
    assert result["result"] == {
        "status": "Approved",
        "summary": f"Approved by alice by link {browser.link.id}: better on held-out rows",
    }


def test_an_approver_rejects_with_a_reason(aws: Aws) -> None:
    assert Browser(aws).decide("reject")["statusCode"] == 200
    assert aws.results[0]["result"]["status"] == "Rejected"


def test_a_link_works_once_and_so_do_all_links_of_an_approval(aws: Aws) -> None:
    browser, other = Browser(aws), Browser(aws, "bob@example.com")
    assert other.get()["statusCode"] == 200
    assert browser.decide()["statusCode"] == 200
    for answer in (browser.post(), browser.get(), other.post("reject"), other.get()):
        assert answer["statusCode"] == 409
        assert "decided already. Approved by alice" in answer["body"]
    assert len(aws.results) == 1


def test_a_scanners_requests_change_nothing(aws: Aws) -> None:
    browser = Browser(aws)
    for _ in range(5):
        assert browser.get()["statusCode"] == 200
    for method in ("HEAD", "OPTIONS", "PUT", "DELETE"):
        refused(handler.handle(browser.event(method), None), 405, "opened by GET", aws)
    empty = handler.handle(browser.event("POST", ""), None)
    refused(empty, 415, "the page&#x27;s form", aws)
    assert {"put_approval_result"} & set(aws.calls) == set()
    assert browser.decide()["statusCode"] == 200


def test_the_page_loads_nothing_runs_nothing_and_tells_nobody(aws: Aws) -> None:
    shown = Browser(aws).get()
    headers = shown["headers"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert all(word in headers["Set-Cookie"] for word in ("__Host-", "Secure", "HttpOnly", "SameSite=Strict"))
    for word in ("<script", "http://", "https://", "src=", "href=", "url("):
        assert word not in shown["body"]


def test_hostile_text_of_a_report_stays_text(aws: Aws) -> None:
    hostile = '"><script>alert(1)</script>'
    aws.reports[EXECUTION] = report(
        commit=hostile,
        publisher=f"carol{hostile}",
        risks=[hostile],
        modelPackageArn=hostile,
        comparison={"metric": hostile, "words": hostile, "candidate": {"value": hostile}, "production": None},
        accounts=[{"account": hostile, "region": None, "words": [hostile], "cost": []}, "no object"],
    )
    shown = Browser(aws).get()
    assert shown["statusCode"] == 200
    assert "<script" not in shown["body"]
    assert "&lt;script&gt;" in shown["body"]


# ---- links


def test_an_altered_link_is_refused(aws: Aws) -> None:
    browser = Browser(aws)
    good = browser.token
    payload, _, mac = good.partition(".")
    other = Browser(aws, "bob@example.com").token
    changed = [
        f"{other.partition('.')[0]}.{mac}",
        f"{payload}.{other.partition('.')[2]}",
        f"{payload}.",
        f".{mac}",
        payload,
        "",
        "x" * 5000,
        f"{good}=",
        f"{good}.",
        good[:-1],
        good.swapcase(),
        f"e30.{mac}",
        f"W10.{mac}",
        f"{payload}.%%%",
        "é.é",
    ]
    for token in changed:
        browser.token = token
        answer = browser.get()
        assert answer["statusCode"] == 403, token
        assert "link" in answer["body"]
        assert browser.post()["statusCode"] == 403
    assert aws.results == []


def test_a_link_signed_with_another_key_or_of_another_project_is_refused(aws: Aws) -> None:
    aws.secret = b"another"
    browser = Browser(aws)
    aws.secret = b"of the key"
    refused(browser.get(), 403, "changed, or was not sent by this project", aws)
    refused(Browser(aws, pipeline="diabetes-mlops-deploy").get(), 403, "of another project", aws)


def test_an_expired_link_is_refused_to_the_second(aws: Aws) -> None:
    browser = Browser(aws, expires=NOW)
    refused(browser.get(), 410, "the link ended at 2027-01-15 08:00 UTC", aws)
    refused(browser.post(), 410, "the link ended", aws)
    assert Browser(aws, expires=NOW + 1).get()["statusCode"] == 200


def test_the_link_of_another_execution_or_approval_is_refused(aws: Aws) -> None:
    refused(Browser(aws, execution="b0b0b0b0-1111-4222-8333-444455556666").get(), 410, "does not wait any more", aws)
    refused(Browser(aws, approval="0" * 64).get(), 410, "does not wait any more", aws)
    aws.status = ""
    refused(Browser(aws).get(), 410, "does not wait any more", aws)


def test_who_is_no_approver_any_more_is_refused(aws: Aws) -> None:
    refused(Browser(aws, "mallory").get(), 403, "not an approver any more", aws)
    browser = Browser(aws)
    browser.get()
    aws.approvers = ["bob@example.com"]
    refused(browser.post(), 403, "not an approver any more", aws)


@pytest.mark.parametrize(
    ("approver", "more"),
    [
        ("alice", {"publisher": "alice"}),
        ("alice", {"publisher": "ALICE@example.com"}),
        ("bob@example.com", {"publisher": "bob"}),
        ("alice", {"publisher": "arn:aws:sts::111111111111:assumed-role/publish/alice"}),
        ("alice", {"registeredBy": "arn:aws:sts::111111111111:assumed-role/pipeline/alice"}),
    ],
)
def test_whoever_published_or_registered_a_model_does_not_approve_it(
    aws: Aws, approver: str, more: dict[str, str]
) -> None:
    browser = Browser(aws, approver)
    assert browser.get()["statusCode"] == 200
    aws.reports[EXECUTION] = report(**more)
    refused(browser.get(), 403, "another approver decides", aws)
    refused(browser.post(fields={"form": "1.x"}), 403, "", aws)


def test_the_publisher_cannot_post_a_form_from_before_it_was_known(aws: Aws) -> None:
    browser = Browser(aws)
    assert browser.get()["statusCode"] == 200
    aws.reports[EXECUTION] = report(publisher="alice")
    refused(browser.post(), 403, "another approver decides", aws)


def test_an_unknown_publisher_is_no_other_person(aws: Aws) -> None:
    aws.reports[EXECUTION] = report(publisher="")
    refused(Browser(aws).get(), 403, "who handed the code over is not known", aws)


@pytest.mark.parametrize("found", [None, b"", b"[]", b"{}", b'{"accounts": 1}', b"\xff", b" " * 1_000_001])
def test_without_a_report_nobody_decides(aws: Aws, found: bytes | None) -> None:
    aws.reports = {} if found is None else {EXECUTION: found}
    refused(Browser(aws).get(), 409, "no report of what would change", aws)


# ---- forms


@pytest.mark.parametrize(
    ("more", "status", "why"),
    [
        ({"headers": {"Sec-Fetch-Site": "cross-site"}}, 403, "another site"),
        ({"headers": {"Sec-Fetch-Site": "same-site"}}, 403, "another site"),
        ({"headers": {"Sec-Fetch-Site": "none"}}, 403, "another site"),
        ({"headers": {"Origin": "https://evil.example"}}, 403, "another site"),
        ({"headers": {"Cookie": ""}}, 403, "open the link again"),
        ({"headers": {"Cookie": "__Host-approval=" + "A" * 43}}, 403, "open the link again"),
        ({"headers": {"Cookie": "__Host-approval=short"}}, 403, "open the link again"),
        ({"headers": {"Content-Type": "application/json"}}, 415, "form"),
        ({"headers": {"Content-Type": ""}}, 415, "form"),
        ({"fields": {"form": ""}}, 403, "open the link again"),
        ({"fields": {"form": "x.y"}}, 403, "open the link again"),
        ({"fields": {"form": f"{NOW}.{'0' * 64}"}}, 403, "open the link again"),
        ({"fields": {"form": "9" * 40 + ".0"}}, 403, "open the link again"),
        ({"decision": "maybe"}, 400, "approve or reject"),
        ({"reason": "no"}, 400, "say why"),
        ({"reason": "x" * (pages.LONGEST_REASON + 1)}, 400, "say why"),
        ({"body": "a=1&a=2&form=1"}, 400, "twice"),
        ({"body": "form"}, 400, "malformed"),
        ({"body": "&".join(f"a{n}=1" for n in range(50))}, 400, "malformed"),
        ({"body": "x" * 20_000}, 413, "at most"),
        ({"body": "%%%", "isBase64Encoded": True}, 400, "malformed"),
        ({"body": None}, 403, "open the link again"),
    ],
)
def test_a_decision_that_is_not_the_pages_form_decides_nothing(
    aws: Aws, more: dict[str, Any], status: int, why: str
) -> None:
    browser = Browser(aws)
    browser.get()
    refused(browser.post(**more), status, why, aws)


def test_a_form_is_good_for_a_while(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(aws)
    browser.get()
    monkeypatch.setattr(handler, "_now", lambda: NOW + forms.FORM_SECONDS + 1)
    refused(browser.post(), 403, "open for too long", aws)
    monkeypatch.setattr(handler, "_now", lambda: NOW - 1)
    refused(browser.post(), 403, "open for too long", aws)
    monkeypatch.setattr(handler, "_now", lambda: NOW + forms.FORM_SECONDS)
    assert browser.post()["statusCode"] == 200


def test_the_form_of_another_link_decides_nothing(aws: Aws) -> None:
    browser, other = Browser(aws), Browser(aws, "bob@example.com")
    browser.get()
    other.get()
    refused(browser.post(fields={"form": other.form}), 403, "open the link again", aws)


def test_a_browser_without_fetch_metadata_decides_too(aws: Aws) -> None:
    browser = Browser(aws)
    browser.get()
    event = browser.event("POST")
    assert event["requestContext"]["domainName"] == "api.example"
    assert browser.post(headers={"Origin": "https://api.example"})["statusCode"] == 200


# ---- events and faults


@pytest.mark.parametrize(
    "event", [None, [], "x", {}, {"httpMethod": "GET"}, {"httpMethod": "GET", "pathParameters": {}}]
)
def test_a_malformed_event_is_refused(aws: Aws, event: Any) -> None:
    refused(handler.handle(event, None), 405, "opened by GET", aws)


@pytest.mark.parametrize("fault", [THROTTLED, LATE, refusal("InternalFailure")])
@pytest.mark.parametrize("call", ["get_parameter", "verify_mac", "get_pipeline_state", "get_object"])
@pytest.mark.parametrize("deciding", [False, True])
def test_a_call_that_fails_decides_nothing_and_the_next_try_does(
    aws: Aws, fault: Exception, call: str, deciding: bool
) -> None:
    browser = Browser(aws)
    if deciding:
        browser.get()
    aws.faults[call] = [fault]
    refused(browser.post() if deciding else browser.get(), 503, "Open the link again", aws)
    assert browser.decide()["statusCode"] == 200
    assert len(aws.results) == 1


@pytest.mark.parametrize("fault", [THROTTLED, LATE])
def test_a_decision_that_fails_is_made_by_the_next_try(aws: Aws, fault: Exception) -> None:
    browser = Browser(aws)
    browser.get()
    aws.faults["put_approval_result"] = [fault]
    refused(browser.post(), 503, "Open the link again", aws)
    assert browser.post()["statusCode"] == 200
    assert len(aws.results) == 1


@pytest.mark.parametrize("answer", [LATE, refusal("ServiceUnavailable")])
def test_a_decision_whose_answer_is_lost_is_made_once_and_said_afterwards(aws: Aws, answer: Exception) -> None:
    browser = Browser(aws)
    browser.get()
    aws.lost["put_approval_result"] = [answer]
    assert browser.post()["statusCode"] == 503
    again = browser.get()
    assert (again["statusCode"], "Approved by alice" in again["body"]) == (409, True)
    assert len(aws.results) == 1


def test_a_call_that_the_client_made_twice_is_its_own_decision(aws: Aws) -> None:
    browser = Browser(aws)
    browser.get()
    aws.lost["put_approval_result"] = [refusal("ApprovalAlreadyCompletedException")]
    assert browser.post()["statusCode"] == 200
    assert len(aws.results) == 1


def test_who_comes_second_in_a_race_is_told(aws: Aws) -> None:
    browser = Browser(aws)
    browser.get()
    aws.faults["put_approval_result"] = [refusal("ApprovalAlreadyCompletedException")]
    refused(browser.post(), 409, "somebody else decided in the meantime", aws)


def test_the_log_holds_no_link_and_no_reason(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    browser = Browser(aws)
    browser.decide()
    browser.post()
    printed = capsys.readouterr()
    for secret in (browser.token, browser.token.partition(".")[0], browser.cookie.partition("=")[2], "held-out rows"):
        assert secret not in printed.out + printed.err
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert {line["link"] for line in lines} == {browser.link.id}
    assert replace(browser.link, approver="bob@example.com").id != browser.link.id


def test_a_summary_fits_codepipeline(aws: Aws) -> None:
    browser = Browser(aws)
    browser.get()
    assert browser.post(reason="x" * pages.LONGEST_REASON)["statusCode"] == 200
    assert len(aws.results[0]["result"]["summary"]) <= 512
    assert PROJECT.approvers[0] in aws.results[0]["result"]["summary"]
