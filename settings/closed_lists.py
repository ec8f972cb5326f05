"""AWS's own names of one sort, kept as data; `settings.aws_names` takes them from others' models."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def closed_list(name: str) -> frozenset[str]:
    """All names of a sort: `regions`, `instance-types`, `studio-instance-types`, `endpoint-services`."""
    return frozenset(json.loads((DATA / f"{name}.json").read_text())["names"])
