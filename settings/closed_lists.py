"""AWS's own names of one sort, kept as data; `settings.aws_names` takes them from others' models."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
ZONES = DATA / "zones.json"
SERVICES = DATA / "region-services.json"


@cache
def closed_list(name: str) -> frozenset[str]:
    """All names of a sort: `regions`, `instance-types`, `studio-instance-types`, `endpoint-services`."""
    return frozenset(json.loads((DATA / f"{name}.json").read_text())["names"])


@cache
def zones_of(region: str) -> tuple[str, ...]:
    """Ids of the zones that a region gives an account; none for a region of which nobody here knows."""
    return tuple(json.loads(ZONES.read_text())["zones"].get(region, ()))


@cache
def lacking_in(region: str) -> frozenset[str]:
    """Services of AWS, by the names of botocore's endpoints, that a stack may need and that are not in a region."""
    return frozenset(json.loads(SERVICES.read_text())["lacking"].get(region, ()))
