"""Resources that come, change or go, in words."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rehearsal.compare.blocks import Block, Heading, Item, Line, number
from rehearsal.compare.properties import Difference
from rehearsal.compare.resources import Change, Kind

# A value of more characters is shown by its beginning; `--json` has it whole.
_SHOWN = 300
_COUNTED = (
    (Kind.COME, "comes", "come"),
    (Kind.CHANGE, "changes in place", "change in place"),
    (Kind.REPLACE, "is replaced", "are replaced"),
    (Kind.GO, "goes", "go"),
)


def resource_sentence(changes: Sequence[Change]) -> str:
    """The gist."""
    if not changes:
        return "Resources: nothing changes"
    counts = Counter(change.kind for change in changes)
    told = [f"{counts[kind]} {one if counts[kind] == 1 else many}" for kind, one, many in _COUNTED if counts[kind]]
    refused = sum(change.refused for change in changes)
    protected = f"; {refused} of them protected, so that `pulumi up` refuses" if refused else ""
    return f"Resources: {', '.join(told)}{protected}"


def resource_blocks(changes: Sequence[Change], hidden: int) -> Iterator[Block]:
    """Stack by stack; in each what goes first, then what is replaced, comes and changes."""
    if not changes:
        yield Line("No resource comes, changes or goes.")
    for stack, group in itertools.groupby(changes, key=lambda change: change.resource.stack):
        members = list(group)
        yield Heading(3, f"Stack {stack}, account {members[0].resource.account or 'unknown'}")
        for kind in Kind:
            for change in sorted((each for each in members if each.kind is kind), key=lambda each: each.resource.urn):
                yield from _change(change)
    if hidden:
        yield Line(
            f"{number(hidden, 'resource')} hold values that Pulumi keeps secret, most of them SSM parameters: whether "
            "those change is not compared."
        )


def _change(change: Change) -> Iterator[Block]:
    resource = change.resource
    why = f" because of {', '.join(change.because)}" if change.because else ""
    refused = ": protected, `pulumi up` refuses" if change.refused else ""
    yield Item(f"{change.kind.value}: {resource.service_type} {resource.name}{why}{refused}")
    yield from (Item(text, 1) for text in map(_difference, change.differences))
    if change.along_with:
        yield Item(f"holds {', '.join(change.along_with)}, which will be another", 1)


def _difference(difference: Difference) -> str:
    if difference.before is None:
        return f"{difference.path} gains {_shown(difference.after)}"
    if difference.after is None:
        return f"{difference.path} loses {_shown(difference.before)}"
    return f"{difference.path}: {_shown(difference.before)} → {_shown(difference.after)}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) and value.strip() == value != "" else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "\\n")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters, whole with --json)"
