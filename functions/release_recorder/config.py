"""What the recorder is told of its project by the stack: `config.json` beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONFIG = Path(__file__).with_name("config.json")


@dataclass(frozen=True, kw_only=True)
class Project:
    """Where the project is, and the names of what events may speak of.

    - `pipelines`: CodePipeline by name -> `release` or `rollback`.
    - `stack_sets`, `endpoints`: stage -> StackSet, stage -> endpoint.
    - `readers`: stage -> the role, with its path, that its accounts are looked at with.
    - `build`: CodePipeline that builds, whose runs say who handed code over.
    - `source_key`: the repository that scientists hand over.
    - `role`: name of the recorder's own role.
    - `topic`: hears of each release; empty where nobody wants to.
    - `event_source`: source of the events that it puts on the account's default bus.
    """

    partition: str
    account: str
    region: str
    project: str
    bucket: str
    group: str
    build: str
    source_key: str
    pipelines: Mapping[str, str]
    stack_sets: Mapping[str, str]
    endpoints: Mapping[str, str]
    readers: Mapping[str, str]
    role: str
    topic: str
    event_source: str

    def package_arn(self, version: str) -> str:
        """ARN of one of the project's model packages."""
        return f"{self.packages}{version}"

    @property
    def packages(self) -> str:
        """What the ARNs of the project's model packages begin with."""
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:model-package/{self.group}/"


def read_config(text: str) -> Project:
    """The project as the stack wrote it. Raises TypeError for a config that is not one."""
    return Project(**json.loads(text))
