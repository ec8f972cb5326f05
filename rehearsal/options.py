"""What a rehearsal is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    directory: Path
    folder: Path
    stacks_only: bool = False
    destroy: bool = False
    data: Path | None = None
    target: str | None = None
    problem: str | None = None
    sabotage: str | None = None
