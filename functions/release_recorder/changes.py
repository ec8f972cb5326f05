"""What is written down of releases: one object for each change, and what follows from all of them.

A change is written once and never altered: one account of one stage serves another version, or could not be given it.
Since when a version serves, what it replaced and why it ended follow from the changes in the order of their times, so
that it does not matter in which order they were written, nor how late.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

SERVED, FAILED, ROLLED_BACK = "served", "failed", "rolled-back"
KINDS = (SERVED, FAILED, ROLLED_BACK)
RELEASE, ROLLBACK = "release", "rollback"
CAUSES = (RELEASE, ROLLBACK)
FOLDER = "releases"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


class BadChange(ValueError):
    """A text that is no change, and why."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One account of one stage serves a version from now on, or failed to.

    - `kind`: `served`; `rolled-back` where the account gave it up by itself and serves what it did; `failed` where
      it never came so far.
    - `id`: the same however often the change is told of; the object's name.
    - `at`: when the StackSet's operation ended, in UTC, as `2026-11-27T21:40:00Z`.
    - `cause`: `release`, by the deploy pipeline, or `rollback`, by the rollback pipeline.
    - `approved_by`: who let it into the stage; of a stage that asks nobody, who approved it in the registry.
    - `started_by`, `reason`: of a rollback; of what failed, `reason` is why.
    - `alarms`: names of the alarms that rolled the account back, where they are known.
    - `rendered`: folder of the template and parameters that were delivered.
    """

    id: str
    kind: str
    project: str
    stage: str
    account: str
    region: str
    version: str
    package: str
    at: str
    cause: str
    pipeline: str
    execution: str
    operation: str
    rendered: str
    approved_by: str = ""
    started_by: str = ""
    reason: str = ""
    alarms: Sequence[str] = field(default_factory=tuple)

    def document(self) -> dict[str, Any]:
        """The change as JSON."""
        return {**asdict(self), "alarms": list(self.alarms)}

    def key(self) -> str:
        """The key of its object in the artifacts bucket."""
        return f"{folder(self.project)}/{self.stage}/{self.account}/{self.id}.json"


def folder(project: str) -> str:
    """Where a project's records lie in the artifacts bucket, without a slash at the end."""
    return f"{project}/{FOLDER}"


def read_change(document: object) -> Change:
    """A change from its JSON. Raises BadChange."""
    if not isinstance(document, Mapping):
        raise BadChange(f"a change is an object, not {type(document).__name__}")
    names = {each.name for each in fields(Change)}
    missing = sorted({each.name for each in fields(Change) if each.name not in _OPTIONAL} - document.keys())
    if missing:
        raise BadChange(f"a change without {', '.join(missing)}")
    texts = {name: value for name, value in document.items() if name in names and name != "alarms"}
    wrong = sorted(name for name, value in texts.items() if not isinstance(value, str))
    alarms = document.get("alarms") or ()
    if wrong or not isinstance(alarms, list | tuple) or not all(isinstance(each, str) for each in alarms):
        raise BadChange(f"{', '.join(wrong) or 'alarms'} of a change is no text")
    change = Change(**texts, alarms=tuple(alarms))
    if change.kind not in KINDS or change.cause not in CAUSES or not _TIME.fullmatch(change.at):
        raise BadChange(f"kind {change.kind!r}, cause {change.cause!r}, at {change.at!r}: one of them is none")
    return change


_OPTIONAL = {"approved_by", "started_by", "reason", "alarms"}


@dataclass(frozen=True, kw_only=True)
class Period:
    """A version in one account of one stage: from when it served there until it ended; both ends by a change."""

    first: Change
    replaced: str
    ended: Change | None = None

    @property
    def why_ended(self) -> str:
        """Why it does not serve any more, as a sentence; empty while it serves."""
        if self.ended is None:
            return ""
        if self.ended.cause == ROLLBACK:
            by = f" by {self.ended.started_by}" if self.ended.started_by else ""
            return f"rolled back to version {self.ended.version}{by}: {self.ended.reason or 'no reason given'}"
        return f"version {self.ended.version} was released"


Place = tuple[str, str, str]


def place(change: Change) -> Place:
    """Stage, account and Region."""
    return change.stage, change.account, change.region


def ordered(changes: Iterable[Change]) -> list[Change]:
    """By time; of one time by id, so that everybody sees the same order."""
    return sorted({change.id: change for change in changes}.values(), key=lambda change: (change.at, change.id))


def periods(changes: Iterable[Change]) -> dict[Place, list[Period]]:
    """What served in each account of each stage, oldest first. A version delivered again goes on serving."""
    found: dict[Place, list[Period]] = {}
    for change in ordered(changes):
        if change.kind != SERVED:
            continue
        known = found.setdefault(place(change), [])
        if known and known[-1].first.version == change.version:
            continue
        if known:
            known[-1] = Period(first=known[-1].first, replaced=known[-1].replaced, ended=change)
        known.append(Period(first=change, replaced=known[-1].first.version if known else ""))
    return found


def ways_back(changes: Iterable[Change], stage: str) -> dict[tuple[str, str], list[Change]]:
    """What each account (and Region) of a stage serves, last, and before it what it would go back to, in a row.

    A rollback forgets what it left: the version before the one that it went to is the one that was before it. Rendering
    decides by the same rule (`seed_code/model-deploy/deploy/rollback.py`).
    """
    found: dict[tuple[str, str], list[Change]] = {}
    for change in ordered(changes):
        if change.kind != SERVED or change.stage != stage:
            continue
        known = found.setdefault((change.account, change.region), [])
        versions = [each.version for each in known]
        if change.cause == ROLLBACK and change.version in versions:
            del known[versions.index(change.version) + 1 :]
        elif versions[-1:] != [change.version]:
            known.append(change)
    return found


def serving(changes: Iterable[Change], stage: str) -> dict[tuple[str, str], Period]:
    """What each account (and Region) of a stage serves now."""
    return {(account, region): known[-1] for (of, account, region), known in periods(changes).items() if of == stage}
