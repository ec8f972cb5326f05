"""Sends a link to each approver when the deploy pipeline's approval begins to wait. Called by an EventBridge rule.

The same event sends the same links again: they name the same approval and end at the same time, so that a link that
came twice is one link.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.approval_page import approvals, clients
from functions.approval_page.config import Project, read_config
from functions.approval_page.links import Link, hash_of, signed

_STARTED = {"source": "aws.codepipeline", "detail-type": "CodePipeline Action Execution State Change"}
_SHOWN = 120


class RefusedEvent(ValueError):
    """An event that sends nothing, and why."""


class NotWaitingYet(RuntimeError):
    """The pipeline does not show yet that it waits: the event is handed over again."""


def handle(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 (Lambda's signature)
    """Send the links of an approval. What is raised, Lambda tries twice more and then leaves in the queue."""
    project = read_config(clients.client("ssm"))
    execution, began = read_event(event, project)
    approval = approvals.current(clients.client("codepipeline"), project)
    if approval.execution != execution or approval.state in (approvals.APPROVED, approvals.REJECTED):
        return _said(event, execution, sent=[], why="the approval does not wait any more")
    if approval.state != approvals.WAITING:
        raise NotWaitingYet(f"{project.pipeline} does not show an approval of {execution} that waits")
    expires = began + timedelta(hours=project.hours)
    sent = []
    for approver in project.approvers:
        link = Link(project.pipeline, execution, hash_of(approval.token), approver, int(expires.timestamp()))
        _send(project, link, expires)
        sent.append(approver)
    return _said(event, execution, sent=sent, why="")


def read_event(event: Any, project: Project) -> tuple[str, datetime]:
    """Execution and time of an approval of the project that began. Raises RefusedEvent for anything else."""
    if not isinstance(event, Mapping) or not isinstance(event.get("detail"), Mapping):
        raise RefusedEvent(f"an event is an object with a detail, not {_shown(event)}: nothing was sent")
    detail = event["detail"]
    expected = {
        **_STARTED,
        "account": project.account,
        "region": project.region,
    }
    about = {
        "pipeline": project.pipeline,
        "stage": project.stage,
        "action": project.action,
        "state": "STARTED",
    }
    for given, wanted in ((event, expected), (detail, about)):
        for name, value in wanted.items():
            if given.get(name) != value:
                found = _shown(given.get(name))
                raise RefusedEvent(f"{name} is {found}, and the project's is {value!r}: nothing was sent")
    execution = detail.get("execution-id")
    if not isinstance(execution, str) or not execution:
        raise RefusedEvent(f"execution-id is {_shown(execution)}, no id: nothing was sent")
    try:
        began = datetime.fromisoformat(str(event.get("time")))
    except ValueError as error:
        raise RefusedEvent(f"time is {_shown(event.get('time'))}, no time: nothing was sent") from error
    return execution, began if began.tzinfo else began.replace(tzinfo=UTC)


def _send(project: Project, link: Link, expires: datetime) -> None:
    token = signed(link, clients.client("kms"), project.key)
    text = (
        f"{link.approver}, project {project.project} waits for a decision: a model is to go into production.\n\n"
        f"See what would change and decide: {project.url.rstrip('/')}/{token}\n\n"
        f"The link is yours alone, works once and ends at {expires:%Y-%m-%d %H:%M} UTC. Opening it decides nothing.\n"
    )
    clients.client("sns").publish(
        TopicArn=project.topic,
        Subject=f"Approval of {project.project} needed",
        Message=text,
        MessageAttributes={"approver": {"DataType": "String", "StringValue": link.approver}},
    )


def _said(event: Mapping[str, Any], execution: str, *, sent: list[str], why: str) -> dict[str, Any]:
    done = {"event": event.get("id"), "execution": execution, "sent": sent, **({"why": why} if why else {})}
    print(json.dumps(done))
    return done


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
