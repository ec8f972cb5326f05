"""Entry point of the page: API Gateway calls it for GET and POST of a link. GET shows, POST from that page decides.

Whatever is refused says why, and with which status:
- 403: a link that was not sent or was changed; an approver who is none any more; whoever handed the code over; a
  decision that does not come from the page
- 409: decided already, in the words of that decision; no report of what would change
- 410: a link that ended, or whose approval does not wait any more
- 503: AWS did not answer, nothing is known to be decided: open the link again
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.approval_page import approvals, clients, forms, pages
from functions.approval_page.approvals import APPROVED, GONE, REJECTED, Approval
from functions.approval_page.config import Project, read_config
from functions.approval_page.links import BadLink, Link, verified
from functions.approval_page.reports import change_report, same_person

_ANSWERED = ("ApprovalAlreadyCompletedException", "InvalidApprovalTokenException")


class Refused(Exception):
    """Why a request is refused; `status` is its HTTP status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def handle(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 (Lambda's signature)
    """The answer to a request. The link itself is never printed: who reads the log could decide with it."""
    link = ""
    try:
        project = read_config(clients.client("ssm"))
        method, token = _request(event)
        found = _link(token, project)
        link = found.id
        answer = _decide(event, token, found, project) if method == "POST" else _show(token, found, project)
    except Refused as refused:
        answer = _page(refused.status, "Nothing was decided", [str(refused)])
    except forms.BadForm as bad:
        answer = _page(bad.status, "Nothing was decided", [str(bad)])
    except (ClientError, BotoCoreError) as error:
        print(json.dumps({"error": type(error).__name__, "of": getattr(error, "operation_name", "")}))
        answer = _page(503, "Try again", ["AWS did not answer. Open the link again to see whether it was decided."])
    print(json.dumps({"link": link, "status": answer["statusCode"]}))
    return answer


def _request(event: Any) -> tuple[str, str]:
    given = event if isinstance(event, Mapping) else {}
    method, token = given.get("httpMethod"), forms.part(given, "pathParameters").get("link")
    if method not in ("GET", "POST") or not isinstance(token, str):
        raise Refused(405, "a link is opened by GET, and decided by POST from its page")
    return method, token


def _link(token: str, project: Project) -> Link:
    """The link, if it is good for anything still."""
    try:
        link = verified(token, clients.client("kms"), project.key)
    except BadLink as bad:
        raise Refused(403, str(bad)) from bad
    if link.pipeline != project.pipeline:
        raise Refused(403, "the link is of another project")
    if link.approver not in project.approvers:
        raise Refused(403, "you are not an approver any more")
    if _now() >= link.expires:
        raise Refused(410, f"the link ended at {_time(link.expires)} UTC: decide in the console")
    return link


def _open(link: Link, project: Project) -> tuple[Approval, Mapping[str, Any]]:
    """The approval that waits for this link's holder, and the report of what is to be decided on."""
    approval = approvals.of_link(approvals.current(clients.client("codepipeline"), project), link)
    if approval.state in (APPROVED, REJECTED):
        raise Refused(409, f"this was decided already. {approval.summary}")
    if approval.state == GONE:
        raise Refused(410, "the approval that the link is for does not wait any more")
    report = change_report(clients.client("s3"), project, link.execution)
    if report is None:
        raise Refused(409, "there is no report of what would change: decide in the console, or release again")
    publisher = str(report.get("publisher") or "")
    if not publisher:
        raise Refused(403, "who handed the code over is not known, so nobody is known to be another: use the console")
    for person in (publisher, str(report.get("registeredBy") or "")):
        if same_person(person, link.approver):
            raise Refused(403, f"{link.approver} handed this model over or registered it: another approver decides")
    return approval, report


def _show(token: str, link: Link, project: Project) -> dict[str, Any]:
    _, report = _open(link, project)
    cookie = forms.new_cookie()
    form = forms.form_token(token, cookie, _now())
    body = pages.question(project.project, link.approver, report, form, _time(link.expires))
    return _answer(200, body, {"Set-Cookie": forms.cookie_header(cookie)})


def _decide(event: Mapping[str, Any], token: str, link: Link, project: Project) -> dict[str, Any]:
    decision = forms.read_decision(event, token, _now())
    approval, _ = _open(link, project)
    text = approvals.summary(link, decision.decision, decision.reason)
    try:
        approvals.answer(clients.client("codepipeline"), project, approval, decision=decision.decision, text=text)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _ANSWERED:
            raise
        # The client makes a call again whose answer was lost: then it was this very decision that came first.
        if not _was_ours(link, project, decision.decision, text):
            raise Refused(409, "somebody else decided in the meantime") from error
    word = "Approved" if decision.decision == APPROVED else "Rejected"
    print(json.dumps({"link": link.id, "decision": decision.decision, "execution": link.execution}))
    return _page(200, word, [f"{word}. The pipeline keeps that {link.approver} decided, and why."])


def _was_ours(link: Link, project: Project, decision: str, text: str) -> bool:
    approval = approvals.of_link(approvals.current(clients.client("codepipeline"), project), link)
    return approval.state == decision and approval.summary == text


def _page(status: int, title: str, lines: list[str]) -> dict[str, Any]:
    return _answer(status, pages.message(title, lines))


def _answer(status: int, body: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"statusCode": status, "headers": {**pages.HEADERS, **(headers or {})}, "body": body}


def _now() -> int:
    return int(time.time())


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
