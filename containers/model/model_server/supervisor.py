"""Starts gunicorn and nginx, stops both when one ends, and stops without losing a request when told to."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType

from model_server.logs import log
from model_server.nginx import render_config
from model_server.settings import ServerSettings
from model_server.sockets import drop_new_connections, listen_tcp, listen_unix, wait_until_accepted

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

# One thread per worker process: with 2 workers on 2 cores, two OpenMP threads each were 14 to 28 times slower.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class ChildProcess:
    """A process of this server, and the signal on which it finishes its requests and ends."""

    name: str
    process: subprocess.Popen[bytes]
    graceful: signal.Signals


def serve(settings: ServerSettings) -> int:
    """Serve until a stop signal (0) or until a child ends by itself (its exit code, or 1)."""
    signals: SimpleQueue[int] = SimpleQueue()

    def queue_signal(number: int, _frame: FrameType | None) -> None:
        signals.put(number)

    for number in (*STOP_SIGNALS, signal.SIGCHLD):
        signal.signal(number, queue_signal)
    with _run_dir(settings) as run_dir, listen_tcp(settings.bind, settings.port) as listener:
        children: list[ChildProcess] = []
        try:
            children += _start(settings, run_dir, listener)
            stopped, failed = _wait(children, signals)
            deadline = time.monotonic() + settings.grace_seconds
            if stopped:
                log("stopping", seconds_allowed=settings.grace_seconds)
                if drop_new_connections(listener):
                    wait_until_accepted(listener, deadline)
            listener.close()
            clean = _stop(children, deadline)
        finally:
            _kill(children)
    if failed is not None:
        return _failure(failed)
    log("stopped", clean=clean)
    return 0


def _start(settings: ServerSettings, run_dir: Path, listener: socket.socket) -> Iterator[ChildProcess]:
    """The children, front first: they are stopped in this order."""
    address = f"{settings.bind}:{settings.port}"
    if settings.nginx is None:
        log("starting", address=address, workers=settings.workers, nginx=False,
            message="without nginx: gunicorn listens on the port itself")  # fmt: skip
        yield _gunicorn(listener)
        return
    log("starting", address=address, workers=settings.workers, nginx=True)
    upstream = run_dir / "gunicorn.sock"
    config = run_dir / "nginx.conf"
    config.write_text(render_config(settings, run_dir, upstream), encoding="utf-8")
    with listen_unix(upstream) as backend:
        # nginx listens on the sockets named in NGINX, as it does when its binary is replaced
        # (nginx documentation, "Controlling nginx", section "Upgrading Executable on the Fly").
        environ = {"PATH": os.environ.get("PATH", ""), "NGINX": f"{listener.fileno()};"}
        command = [settings.nginx, "-p", str(run_dir), "-c", str(config), "-e", "stderr"]
        yield _spawn("nginx", command, environ, listener, signal.SIGQUIT)
        yield _gunicorn(backend)


def _gunicorn(listener: socket.socket) -> ChildProcess:
    """gunicorn with this program's own package in front of its path."""
    path = os.pathsep.join(filter(None, (str(PACKAGE_ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "model_server.http_server", "--socket", str(listener.fileno())]
    return _spawn("gunicorn", command, {**os.environ, **ONE_THREAD, "PYTHONPATH": path}, listener, signal.SIGTERM)


def _spawn(
    name: str, command: list[str], environ: dict[str, str], listener: socket.socket, graceful: signal.Signals
) -> ChildProcess:
    process = subprocess.Popen(
        [*_end_with_parent(), *command],
        env=environ,
        stdin=subprocess.DEVNULL,
        pass_fds=(listener.fileno(),),
        start_new_session=True,  # a Ctrl-C reaches the supervisor alone, which stops them in order
    )
    return ChildProcess(name, process, graceful)


def _end_with_parent() -> list[str]:
    """The start of a command line whose process gets SIGTERM when the supervisor ends, however it ends.

    In a container the kernel ends every process with the first one; elsewhere no server is left behind.
    setpriv is in Debian's util-linux; without it a supervisor that is killed leaves its children running.
    """
    setpriv = shutil.which("setpriv") if sys.platform.startswith("linux") else None
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _wait(children: list[ChildProcess], signals: SimpleQueue[int]) -> tuple[bool, ChildProcess | None]:
    """Wait for a stop signal (True, None) or for a child's end (False, the child)."""
    while True:
        with contextlib.suppress(Empty):
            if signals.get(timeout=1.0) in STOP_SIGNALS:
                return True, None
        ended = next((child for child in children if child.process.poll() is not None), None)
        if ended is not None:
            code = ended.process.returncode
            log("child-ended", child=ended.name, code=code, signal=signal.Signals(-code).name if code < 0 else None)
            return False, ended


def _stop(children: list[ChildProcess], deadline: float) -> bool:
    """Stop the children one after the other, front first; False if one had to be killed."""
    for child in children:
        if child.process.poll() is None:
            child.process.send_signal(child.graceful)
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log("killed", child=child.name, reason="it did not end within the time allowed")
            _kill(children)
            return False
    return True


def _kill(children: list[ChildProcess]) -> None:
    """Kill what is left, workers included: each child leads a process group of its own."""
    for child in children:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _failure(child: ChildProcess) -> int:
    """The exit code after `child` ended by itself: its own if it says why, 1 otherwise."""
    return child.process.returncode if child.process.returncode > 0 else 1


@contextlib.contextmanager
def _run_dir(settings: ServerSettings) -> Iterator[Path]:
    """A folder of this server's own, so that several of them do not meet; nginx's workers must get into it."""
    path = Path(tempfile.mkdtemp(prefix="model-server-"))
    try:
        if settings.user:
            shutil.chown(path, settings.user)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
