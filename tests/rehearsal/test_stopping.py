"""A run that is stopped says by what, in its exit status and its report, and does so once everything has ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal import run
from rehearsal.options import Options
from rehearsal.stopping import Stopped, stoppable
from tests.example_files import ROOT

_PRINT = """
from rehearsal.console import ConsoleProgress
from rehearsal.stopping import Stopped
progress = ConsoleProgress()
try:
    for number in range(100000):
        progress.print_line(f"line {number}")
except Stopped as stopped:
    raise SystemExit(128 + stopped.number)
"""


def test_sigterm_stops_what_runs_and_is_itself_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped, match="ended by SIGTERM"), stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_output_that_nobody_reads_any_more_stops_the_run_without_a_traceback() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", _PRINT], cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "line 0\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "interrupted; nothing is left running"),
        (Stopped(signal.SIGTERM), 143, "ended by SIGTERM; nothing is left running"),
        (Stopped(signal.SIGPIPE), 141, "stopped: nobody reads what it prints; nothing is left running"),
    ],
)
def test_a_run_that_is_stopped_says_so_in_its_report(
    raised: BaseException,
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stop(_: Path) -> None:
        raise raised

    monkeypatch.setattr(run, "plan", stop)
    assert run.rehearse(Options(directory=tmp_path, folder=tmp_path), started=0.0) == status
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["passed"], report["problem"]) == (False, said)
    assert capsys.readouterr().out.endswith("" if status == 141 else f"Open {tmp_path}/report.json\n")
