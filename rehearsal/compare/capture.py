"""One side of a comparison: the resources of a rehearsal, with the ids that AWS drew replaced by whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policies.pack.captured import BadFile, read
from rehearsal.compare.drawn_ids import DrawnIds

RESOURCES, ENDPOINTS = "resources.json", "endpoints.json"
# What the rehearsal writes for a value that Pulumi keeps secret.
SECRET = "[secret]"  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class Captured:
    """A resource that something in AWS stands behind. `inputs` have no drawn ids; `options` are Pulumi's."""

    stack: str
    account: str
    region: str
    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def service_type(self) -> str:
        """The type without its module, as people read it: `ec2 NatGateway`."""
        service = self.type.split(":")[1].split("/")[0] if ":" in self.type else ""
        return f"{service} {self.type.rpartition(':')[2]}".strip()


@dataclass(frozen=True, kw_only=True)
class EndpointInstances:
    """The instances that a project's endpoint in a stage has at least, in each of so many places."""

    stack: str
    stage: str
    region: str
    instance_type: str
    instances: int
    places: int


@dataclass(frozen=True, kw_only=True)
class Side:
    """What was built. `endpoints` is None where nobody wrote down which endpoints the settings ask for."""

    path: Path
    resources: Sequence[Captured]
    ids: DrawnIds
    endpoints: Sequence[EndpointInstances] | None = None


def read_side(path: Path) -> Side:
    """A side from `resources.json` or the folder that holds it. Raises BadFile."""
    file = path / RESOURCES if path.is_dir() else path
    stacks = read(file)
    if any(stack.exported for stack in stacks):
        raise BadFile(
            f"{file}: is the export of one stack, which names no accounts; give the {RESOURCES} of a rehearsal "
            "(`python -m rehearsal --stacks-only --folder FOLDER`)"
        )
    records = json.loads(file.read_text(encoding="utf-8"))
    ids = DrawnIds.of(_of_aws(records))
    return Side(path=file, resources=captured(records, ids), ids=ids, endpoints=_endpoints(file))


def captured(records: Iterable[Mapping[str, Any]], ids: DrawnIds) -> list[Captured]:
    """The resources of AWS among the records of a rehearsal."""
    return [
        Captured(
            stack=record["stack"],
            account=record.get("account", ""),
            region=record.get("region", ""),
            urn=record["urn"],
            type=record["type"],
            name=record["name"],
            inputs=ids.masked(record.get("inputs") or {}),
            options=record.get("options") or {},
        )
        for record in _of_aws(records)
    ]


def _of_aws(records: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [record for record in records if record.get("custom") and not record["type"].startswith("pulumi:")]


def _endpoints(resources: Path) -> list[EndpointInstances] | None:
    file = resources.with_name(ENDPOINTS)
    if not file.exists():
        return None
    try:
        return [EndpointInstances(**each) for each in json.loads(file.read_text())]
    except (ValueError, TypeError) as error:
        raise BadFile(f"{file}: cannot be read ({error}); run `make compare` again, which writes it") from error
