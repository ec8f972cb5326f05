"""Steps of a journey: each passes, fails with a reason, or is skipped because one before it failed.

One that catches a sabotage ends the journey.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.aws.cloud import NotTrusted
from rehearsal.console import ConsoleProgress
from rehearsal.report import JourneyStep, RehearsalReport


class JourneyFailed(Exception):
    """A step failed. The message is for people, with the figures."""


class SabotageCaught(Exception):
    """The platform stopped what the rehearsal had spoilt. The message is `by …`, a colon, and the figures."""


class StepRecorder:
    """Runs steps in order and writes them into the report."""

    def __init__(self, progress: ConsoleProgress, report: RehearsalReport) -> None:
        self._progress, self._report = progress, report

    @property
    def failed(self) -> bool:
        """Whether one has failed, so that the rest is skipped."""
        return any(step.status == "failed" for step in self._report.journey)

    @property
    def caught(self) -> bool:
        """Whether a sabotage was caught, so that there is nothing further to do."""
        return any(step.status == "caught" for step in self._report.journey)

    def run(self, name: str, step: Callable[[], str]) -> None:
        """Run one step. It returns what happened, in words, or raises JourneyFailed."""
        if self.caught:
            return
        if self.failed:
            self._report.journey.append(JourneyStep(name, "skipped", 0.0, ""))
            return
        self.run_after_catch(name, step)

    def run_after_catch(self, name: str, step: Callable[[], str]) -> None:
        """Run a step whatever became of those before it."""
        started = time.monotonic()

        def record(status: str, detail: str) -> None:
            self._report.journey.append(JourneyStep(name, status, round(time.monotonic() - started, 3), detail))

        try:
            with self._progress.running(name):
                detail, status = self._outcome(step)
        except (JourneyFailed, NotTrusted, BotoCoreError, ClientError) as error:
            self._progress.print_line(f"  {error}")
            record("failed", str(error))
        else:
            if status == "caught":
                self._progress.print_line(f"  caught {detail}")
            record(status, detail)

    @staticmethod
    def _outcome(step: Callable[[], str]) -> tuple[str, str]:
        """What happened, in words, and the step's status."""
        try:
            return step(), "passed"
        except SabotageCaught as caught:
            return str(caught), "caught"
