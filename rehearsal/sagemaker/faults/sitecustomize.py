"""A fault in a model server's own process, from a moment on: what a new model can do wrong once it serves.

Python imports a module of this name when it starts (Python Library Reference, "site"), from the container's
PYTHONPATH. REHEARSAL_FAULT says which fault; without it nothing happens. Health checks pass: what they would catch
never gets requests.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FAULT = os.environ.get("REHEARSAL_FAULT", "")
# Longer than any latency limit of the example, shorter than a request may take.
_SLOW_SECONDS = 0.8
# One container's memory of the machine, and what each request keeps of it: every other one or two are too many.
_MEMORY_BYTES, _LEAK_BYTES = 1024 * 1024 * 1024, 448 * 1024 * 1024
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_leaked: list[bytes] = []


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _leak() -> None:
    """Keep memory; beyond what the machine has, the kernel's out-of-memory killer ends the process."""
    # Written to: memory that was only asked for is not resident.
    _leaked.append(b"\x01" * _LEAK_BYTES)
    if _resident_bytes() > _MEMORY_BYTES:
        os.kill(os.getpid(), signal.SIGKILL)


def _wrong(body: bytes) -> bytes:
    return _NUMBER.sub(lambda match: repr(float(match[0]) * 0.5 + 0.17).encode(), body)


def _with_fault(original: Callable[..., Any]) -> Callable[..., Any]:
    def invocations(application: Any, environ: Any) -> Any:
        if FAULT == "errors":
            raise RuntimeError("the model cannot answer")
        if FAULT == "slow":
            time.sleep(_SLOW_SECONDS)
        if FAULT == "out-of-memory":
            _leak()
        status, content_type, body, rows = original(application, environ)
        return status, content_type, _wrong(body) if FAULT == "wrong-answers" else body, rows

    return invocations


if FAULT:
    from model_server import app  # type: ignore[import-not-found]

    app.Application._invocations = _with_fault(app.Application._invocations)
