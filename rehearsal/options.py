"""The options of a rehearsal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Options:
    """The command line, parsed. `folder` receives the report, `directory` holds the stack files.

    `against`: whether every assumption about AWS fails.
    """

    directory: Path
    folder: Path
    stacks_only: bool = False
    destroy: bool = False
    data: Path | None = None
    target: str | None = None
    problem: str | None = None
    sabotage: str | None = None
    life: str | None = None
    against: bool = False
