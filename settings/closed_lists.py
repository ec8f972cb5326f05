"""AWS's own names of one sort, kept as data; `settings.aws_names` takes them from others' models."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
ZONES = DATA / "zones.json"


@cache
def closed_list(name: str) -> frozenset[str]:
    """All names of a sort: `regions`, `instance-types`, `studio-instance-types`, `endpoint-services`."""
    return frozenset(json.loads((DATA / f"{name}.json").read_text())["names"])


@cache
def zones_of(region: str) -> tuple[str, ...]:
    """Ids of the zones that a region gives an account; none for a region of which nobody here knows."""
    return tuple(json.loads(ZONES.read_text())["zones"].get(region, ()))
