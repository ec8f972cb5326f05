"""Steps of a journey: each passes, fails with a reason, or is skipped because one before it failed."""

from __future__ import annotations

import time
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.aws.cloud import NotTrusted
from rehearsal.console import ConsoleProgress
from rehearsal.report import JourneyStep, RehearsalReport


class JourneyFailed(Exception):
    """A step failed. The message is for people, with the figures."""


class StepRecorder:
    """Runs steps in order and writes them into the report."""

    def __init__(self, progress: ConsoleProgress, report: RehearsalReport) -> None:
        self._progress, self._report = progress, report

    @property
    def failed(self) -> bool:
        """Whether one has failed, so that the rest is skipped."""
        return any(step.status == "failed" for step in self._report.journey)

    def run(self, name: str, step: Callable[[], str]) -> None:
        """Run one step. It returns what happened, in words, or raises JourneyFailed."""
        if self.failed:
            self._report.journey.append(JourneyStep(name, "skipped", 0.0, ""))
            return
        started = time.monotonic()

        def record(status: str, detail: str) -> None:
            self._report.journey.append(JourneyStep(name, status, round(time.monotonic() - started, 3), detail))

        try:
            with self._progress.running(name):
                detail = step()
        except (JourneyFailed, NotTrusted, BotoCoreError, ClientError) as error:
            self._progress.print_line(f"  {error}")
            record("failed", str(error))
        else:
            record("passed", detail)
