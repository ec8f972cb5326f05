"""The `/opt/ml` layout that every job's container has, on a folder of this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# The name of a job's one host.
HOST = "algo-1"
_OPT_ML = re.compile(r"/opt/ml(?=/|$)")


def localized(text: str, root: Path) -> str:
    """A path or argument of the container, with `/opt/ml` standing at `root`."""
    return _OPT_ML.sub(str(root), text)


def local_path(path: str, root: Path) -> Path:
    """Where a container's path is on this machine. Raises ValueError for a path outside `/opt/ml`."""
    if not _OPT_ML.match(path):
        raise ValueError(f"{path} is outside /opt/ml: SageMaker mounts nothing there; choose a path below /opt/ml")
    target = Path(localized(path, root)).resolve()
    if not target.is_relative_to(root.resolve()):
        raise ValueError(f"{path} leaves /opt/ml: remove the `..`")
    return target


def command_line(specification: Mapping[str, Any], root: Path) -> list[str]:
    """The command line of an AppSpecification or AlgorithmSpecification. Raises ValueError where it names none."""
    entrypoint: Sequence[str] = specification.get("ContainerEntrypoint") or ()
    if not entrypoint:
        raise ValueError("the job names no ContainerEntrypoint: without a container engine an image's own is unknown")
    return [localized(part, root) for part in (*entrypoint, *(specification.get("ContainerArguments") or ()))]


def failure_text(root: Path) -> str:
    """The container's failure message: training's `output/failure`, else processing's `output/message`."""
    return _first_kilobyte(root / "output" / "failure") or exit_message(root)


def exit_message(root: Path) -> str:
    """DescribeProcessingJob's ExitMessage: at most 1 KB of `output/message`."""
    return _first_kilobyte(root / "output" / "message")


def _first_kilobyte(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(1024).decode("utf-8", "ignore").strip()


def write_json(path: Path, value: Any) -> None:
    """Write a file of the layout, and the folders that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, default=str, sort_keys=True), encoding="utf-8")
