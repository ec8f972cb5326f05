"""The requests of a whole rehearsed journey: `python -m tests.policies.access.mutations.recorded_requests FOLDER`.

The command writes them from FOLDER, that of a rehearsal that ran to its end. Ids that differ from run to run are
replaced by what they stand for.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from policies.pack.captured import CapturedStack, read
from rehearsal.aws.recorder import Recorded
from rehearsal.service_model.required_action import Right

PATH = Path(__file__).with_name("recorded_requests.json.gz")
_FIELDS = ("phase", "role", "account", "endpoint", "service", "operation", "status", "region", "rights")
# Parts of a resource that differ from run to run: numbers, times, random names.
_RUN_DEPENDENT = re.compile(r"[0-9a-f]{8,}|[0-9]+")
# Ids that AWS gives: of networks, endpoints, domains, and of keys.
_ID = re.compile(r"[a-z]{1,6}-[0-9a-z]{8,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def recorded(stacks: Sequence[CapturedStack]) -> list[Recorded]:
    """The requests as these stacks' accounts would see them."""
    text = gzip.decompress(PATH.read_bytes()).decode()
    for placeholder, id_ in _placeholders(stacks).items():
        text = text.replace(placeholder, id_)
    return [_request(number, one) for number, one in enumerate(json.loads(text))]


def write(folder: Path) -> int:
    """Write what a rehearsal recorded; returns how many requests."""
    text = (folder / "requests.jsonl").read_text(encoding="utf-8")
    for placeholder, id_ in _placeholders(read(folder / "resources.json")).items():
        text = text.replace(id_, placeholder)
    found = list(_distinct(json.loads(line) for line in text.splitlines()))
    # Without a time of its own, so that equal content is an equal file.
    PATH.write_bytes(gzip.compress(json.dumps(found, separators=(",", ":")).encode(), mtime=0))
    return len(found)


def _placeholders(stacks: Iterable[CapturedStack]) -> dict[str, str]:
    """Placeholder in the file -> the id in these stacks."""
    return {
        f"<{stack.stack} {one.type} {one.name}>": str(one.props["id"])
        for stack in stacks
        for one in stack.with_outputs
        if _ID.fullmatch(str(one.props.get("id")))
    }


def _distinct(lines: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    seen = set()
    for line in lines:
        rights = [
            (right["action"], _RUN_DEPENDENT.sub("", right["resource"]), right["principal"], sorted(right["context"]))
            for right in line["rights"] or ()
        ]
        same = json.dumps([line["role"], line["endpoint"], line["service"], line["operation"], rights])
        if rights and same not in seen and not line["phase"].startswith("destroy "):
            seen.add(same)
            yield {name: line[name] for name in _FIELDS}


def _request(number: int, fields: Mapping[str, Any]) -> Recorded:
    rights = tuple(
        Right(
            action=right["action"],
            resource=right["resource"],
            context={key: value if isinstance(value, str) else tuple(value) for key, value in right["context"].items()},
            principal=right["principal"],
        )
        for right in fields["rights"]
    )
    return Recorded(**{**fields, "rights": rights}, number=number, at=0.0, session="", resource="")


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]))} requests in {PATH.name}")
