"""Records of captured resources: the example platform's, to be changed, and planted ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from policies.access.graph import PolicyGraph, read_graph

Record = dict[str, Any]


def planted(stack: str, token: str, **inputs: Any) -> Record:
    """A resource that nobody meant: its outputs are given as inputs."""
    urn = f"urn:pulumi:{stack}::mlops-platform::{token}::planted"
    return {"stack": stack, "urn": urn, "type": token, "name": "planted", "inputs": inputs, "outputs": {}}


def graph_with(folder: Path, records: list[Record], *more: Record) -> PolicyGraph:
    """The graph of the records with more."""
    file = folder / "resources.json"
    file.write_text(json.dumps([*records, *more]))
    return read_graph(file)


def of(records: list[Record], token: str, stack: str, fits: Callable[[Record], bool] = lambda _: True) -> Record:
    """The first resource of a type in a stack."""
    return next(one for one in records if one["type"] == token and one["stack"] == stack and fits(one))


def without(records: list[Record], token: str, prop: str, value: str) -> list[Record]:
    """The records without those of a type that name a target."""
    return [one for one in records if one["type"] != token or one["inputs"].get(prop) != value]
