"""A folder of its own for each run, so that two runs in one clone never write into one another's report.

`python -m rehearsal.own_folder build/check COMMAND …` runs a command with OWN_FOLDER in its environment: the folder, or
the first free one after it (`build/check-2`). Whoever holds a folder locks its file `.lock`; the lock goes with the
process, however that ends, so that an old run's folder is taken again and folders do not pile up.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NoReturn

# In the environment of what runs below whoever holds a folder.
HELD, FOLDER = "OWN_FOLDER_HELD", "OWN_FOLDER"
LOCK = ".lock"
# What a run writes, beside its data: nothing of it may be taken for the next run's. With requests there are logs.
REQUESTS, LOGS = "requests.jsonl", "logs"
WRITTEN = ("report.json", "resources.json", "questions.json", "architecture.svg", "rehearsal.svg", REQUESTS)


class FolderTaken(Exception):
    """A folder cannot be had. The message is one line for people."""


@contextmanager
def hold(folder: Path) -> Iterator[Path]:
    """Hold exactly this folder, without what an earlier run has left in it. Raises FolderTaken."""
    if os.environ.get(HELD) == str(folder.resolve()):
        clear(folder)
        yield folder
        return
    descriptor, holder = _lock(folder)
    if descriptor is None:
        raise FolderTaken(
            f"{folder} is in use by another run{holder}: wait for its end, or give another folder with --folder"
        )
    try:
        clear(folder)
        yield folder
    finally:
        os.close(descriptor)


@contextmanager
def hold_free(folder: Path) -> Iterator[Path]:
    """Hold the folder or the first free one after it, and say so. Raises FolderTaken where it cannot be written."""
    descriptor, free = _first_free(folder)
    try:
        clear(free)
        yield free
    finally:
        os.close(descriptor)


def clear(folder: Path) -> None:
    """Remove what an earlier run has written, so that nobody takes it for this run's; data stay.

    Logs of a folder without requests are somebody else's.
    """
    if (folder / REQUESTS).exists():
        shutil.rmtree(folder / LOGS, ignore_errors=True)
    try:
        for name in WRITTEN:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise FolderTaken(_unwritable(folder, error)) from None


def _first_free(folder: Path) -> tuple[int, Path]:
    descriptor, holder = _lock(folder)
    if descriptor is not None:
        return descriptor, folder
    for number in count(2):
        free = folder.with_name(f"{folder.name}-{number}")
        descriptor, _ = _lock(free)
        if descriptor is not None:
            print(f"{folder} is in use by another run{holder}: this one's folder is {free}", flush=True)
            return descriptor, free
    raise AssertionError


def _lock(folder: Path) -> tuple[int | None, str]:
    """The locked file, None where another process holds it; and which process that is, where it says so."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise FolderTaken(_unwritable(folder, error)) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.read(descriptor, 20).decode(errors="replace").strip()
        os.close(descriptor)
        return None, f" (process {process})" if process.isdigit() else ""
    except OSError:
        # A file system without locks: whoever runs twice there gives each run its folder.
        return descriptor, ""
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor, ""


def _unwritable(folder: Path, error: OSError) -> str:
    return f"{folder} cannot be written ({error.strerror}): give another folder with --folder"


def main(arguments: Sequence[str]) -> NoReturn:
    """Become the command, which holds the folder as long as it runs. Exits with 2 where none can be had."""
    wanted, *command = arguments
    try:
        descriptor, free = _first_free(Path(wanted))
        clear(free)
    except FolderTaken as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    os.set_inheritable(descriptor, True)
    os.execvpe(command[0], command, {**os.environ, FOLDER: str(free), HELD: str(free.resolve())})  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
