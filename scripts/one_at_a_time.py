"""`python scripts/one_at_a_time.py LOCK COMMAND …`: run a command when no other holds the lock.

The command takes the place of this process and holds the lock; it goes with the process, however that ends. Needs
nothing installed.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn


def main(arguments: Sequence[str]) -> NoReturn:
    """Wait for the lock, saying so, and become the command."""
    lock, *command = arguments
    Path(lock).parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Waiting for another set-up in this clone", flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.set_inheritable(descriptor, True)
    os.execvp(command[0], command)  # noqa: S606 - what the Makefile says


if __name__ == "__main__":
    main(sys.argv[1:])
