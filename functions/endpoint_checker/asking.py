"""Asks an endpoint row by row, and counts each answer for the version that gave it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.endpoint_checker.checks import Checks

# Single requests of one check: few of an endpoint that nothing happens to, all of whose rows have their turn in some
# minutes. While an update goes on a new fleet may have a twentieth of the traffic: of 60 requests it answers 3.
REQUESTS, REQUESTS_WHILE_UPDATING = 5, 60
# No request begins later than this after the first: an endpoint that hangs must not hang the check.
SECONDS = 30.0
# What the inference id of a check's request begins with: captured data carry it, so that monitors can leave it out.
MARK = "check-"
_VERSION = re.compile(r"(?:^|[\s,;])model-package=[^/\s]+/([0-9]+)")
_LARGEST_ANSWER = 1024 * 1024


@dataclass
class CheckCounts:
    """What came of one check.

    By version: `answers`, all of them, and of those that have been compared `checked` and `wrong`. `failed` are
    requests without an answer.
    """

    asked: int = 0
    answered: int = 0
    failed: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    @property
    def unanswered(self) -> bool:
        """Whether the endpoint was asked and answered nothing."""
        return self.asked > 0 and self.answered == 0


def ask(
    runtime: Any,
    endpoint: str,
    checks: Mapping[str, Checks],
    *,
    newest: Sequence[str],
    alone: str,
    requests: int,
    check_id: str,
    seconds: Callable[[], float] = time.monotonic,
) -> CheckCounts:
    """Ask for rows of the `newest` versions, one after another, again from the start until there were `requests`.

    `checks` are by version. The rows of a new fleet are those that matter while it is new; another version that has
    the same row is compared with its own answer to it. `alone` is the version that alone is served, empty where there
    are several: an older model server does not say who answers.
    """
    counts = CheckCounts()
    rows, began = _rows(checks, newest), seconds()
    # Where there are more rows than requests, each check goes on where the one before it may have ended.
    start = int(time.time() // 60) * requests if len(rows) > requests else 0
    for number in range(requests if rows else 0):
        if seconds() - began > SECONDS:
            break
        row, content_type = rows[(start + number) % len(rows)]
        counts.asked += 1
        try:
            answer = runtime.invoke_endpoint(
                EndpointName=endpoint,
                ContentType=content_type,
                Accept=content_type,
                InferenceId=f"{MARK}{check_id}-{number}",
                Body=f"{row}\n".encode(),
            )
            body = answer["Body"].read(_LARGEST_ANSWER)
        except (ClientError, BotoCoreError) as error:
            counts.failed += 1
            counts.problems[_problem(error)] += 1
            continue
        counts.answered += 1
        version = _version(answer, alone)
        counts.answers[version] += bool(version)
        _judge(counts, checks, row, version, body)
    return counts


def _rows(checks: Mapping[str, Checks], newest: Sequence[str]) -> list[tuple[str, str]]:
    """Rows with their content type, of each version in turn: the newest, or all where the newest have none."""
    asked = [checks[version] for version in newest if version in checks] or list(checks.values())
    in_turn = zip_longest(*([(row, each.content_type) for row in each.expected] for each in asked))
    return list(dict.fromkeys(row for rows in in_turn for row in rows if row is not None))


def _version(answer: Mapping[str, Any], alone: str) -> str:
    match = _VERSION.search(answer.get("CustomAttributes") or "")
    return match[1] if match else alone


def _judge(counts: CheckCounts, checks: Mapping[str, Checks], row: str, version: str, body: bytes) -> None:
    """Compare an answer with that of the version that gave it, where that version is known and has the row."""
    own = checks.get(version)
    if own is None or row not in own.expected:
        return
    counts.checked[version] += 1
    if not own.right(row, _numbers(body)):
        counts.wrong[version] += 1
        counts.problems[f"version {version}: {body[:80]!r} to row {_place(own, row)}"] += 1


def _place(checks: Checks, row: str) -> int:
    """A row by its place in the checks: its values are nobody's business in a log."""
    return list(checks.expected).index(row) + 1


def _numbers(body: bytes) -> Sequence[float]:
    """The numbers of one line of CSV; none of anything else, which is never right."""
    try:
        lines = body.decode().strip().splitlines()
        return [float(cell) for cell in lines[0].split(",")] if len(lines) == 1 else []
    except ValueError:
        return []


def _problem(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError):
        return f"{error.response['Error']['Code']}: {error.response['Error'].get('Message', '')}"[:200]
    return type(error).__name__
