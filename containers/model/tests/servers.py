"""A real server process on a free port of this machine."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class HttpResponse:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, str]:
        """Code and message of a refusal."""
        error: dict[str, str] = self.json["error"]
        return error


@dataclass
class ServerProcess:
    """`python -m model_server` with the settings of a test."""

    root: Path
    output: Path
    environ: dict[str, str] = field(default_factory=dict)
    port: int = 0

    def start(self) -> ServerProcess:
        """Start without waiting."""
        self.port = self.port or free_port()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {"ML_ROOT": str(self.root), "MODEL_SERVER_BIND": "127.0.0.1", "SAGEMAKER_BIND_TO_PORT": str(self.port)}
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "model_server"],
                cwd=PROJECT,
                env={**inherited, **own, "MODEL_SERVER_WORKERS": "2", **self.environ},
                stdout=log,
                stderr=subprocess.PIPE,
            )
        return self

    def ready(self) -> ServerProcess:
        """Wait until the workers run and the port answers, whatever the answer."""
        for _ in range(600):
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}: {self.output.read_text()}")
            if any(line["event"] == "ready" for line in self.logs()):
                self.request("GET", "/ping")
                return self
            time.sleep(0.05)
        raise AssertionError(f"not ready within 30 s: {self.output.read_text()}")

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """One request on a connection of its own; `content_type` becomes `Content-Type`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named, encode_chunked=isinstance(body, Iterator))
            answer = connection.getresponse()
            return HttpResponse(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def invoke(self, body: Any, content_type: str = "text/csv", **headers: str) -> HttpResponse:
        """`POST /invocations`."""
        return self.request("POST", "/invocations", body, content_type=content_type, **headers)

    def logs(self) -> list[dict[str, Any]]:
        """Every line of standard output; one that is not JSON fails the test."""
        return [json.loads(line) for line in self.output.read_text(encoding="utf-8").splitlines()]

    def requests(self, key: str, *values: str, seconds: float = 30) -> list[dict[str, Any]]:
        """The first line of each value of a key, once all are there: a request is logged after it was answered."""
        deadline = time.monotonic() + seconds
        while True:
            found = [next((line for line in self.logs() if line.get(key) == value), None) for value in values]
            if all(found):
                return [line for line in found if line]
            if time.monotonic() > deadline:
                raise AssertionError(f"no line has {key} {values}; the last is {self.logs()[-1:]}")
            time.sleep(0.02)

    def stop(self, seconds: float = 30) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds: float = 30) -> int:
        """The exit code."""
        self.process.communicate(timeout=seconds)
        return self.process.returncode

    def children(self, name: str) -> list[int]:
        """Direct children of the supervisor whose command line contains `name`."""
        return [pid for pid in children(self.process.pid) if name in command(pid)]

    def close(self) -> None:
        """End whatever is left, as told or by force; the children go with their parent."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()


def children(pid: int) -> list[int]:
    """Process ids of the children of `pid`."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command(pid: int) -> str:
    """Command line of a process, empty if it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def alive(pid: int) -> bool:
    """Whether a process still runs."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
