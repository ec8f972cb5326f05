"""Steps of a journey: each passes, fails with a reason, or is skipped because one before it failed."""

from __future__ import annotations

import time
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.aws.cloud import NotTrusted
from rehearsal.console import Progress
from rehearsal.report import Report, Step


class JourneyFailed(Exception):
    """A step did not do what it must. The message is for people, with the figures."""


class Steps:
    """Runs steps in order and writes them into the report."""

    def __init__(self, progress: Progress, report: Report) -> None:
        self._progress, self._report = progress, report

    @property
    def failed(self) -> bool:
        """Whether one has failed, so that the rest is skipped."""
        return any(step.status == "failed" for step in self._report.journey)

    def run(self, name: str, act: Callable[[], str]) -> None:
        """Run one step. `act` says what happened, or raises JourneyFailed."""
        if self.failed:
            self._report.journey.append(Step(name, "skipped", 0.0, ""))
            return
        started = time.monotonic()

        def note(status: str, detail: str) -> None:
            self._report.journey.append(Step(name, status, round(time.monotonic() - started, 3), detail))

        try:
            with self._progress.running(name):
                detail = act()
        except (JourneyFailed, NotTrusted, BotoCoreError, ClientError) as error:
            self._progress.console.print(f"  {error}", markup=False)
            note("failed", str(error))
        else:
            note("passed", detail)
