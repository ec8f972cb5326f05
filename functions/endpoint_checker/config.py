"""What the function is told by the stack: which endpoint it asks, and where its figures go."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CheckerConfig:
    """The account that events must be of, the endpoint that is asked, and the namespace of the metrics."""

    account: str
    region: str
    endpoint: str
    namespace: str


def read_config(text: str) -> CheckerConfig:
    """The config as the stack wrote it. Raises KeyError or TypeError for one that is not one."""
    return CheckerConfig(**json.loads(text))
