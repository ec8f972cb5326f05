"""The last line of a rehearsal says whether it passed, why, and what to open; a sabotage that is caught passes."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from rehearsal.authorization.verdict import Access
from rehearsal.console import ConsoleProgress
from rehearsal.journey.steps import JourneyFailed, SabotageCaught, StepRecorder
from rehearsal.report import JourneyStep, RehearsalReport

FOLDER = Path("build/rehearsal")


def spoilt(*, left: str) -> RehearsalReport:
    """The report of a journey whose gate caught shuffled labels; `left`: a failure of the look afterwards, if any."""
    report = RehearsalReport(sabotage="labels")
    steps = StepRecorder(ConsoleProgress(Console(quiet=True)), report)

    def caught() -> str:
        raise SabotageCaught("by the quality gate: auc 0.51 is below the threshold 0.95")

    def look() -> str:
        if left:
            raise JourneyFailed(left)
        return "the registry holds no model; production serves nothing"

    steps.run("Hand over data", lambda: "shuffled")
    steps.run("Build", caught)
    steps.run("Approve", lambda: pytest.fail("must not run"))
    assert steps.caught
    steps.run_after_catch("Look", look)
    return report


def test_a_sabotage_that_is_caught_passes_and_says_by_what() -> None:
    report = spoilt(left="")
    assert [step.status for step in report.journey] == ["passed", "caught", "passed"]
    assert report.passed
    assert report.verdict(FOLDER) == (
        "passed: the sabotage was caught by the quality gate; the registry holds no model; production serves nothing. "
        "Open build/rehearsal/report.json"
    )


def test_a_caught_sabotage_that_left_something_fails() -> None:
    report = spoilt(left="the registry holds 1 model")
    assert not report.passed
    assert report.verdict(FOLDER).startswith("failed: step 'Look' failed. Open build/rehearsal/report.json")


def test_a_sabotage_that_nothing_catches_fails() -> None:
    report = RehearsalReport(sabotage="serving", journey=[JourneyStep("Deliver", "passed", 1.0, "delivered")])
    assert not report.passed
    assert "the sabotage of serving was not caught" in report.verdict(FOLDER)


def test_a_caught_sabotage_with_a_refused_request_fails() -> None:
    report = spoilt(left="")
    report.access = Access(1, 1, (), ("codeguru:DescribeCodeReview",), ())
    assert report.verdict(FOLDER).startswith("failed: not every request was allowed.")


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (RehearsalReport(problem="a stack failed"), "it was stopped by what is said above"),
        (RehearsalReport(journey=[JourneyStep("Ask", "failed", 1.0, "no")]), "step 'Ask' failed"),
        (RehearsalReport(stacks={"dev": {"found": False, "resources": {}}}), "not everything of dev was found again"),
    ],
)
def test_what_failed_is_named(report: RehearsalReport, why: str) -> None:
    assert not report.passed
    assert report.verdict(FOLDER).startswith(f"failed: {why}. Open build/rehearsal/report.json")


def test_what_passed_names_the_report() -> None:
    assert RehearsalReport().verdict(FOLDER) == "passed. Open build/rehearsal/report.json"
