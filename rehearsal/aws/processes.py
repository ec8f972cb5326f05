"""Child processes that stand for containers. Each leads a process group; all are gone when the registry closes."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rehearsal.network import namespace

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL_IMAGE = REPOSITORY / "containers" / "model"
# Ends the groups that it was told of ("+pid", "-pid") when its input closes: the rehearsal has ended, however.
_REAPER = """
import os, signal, sys, time
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for number in (signal.SIGTERM, signal.SIGKILL):
    for group in groups:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            pass
    time.sleep(3 if groups and number == signal.SIGTERM else 0)
"""
TIMED_OUT = "timed-out"
STOPPED = "stopped"


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, what it printed, and why it was ended if it was."""

    code: int
    output: str
    cause: str | None


class Processes:
    """The processes of one rehearsal."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._reaper: subprocess.Popen[str] | None = None
        atexit.register(self.close)

    def start(
        self, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path, isolated: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a process with exactly this environment; its output goes to `log`.

        An isolated process runs in a network namespace of its own where the system allows that: there is nothing
        in it to reach. Where it does not, the report says so.
        """
        if isolated and not _isolation():
            namespace.fall_short(NOT_ISOLATED)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*(_isolation() if isolated else ()), *command],
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with self._lock:
            self._running.add(process)
            self._tell_reaper(f"+{process.pid}")
        return process

    def _tell_reaper(self, line: str) -> None:
        if self._reaper is None:
            self._reaper = subprocess.Popen(
                [sys.executable, "-ISc", _REAPER], stdin=subprocess.PIPE, text=True, start_new_session=True
            )
        if self._reaper.stdin:
            with contextlib.suppress(OSError):
                self._reaper.stdin.write(f"{line}\n")
                self._reaper.stdin.flush()

    def run(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
        seconds: float,
        isolated: bool = False,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Ended:
        """Run to the end, to the time-out or until told to stop."""
        try:
            process = self.start(command, environment=environment, folder=folder, log=log, isolated=isolated)
        except OSError as error:
            return Ended(127, f"{command[0]}: {error.strerror}", None)
        deadline, cause = time.monotonic() + seconds, None
        while process.poll() is None and cause is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
            if process.poll() is None:
                cause = STOPPED if stopped() else TIMED_OUT if time.monotonic() > deadline else None
        self.end(process)
        return Ended(process.returncode, log.read_text(encoding="utf-8", errors="replace"), cause)

    def end(self, process: subprocess.Popen[bytes], seconds: float = 5.0) -> None:
        """Ask a process and its group to end, then kill what is left of them."""
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with self._lock:
            if process in self._running:
                self._running.discard(process)
                self._tell_reaper(f"-{process.pid}")

    def close(self) -> None:
        """End everything that still runs."""
        with self._lock:
            left = list(self._running)
        for process in left:
            if process.poll() is None:
                process.terminate()
        for process in left:
            self.end(process)
        if self._reaper:
            self._reaper.communicate()
            self._reaper = None
        atexit.unregister(self.close)


def container_python() -> Path:
    """The Python that the model image has, installed from the same lock file."""
    return MODEL_IMAGE / ".venv" / "bin" / "python"


def base_environment(root: Path, python: Path) -> dict[str, str]:
    """What every container's process has in its environment."""
    return {
        "ML_ROOT": str(root),
        "PATH": f"{python.parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(root),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


NOT_ISOLATED = "containers with network isolation were not isolated: this system allows no network namespaces"


@cache
def _isolation() -> tuple[str, ...]:
    if shutil.which("unshare") is None:
        return ()
    for prefix in (("unshare", "--net"), ("unshare", "--user", "--map-current-user", "--net")):
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return ()
