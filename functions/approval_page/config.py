"""What both functions know of the project: `config.json` beside this file, written by the stack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CONFIG = Path(__file__).with_name("config.json")


@dataclass(frozen=True, kw_only=True)
class Project:
    """The project's deploy pipeline with its approval, where reports of changes are, and who may be asked.

    `approvers` are names, as people sign in; `hours` is how long a link is good for.
    """

    project: str
    account: str
    region: str
    pipeline: str
    stage: str
    action: str
    bucket: str
    changes: str
    approvers: Sequence[str]
    hours: int


def read_config(text: str | None = None) -> Project:
    """The project as the stack wrote it. Raises KeyError or TypeError for a config that is not one."""
    return Project(**json.loads(CONFIG.read_text(encoding="utf-8") if text is None else text))
