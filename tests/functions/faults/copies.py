"""Work in a copy of this process: whatever it changes, here everything stays as it was.

An AWS in memory is made once and then copied as the operating system copies a process (POSIX, "fork"): memory that
nobody changes is shared, so that a copy costs a fiftieth of what making it anew does. A copy has no thread but the one
that asked for it: an AWS that needs others while the function runs cannot be copied, and must start them in the copy.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from io import StringIO
from typing import Any, TypeVar

Result = TypeVar("Result")


class CopyFailed(RuntimeError):
    """The work raised an error in the copy; the message is its traceback."""


def in_copy(work: Callable[[], Result]) -> Result:
    """What the work gives, which must be something that pickle takes. What it prints is seen by nobody."""
    reading, writing = os.pipe()
    copy = os.fork()
    if copy == 0:
        _answer(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    os.waitpid(copy, 0)
    given: Any = pickle.loads(answer) if answer else (None, "the copy ended without a word")  # noqa: S301 - ours
    if given[1]:
        raise CopyFailed(given[1])
    result: Result = given[0]
    return result


def _answer(work: Callable[[], Result], writing: int) -> None:
    """The copy's whole life: it never comes back to whoever called, whose clean-up is not its own."""
    try:
        # A collector would look through all that is shared, and so change and copy each page of it.
        gc.disable()
        sys.stdout = StringIO()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for whatever holds the old one
        try:
            answer = pickle.dumps((work(), ""))
        except BaseException:
            answer = pickle.dumps((None, traceback.format_exc()))
        with os.fdopen(writing, "wb") as stream:
            stream.write(answer)
    finally:
        os._exit(0)
