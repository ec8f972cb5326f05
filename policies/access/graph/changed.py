"""Whether stack files say something else today than when a capture of what they make was written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path


def changed_since(capture: Path, stacks: Collection[str], settings: Path) -> Iterator[str]:
    """What came, went or changed among the stack files of a folder, one phrase each; `stacks` are the capture's."""
    written = capture.stat().st_mtime
    files = {path.name.removeprefix("Pulumi.").removesuffix(".yaml"): path for path in settings.glob("Pulumi.*.yaml")}
    for stack in sorted(files.keys() | set(stacks)):
        name = f"Pulumi.{stack}.yaml"
        if stack not in files:
            yield f"{name} went"
        elif stack not in stacks:
            yield f"{name} came"
        elif files[stack].stat().st_mtime > written:
            yield f"{name} changed"
