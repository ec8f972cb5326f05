"""Which resources come, change, are replaced or go. Pure.

What replaces is decided as the rehearsal's engine decides it (`rehearsal/engine/steps.py`): a property that no call of
AWS's API changes. Whatever holds the drawn id of a replaced resource changes along with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from rehearsal.compare.capture import Captured
from rehearsal.compare.drawn_ids import own_words
from rehearsal.compare.properties import Difference, differences
from rehearsal.engine.steps import step
from rehearsal.services import invocations, resource_types

# Pulumi's options that decide what becomes of a resource.
_OPTIONS = ("protect", "retainOnDelete")


class Kind(Enum):
    """What becomes of a resource; the value is how pages call it."""

    GO = "goes"
    REPLACE = "is replaced"
    COME = "comes"
    CHANGE = "changes"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes of one resource, and why.

    `because` are the properties for which it is replaced; `along_with` the replaced resources whose ids it holds.
    `refused`: Pulumi will not do it, for the resource is protected.
    """

    kind: Kind
    resource: Captured
    differences: Sequence[Difference] = ()
    because: Sequence[str] = ()
    along_with: Sequence[str] = ()
    refused: bool = False


def compare_resources(before: Iterable[Captured], after: Iterable[Captured]) -> list[Change]:
    """Every resource that is not as it was, by stack and URN."""
    old, new = {each.urn: each for each in before}, {each.urn: each for each in after}
    earlier = _earlier(old, new)
    gone = [each for urn, each in old.items() if urn not in new and urn not in earlier.values()]
    come = [each for urn, each in new.items() if urn not in old and urn not in earlier]
    kept = [(old[earlier.get(urn, urn)], each) for urn, each in new.items() if urn in old or urn in earlier]
    changes = [
        *(Change(kind=Kind.GO, resource=each, refused=_protected(each)) for each in gone),
        *(Change(kind=Kind.COME, resource=each) for each in come),
        *_kept(kept),
    ]
    return sorted(changes, key=lambda change: (change.resource.stack, change.resource.urn))


def _earlier(old: Mapping[str, Captured], new: Mapping[str, Captured]) -> dict[str, str]:
    """URN now -> URN before, of resources that were given another and say so by an alias."""
    return {
        urn: alias
        for urn, each in new.items()
        if urn not in old
        for alias in each.options.get("aliases") or ()
        if alias in old and alias not in new
    }


def _kept(pairs: Sequence[tuple[Captured, Captured]]) -> list[Change]:
    changes = {now.urn: _change(before, now) for before, now in pairs}
    texts = {now.urn: {name: json.dumps(value) for name, value in now.inputs.items()} for _, now in pairs}
    replaced = [change for change in changes.values() if change.kind is Kind.REPLACE]
    while replaced:
        words = {own_words(each.resource.stack, each.resource.name) for each in replaced}
        replaced = []
        for before, now in pairs:
            held = {word: name for name, text in texts[now.urn].items() for word in words if word in text}
            new = set(held) - set(changes[now.urn].along_with)
            if not new:
                continue
            was = changes[now.urn]
            change = _along(was, before, sorted(new), [held[word] for word in sorted(new)])
            changes[now.urn] = change
            if change.kind is Kind.REPLACE and was.kind is not Kind.REPLACE:
                replaced.append(change)
    return [change for change in changes.values() if change.differences or change.along_with or change.because]


def _change(before: Captured, now: Captured) -> Change:
    found = differences(before.inputs, now.inputs)
    found += [
        Difference(f"options.{name}", bool(before.options.get(name)), bool(now.options.get(name)))
        for name in _OPTIONS
        if bool(before.options.get(name)) != bool(now.options.get(name))
    ]
    moved = [name for name in ("account", "region") if getattr(before, name) != getattr(now, name)]
    found += [Difference(name, getattr(before, name), getattr(now, name)) for name in moved]
    changed = {each.top for each in found} - {"options", *moved}
    because = [*moved, *_replacing(before, now, changed)]
    kind = Kind.REPLACE if because else Kind.CHANGE
    return Change(
        kind=kind,
        resource=now,
        differences=found,
        because=sorted(because),
        refused=bool(because) and _protected(before),
    )


def _along(change: Change, before: Captured, words: Sequence[str], properties: Sequence[str]) -> Change:
    because = sorted({*change.because, *_replacing(before, change.resource, properties)})
    return replace(
        change,
        kind=Kind.REPLACE if because else Kind.CHANGE,
        because=because,
        along_with=[*change.along_with, *words],
        refused=bool(because) and _protected(before),
    )


def _replacing(before: Captured, now: Captured, changed: Iterable[str]) -> list[str]:
    """Those of the changed properties that cannot be changed in place."""
    forced = {path.split(".")[0].split("[")[0] for path in now.options.get("replaceOnChanges") or ()}
    known = now.type in resource_types() or now.type in invocations()
    return [
        name
        for name in changed
        if forced & {name, "*"} or (known and step(now.type, before.inputs, [name]) == "replace")
    ]


def _protected(resource: Captured) -> bool:
    return bool(resource.options.get("protect"))
