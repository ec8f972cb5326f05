"""What the release recorder has written down, read as an approver does (`python -m operate releases`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalog.scope import Scope
from operate.project import Project
from operate.releases import SERVES, Line, lines, read_changes
from rehearsal.journey.release import ReleaseFacts
from rehearsal.journey.steps import JourneyFailed
from settings.model import ProjectSettings

# An event, a function's start, and its calls.
_SECONDS = 60.0


def project_of(settings: Any, facts: ReleaseFacts) -> Project:
    """The project as commands know it, from its stack's settings."""
    assert isinstance(settings, ProjectSettings)  # noqa: S101 - a journey is of a project
    return Project(
        id=settings.id,
        scope=Scope.of_account(settings.account, settings.region, settings.prefix),
        data_science=settings.data_science,
        stages=tuple(facts.stages),
        accounts={
            stage: tuple(each["account"] for each in facts.workloads if each["stage"] == stage)
            for stage in facts.stages
        },
    )


def recorded(settings: Any, s3: Any, facts: ReleaseFacts, version: str, wait: Callable[..., None]) -> str:
    """What serves by the records, in words. Raises JourneyFailed where an account that serves is not written down."""
    project = project_of(settings, facts)
    serving = {
        (stage, account) for stage, accounts in facts.serving().items() for account, on in accounts.items() if on
    }
    found: list[Line] = []

    def complete() -> bool:
        found[:] = [line for line in lines(read_changes(project, s3, project.stages)) if line.state == SERVES]
        return serving == {(line.stage, line.account) for line in found}

    wait(complete, "the release recorder to write down what serves", seconds=_SECONDS)
    wrong = [line for line in found if line.version != version or not line.approved_by]
    if wrong:
        raise JourneyFailed(f"written down: {wrong[0]}; serving is version {version}, which somebody approved")
    return "; ".join(
        f"{line.stage} ({line.account}) version {line.version} since {line.since}, approved by "
        f"{line.approved_by.rpartition('/')[2]}"
        for line in found
    )
