"""Which version serves where, since when, by whose word, what it replaced and why it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.release_recorder.changes import ROLLED_BACK, SERVED, Change, Period, ordered, periods
from functions.release_recorder.registry import session as person
from functions.release_recorder.store import Records
from operate.errors import OperateError, refused
from operate.project import Project

SERVES, ENDED, FAILED_TO, BACK = "serves", "ended", "failed", "rolled back"


class NotReadable(OperateError):
    """The caller may not read records, as administrators may not, who read no data."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One version in one account of one stage. `state`: serves or ended; failed or rolled back where it never did."""

    project: str
    stage: str
    account: str
    region: str
    version: str
    state: str
    since: str
    until: str
    approved_by: str
    replaced: str
    why: str


def read_changes(project: Project, s3: Any, stages: Iterable[str]) -> list[Change]:
    """Everything that was written down of stages. Raises NotReadable to whoever reads no records, or OperateError."""
    records = Records(s3, project.bucket, project.id)
    try:
        return [change for stage in stages for change in records.changes(stage)]
    except ClientError as error:
        kind = NotReadable if error.response["Error"]["Code"] in ("AccessDenied", "403") else OperateError
        raise kind(str(refused(error, f"records of {project.id}", "approvers read them"))) from None
    except BotoCoreError as error:
        raise refused(error, f"records of {project.id}") from None


def lines(changes: Iterable[Change], account: str | None = None) -> list[Line]:
    """What serves and what did, by stage and account, newest first; and what could not be brought there."""
    known = ordered(changes)
    found = [_served(period) for every in periods(known).values() for period in every]
    found += [_failed(change) for change in known if change.kind != SERVED]
    return by_place(line for line in found if account in (None, line.account))


def by_place(found: Iterable[Line]) -> list[Line]:
    """Lines by stage and account, newest first."""
    by_time = sorted(found, key=lambda line: line.since, reverse=True)
    return sorted(by_time, key=lambda line: (line.project, line.stage, line.account, line.region))


def _served(period: Period) -> Line:
    first = period.first
    return Line(
        project=first.project,
        stage=first.stage,
        account=first.account,
        region=first.region,
        version=first.version,
        state=ENDED if period.ended else SERVES,
        since=first.at,
        until=period.ended.at if period.ended else "",
        approved_by=first.approved_by,
        replaced=period.replaced,
        why=period.why_ended,
    )


def _failed(change: Change) -> Line:
    alarms = f"alarm {', '.join(change.alarms)}: " if change.alarms else ""
    return Line(
        project=change.project,
        stage=change.stage,
        account=change.account,
        region=change.region,
        version=change.version,
        state=BACK if change.kind == ROLLED_BACK else FAILED_TO,
        since=change.at,
        until=change.at,
        approved_by=change.approved_by,
        replaced="",
        why=f"{alarms}{change.reason}",
    )


def in_words(found: Iterable[Line]) -> list[tuple[str, ...]]:
    """The lines as a table's rows, headings first."""
    headings = ("project", "stage", "account", "version", "", "since", "until", "approved by", "replaced", "why")
    rows = [
        (
            line.project,
            line.stage,
            line.account,
            line.version,
            line.state,
            line.since,
            line.until if line.state == ENDED else "",
            person(line.approved_by),
            line.replaced or "-",
            line.why,
        )
        for line in found
    ]
    return [headings, *rows]
