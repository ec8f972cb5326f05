"""What a whole journey asked of AWS, small enough to keep: `python -m tests.policies.access.mutations.rights FOLDER`.

FOLDER is that of a rehearsal that ran to its end. Ids that every run has others for are kept as what they stand for.
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

PATH = Path(__file__).with_name("rights.json.gz")
_KEPT = ("phase", "role", "account", "endpoint", "service", "operation", "status", "region", "rights")
# What in a resource every run has others for: numbers, times, drawn names.
_DRAWN = re.compile(r"[0-9a-f]{8,}|[0-9]+")
# Ids that AWS draws: of networks, endpoints, domains, and of keys.
_ID = re.compile(r"[a-z]{1,6}-[0-9a-z]{8,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def recorded(stacks: Sequence[CapturedStack]) -> list[Recorded]:
    """The requests as these stacks' accounts would see them."""
    text = gzip.decompress(PATH.read_bytes()).decode()
    for word, id_ in _words(stacks).items():
        text = text.replace(word, id_)
    return [_line(number, one) for number, one in enumerate(json.loads(text))]


def keep(folder: Path) -> int:
    """Write what a rehearsal recorded; says how many requests were kept."""
    text = (folder / "requests.jsonl").read_text(encoding="utf-8")
    for word, id_ in _words(read(folder / "resources.json")).items():
        text = text.replace(id_, word)
    found = list(_distinct(json.loads(line) for line in text.splitlines()))
    # Without a time of its own, so that equal content is an equal file.
    PATH.write_bytes(gzip.compress(json.dumps(found, separators=(",", ":")).encode(), mtime=0))
    return len(found)


def _words(stacks: Iterable[CapturedStack]) -> dict[str, str]:
    """What stands for an id in the file, and the id in these stacks."""
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
            (right["action"], _DRAWN.sub("", right["resource"]), right["principal"], sorted(right["context"]))
            for right in line["rights"] or ()
        ]
        same = json.dumps([line["role"], line["endpoint"], line["service"], line["operation"], rights])
        if rights and same not in seen and not line["phase"].startswith("destroy "):
            seen.add(same)
            yield {name: line[name] for name in _KEPT}


def _line(number: int, kept: Mapping[str, Any]) -> Recorded:
    rights = tuple(
        Right(
            action=right["action"],
            resource=right["resource"],
            context={key: value if isinstance(value, str) else tuple(value) for key, value in right["context"].items()},
            principal=right["principal"],
        )
        for right in kept["rights"]
    )
    return Recorded(**{**kept, "rights": rights}, number=number, at=0.0, session="", resource="")


if __name__ == "__main__":
    print(f"{keep(Path(sys.argv[1]))} requests kept in {PATH.name}")
