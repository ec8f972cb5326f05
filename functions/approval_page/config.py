"""What both functions know of the project: `config.json` beside this file, and what only the stack's outputs say.

The outputs are in an SSM parameter that the stack writes; it is read at each call, so that who is no approver any more
is none at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).with_name("config.json")


@dataclass(frozen=True, kw_only=True)
class Project:
    """The project's deploy pipeline with its approval, where reports of changes are, and who may be asked.

    `approvers` are names, as people sign in; `hours` is how long a link is good for; `url` is what a link's token comes
    after, `key` the ARN of the key that signs links, `topic` the one that sends them.
    """

    project: str
    account: str
    region: str
    pipeline: str
    stage: str
    action: str
    bucket: str
    changes: str
    hours: int
    approvers: Sequence[str]
    url: str
    key: str
    topic: str


def read_config(ssm: Any) -> Project:
    """The project as the stack wrote it. Raises KeyError or TypeError for a config that is not one."""
    given = json.loads(CONFIG.read_text(encoding="utf-8"))
    outputs = json.loads(ssm.get_parameter(Name=given.pop("parameter"))["Parameter"]["Value"])
    return Project(**given, **outputs)
