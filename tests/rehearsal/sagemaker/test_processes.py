"""Nothing is left running, however a rehearsal ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.aws.processes import REPOSITORY, STOPPED, TIMED_OUT, Processes, base_environment, container_python

CHILD = "import subprocess, time; subprocess.Popen(['sleep', '300']); print('up', flush=True); time.sleep(300)"
PARENT = """
import pathlib, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background hands down an ignored one
from rehearsal.aws.processes import Processes
folder = pathlib.Path(sys.argv[1])
processes = Processes()
environment = {"PATH": "/usr/bin:/bin"}
process = processes.start([sys.executable, "-c", sys.argv[2]], environment=environment, folder=folder, log=folder / "l")
while "up" not in (folder / "l").read_text():
    time.sleep(0.02)
print(process.pid, flush=True)
time.sleep(300)
"""


def members(group: int) -> list[int]:
    """Processes of a group that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_rehearsal_that_is_ended_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), CHILD],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout
    group = int(parent.stdout.readline())
    assert len(members(group)) == 2
    parent.send_signal(number)
    parent.wait(20)
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while members(group) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert members(group) == []


def run(tmp_path: Path, command: list[str], seconds: float = 20.0, stop: bool = False) -> tuple[int, str, str | None]:
    processes = Processes()
    try:
        ended = processes.run(
            command,
            environment=base_environment(tmp_path, container_python()),
            folder=tmp_path,
            log=tmp_path / "log",
            seconds=seconds,
            stopped=lambda: stop,
        )
    finally:
        processes.close()
    return ended.code, ended.output.strip(), ended.cause


def test_a_process_that_ends_is_told_by_its_code_and_output(tmp_path: Path) -> None:
    assert run(tmp_path, ["sh", "-c", "echo no; exit 3"]) == (3, "no", None)


def test_python3_is_the_images_own(tmp_path: Path) -> None:
    code, output, _ = run(tmp_path, ["python3", "-c", "import sys, xgboost; print(sys.prefix)"])
    assert (code, output) == (0, str(container_python().parents[1]))


def test_a_command_that_does_not_exist_says_so(tmp_path: Path) -> None:
    code, output, _ = run(tmp_path, ["no-such-command"])
    assert (code, output) == (127, "no-such-command: No such file or directory")


def test_time_and_stop_end_a_process(tmp_path: Path) -> None:
    assert run(tmp_path, ["sleep", "60"], seconds=0.2)[2] == TIMED_OUT
    assert run(tmp_path, ["sleep", "60"], stop=True)[2] == STOPPED
