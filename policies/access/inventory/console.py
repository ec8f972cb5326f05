"""An estate's review on the terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import typer
from rich.console import Console

from policies.access.inventory.review import EstateReview
from policies.access.inventory.theorems import UNSPEAKING

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Of one theorem, or of what was not read, so many lines are shown unless all are wanted.
SHOWN = 10


def print_estate(found: EstateReview, *, everything: bool, explain: bool, as_json: bool) -> None:
    """Print a review; `explain` adds each theorem's sentence and whom it names."""
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for line, style in _lines(found, everything, explain):
        # Whoever wrote the exports moves nobody's cursor.
        console.print(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", line), style=style)


def _lines(found: EstateReview, everything: bool, explain: bool) -> Iterator[tuple[str, str]]:
    width = max(len(one.id) for one in found.verdicts)
    for one in found.verdicts:
        word = one.word(not found.unread)
        yield f"{one.id:<{width}}  {word:<12}  {one.outcome.queries:>7,} queries  {one.seconds:>5.1f} s", ""
        if explain:
            yield f"  {one.statement}", ""
            yield from ((f"    {name}", "") for name in one.outcome.named)
    for one in found.verdicts:
        lines = [f"- {one.id}: {each.title}\n{each.request}".rstrip("\n") for each in one.outcome.findings]
        yield from _some(lines, everything, "red")
        if one.undecided:
            yield f"- {one.id} is not decided: {one.undecided}", "red"
    yield from _some([f"- not read: {one}" for one in found.unread], everything, "red")
    for one in found.verdicts:
        if one.silent:
            yield f"- {one.id} cannot speak of this: {one.silent}", "red" if one.asked else "yellow"
    if explain:
        yield from ((f"- {name} cannot speak of this: {because}", "") for name, because in UNSPEAKING.items())
    yield _summary(found), ""


def _some(lines: list[str], everything: bool, style: str) -> Iterator[tuple[str, str]]:
    shown = lines if everything else lines[:SHOWN]
    yield from ((line, style) for line in shown)
    if len(shown) < len(lines):
        yield f"  … {len(lines) - len(shown)} more: `--all` shows them", style


def _summary(found: EstateReview) -> str:
    words = [one.word(not found.unread) for one in found.verdicts]
    failing = sum(word.startswith("fails") for word in words)
    parts = [
        f"{words.count('proved')} of {len(words)} theorems proved",
        f"{failing} fail",
        f"{sum(bool(one.silent) for one in found.verdicts)} cannot speak of this estate",
        f"{len(found.unread)} things not read",
    ]
    because = "; nothing is proved of what was not read as a whole" if found.unread else ""
    return ", ".join(parts) + because
