"""What the rehearsal prints is whole: no ARN is cut or broken, however narrow the terminal, and in a pipe."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import pytest
from rich.console import Console

from rehearsal.authorization.refusal import Refusal
from rehearsal.authorization.verdict import Access
from rehearsal.console import LOG_SECONDS, ConsoleProgress
from rehearsal.journey.steps import JourneyFailed, StepRecorder
from rehearsal.report import JourneyStep, RehearsalReport

ROLE = f"arn:aws:iam::222222222222:role/mlops/projects/screening/{'mlops-staging-screening-model-' * 3}"
OBJECT = f"arn:aws:s3:::mlops-dev-models-111111111111-eu-west-1/screening/models/{'0' * 60}/model.tar.gz"
PLACE = f"Allow s3:GetObject on {OBJECT} in the identity policies: role {ROLE} of stack staging"


def refusal(action: str = "s3:GetObject") -> Refusal:
    return Refusal(
        who=ROLE,
        account="222222222222",
        action=action,
        resource=OBJECT,
        endpoint="vpce-0123456789abcdef0",
        operations=(action,),
        phases=("journey",),
        requests=(1,),
        because=f"no statement of the identity policies allows {action} on {OBJECT}",
        where=(PLACE, "Deny DenyNoVPC in the bucket policy: [bucket] models of stack dev"),
        settings=("Pulumi.dev.yaml:14: workloads, which does not list staging",),
        question={},
    )


@pytest.fixture(params=["narrow terminal", "pipe"])
def console(request: pytest.FixtureRequest) -> Console:
    return Console(
        file=io.StringIO(), width=20, soft_wrap=True, highlight=False, force_terminal=request.param != "pipe"
    )


def printed(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def one_line_with(lines: list[str], *texts: str) -> bool:
    return any(all(text in line for text in texts) for line in lines)


def test_refusals_are_lines_with_whole_arns(console: Console, tmp_path: Path) -> None:
    access = Access(
        requests=3,
        questions=2,
        refusals=(refusal(), refusal(), refusal("s3:PutObject")),
        unmapped=("codeguru:DescribeCodeReview",),
        unused=(),
    )
    RehearsalReport(access=access).print_summary(ConsoleProgress(console), tmp_path)
    lines = printed(console)
    assert one_line_with(lines, "refused", ROLE, "s3:GetObject", OBJECT, "vpce-0123456789abcdef0", "(and 1 like it)")
    assert one_line_with(lines, "refused", ROLE, "s3:PutObject", OBJECT)
    assert one_line_with(lines, "because", "no statement of the identity policies allows s3:GetObject on", OBJECT)
    assert one_line_with(lines, "where", PLACE)
    assert one_line_with(lines, "[bucket] models of stack dev")
    assert one_line_with(lines, "look at", "Pulumi.dev.yaml:14: workloads, which does not list staging")
    assert one_line_with(lines, "codeguru:DescribeCodeReview", "rehearsal/services/codeguru.py", "which actions")


def test_steps_and_problems_are_whole(console: Console, tmp_path: Path) -> None:
    report = RehearsalReport(problem=f"project-screening: {ROLE} may not s3:GetObject {OBJECT}")
    report.journey.append(JourneyStep("Deliver to staging and test", "failed", 1.5, f"{ROLE} was refused {OBJECT}"))
    report.print_summary(ConsoleProgress(console), tmp_path)
    lines = printed(console)
    assert one_line_with(lines, "failed 1.5 s Deliver to staging and test", ROLE, OBJECT)
    assert one_line_with(lines, f"project-screening: {ROLE} may not s3:GetObject {OBJECT}")


def test_the_reason_of_a_step_that_fails_is_whole(console: Console) -> None:
    def fail() -> str:
        raise JourneyFailed(f"{ROLE} was refused [s3:GetObject] on {OBJECT}")

    StepRecorder(ConsoleProgress(console), RehearsalReport()).run("Ask production", fail)
    assert one_line_with(printed(console), f"{ROLE} was refused [s3:GetObject] on {OBJECT}")


def test_a_step_that_takes_long_tells_in_a_pipe_how_long_and_what_it_waits_for(console: Console) -> None:
    progress = ConsoleProgress(console, log_seconds=0.02)
    with progress.running("Build, train"):
        progress.update(f"waiting for {ROLE}")
        deadline = time.monotonic() + 10
        while not one_line_with(printed(console), "… Build, train", " s: waiting for", ROLE):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    after = len(printed(console))
    time.sleep(0.1)
    assert len(printed(console)) == after
    assert one_line_with(printed(console)[-1:], "✓", "Build, train", " s")


def test_a_log_hears_of_a_running_step_at_least_once_a_minute() -> None:
    assert LOG_SECONDS <= 60


def test_a_terminal_has_a_live_line_with_the_time() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    shown = Console(file=screen, width=100, soft_wrap=True, highlight=False, force_terminal=True)
    with ConsoleProgress(shown, log_seconds=0.2).running("Train"):
        deadline = time.monotonic() + 10
        while "Train 1 s" not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert "… Train" not in screen.getvalue()


def test_colours_in_a_log_are_no_terminal() -> None:
    log = io.StringIO()
    shown = Console(file=log, width=100, soft_wrap=True, highlight=False, force_terminal=True)
    with ConsoleProgress(shown, log_seconds=0.05).running("Train"):
        time.sleep(0.3)
    assert "…" in log.getvalue()
    assert "\x1b[?25l" not in log.getvalue()


def test_a_step_that_fails_is_marked_once(console: Console) -> None:
    with pytest.raises(KeyError), ConsoleProgress(console).running("Train"):
        raise KeyError
    assert len([line for line in printed(console) if "✗" in line]) == 1
