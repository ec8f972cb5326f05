"""SageMaker's container contract: where things are, and how a job says why it failed.

The layout's root is `/opt/ml` in a container and `ML_ROOT` elsewhere, so the same scripts run on a laptop.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

# DescribeTrainingJob.FailureReason keeps 1,024 characters of `output/failure` (botocore: FailureReason),
# DescribeProcessingJob.ExitMessage the first 1 KB of `output/message`, which must be UTF-8, or the job fails
# for that reason instead (SageMaker Developer Guide, page byoc-metadata).
MESSAGE_BYTES = 1024
CHUNK_BYTES = 1 << 20

log = logging.getLogger("job")


class JobError(Exception):
    """A failure that the user can act on. Each item is one line: what, where, what is allowed, what to do."""

    def __init__(self, problems: str | list[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else problems
        super().__init__("\n".join(self.problems))


class JobArguments(argparse.ArgumentParser):
    """A job's command line. What is wrong with it is a JobError, so that SageMaker shows the reason."""

    def error(self, message: str) -> NoReturn:
        raise JobError(
            f"arguments: {message}; give each option as --name=value, {self.format_usage().strip()}"
        )


def ml_root() -> Path:
    """Root of the `/opt/ml` layout."""
    return Path(os.environ.get("ML_ROOT", "/opt/ml"))


def run_job(main: Callable[[], None]) -> int:
    """Run `main` and return the exit code: 0, or 1 with the reason in the log and in SageMaker's files."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")
    for stale in ("failure", "message"):
        (ml_root() / "output" / stale).unlink(missing_ok=True)
    try:
        main()
    except JobError as error:
        for problem in error.problems:
            log.error("%s", problem)
        report_failure(str(error))
        return 1
    except MemoryError:
        log.error("out of memory; choose a larger instance type")
        report_failure("out of memory; choose a larger instance type")
        return 1
    except SystemExit as error:
        if error.code:
            log.error("the job ended with exit code %s", error.code)
            report_failure(f"the job ended with exit code {error.code}")
        return 1 if error.code else 0
    except Exception as error:
        log.exception("unexpected failure")
        report_failure(f"unexpected failure: {type(error).__name__}: {error}")
        return 1
    return 0


def report_failure(message: str) -> None:
    """Leave the reason where SageMaker reads it: training `output/failure`, processing `output/message`."""
    report_message(message)
    write_text(ml_root() / "output" / "failure", clip(message))


def report_message(message: str) -> None:
    """Leave `message` (cut to 1 KB) as the processing job's ExitMessage."""
    write_text(ml_root() / "output" / "message", clip(message))


def clip(message: str) -> str:
    """Cut to what SageMaker keeps, at a character boundary."""
    data = message.encode("utf-8", "replace")
    if len(data) <= MESSAGE_BYTES:
        return data.decode("utf-8")
    return data[: MESSAGE_BYTES - 3].decode("utf-8", "ignore") + "…"


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write `value` with sorted keys, so that equal values are equal bytes; NaN and infinity are refused."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Parse a JSON file that a step before this one wrote."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise JobError(f"{path}: no such file; it is an output of the step before this one") from None
    except ValueError as error:
        raise JobError(f"{path}: not JSON ({error}); run the step that writes it again") from None


def sha256_of(path: Path) -> str:
    """Hex digest of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def script_hashes() -> dict[str, str]:
    """SHA-256 of each script that was shipped with this one, by file name."""
    return {path.name: sha256_of(path) for path in sorted(Path(__file__).resolve().parent.glob("*.py"))}


def only_file(folder: Path, pattern: str) -> Path:
    """The one file in `folder` that matches; anything else is an error that lists what is there."""
    found = sorted(path for path in folder.rglob(pattern) if path.is_file()) if folder.is_dir() else []
    if len(found) != 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found) or "nothing"
        raise JobError(f"{folder}: expected one file {pattern}, found {names}; check the job's inputs")
    return found[0]
