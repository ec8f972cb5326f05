"""Rights that come and go, in words: whatever widens access first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from policies.access.matrix.cells import Cell
from rehearsal.compare.blocks import Block, Heading, Item, Line, number
from rehearsal.compare.rights import Caller, CellChange, RightsChange, TheoremChange

_FROM = {
    Cell.NO: "not at all",
    Cell.NONE: "not at all",
    Cell.INSIDE: "from inside the VPC",
    Cell.OUTSIDE: "from outside the VPC",
    Cell.ANYWHERE: "from anywhere",
}


def rights_sentence(change: RightsChange) -> str:
    """The gist."""
    if change.empty:
        return "Rights: nothing changes in the access matrix, in trust policies and theorems"
    come = sum(bool(each.come) for each in change.trust)
    told = [
        (len(change.wider), "come or widen", "comes or widens"),
        (come, "roles can be assumed by somebody more", "role can be assumed by somebody more"),
        (len(change.narrower), "go or narrow", "goes or narrows"),
    ]
    parts = [f"{count} {one if count == 1 else many}" for count, many, one in told if count]
    failing = [each for each in change.theorems if _broken(each)]
    parts += [f"{number(len(failing), 'theorem')} no longer proved"] if failing else []
    parts += [f"{len(change.absences_broken)} that must never be are there"] if change.absences_broken else []
    widens = "THIS WIDENS ACCESS: " if change.wider or come or failing or change.absences_broken else ""
    return f"Rights: {widens}{', '.join(parts) or 'only names that theorems list, or who there is, change'}"


def rights_blocks(change: RightsChange) -> Iterator[Block]:
    """What is broken, what widens, what narrows, and theorems."""
    if change.empty:
        yield Line("Nobody may do more or less of what the access matrix asks; every theorem stands as it did.")
    broken = [each for each in change.theorems if _broken(each)]
    if change.absences_broken or broken:
        yield Heading(3, "Must not be")
        yield from (Item(text) for text in change.absences_broken)
        yield from (block for each in broken for block in _theorem(each))
    if change.wider or any(each.come for each in change.trust):
        yield Heading(3, "Wider")
        yield from _cells(change.wider, change.callers_come, "new")
        for each in change.trust:
            if each.come:
                new = ", new" if each.caller.principal in change.callers_come else ""
                yield Item(f"{_who(each.caller)}{new}, may be assumed by {', '.join(each.come)}")
    if change.narrower or any(each.go for each in change.trust):
        yield Heading(3, "Narrower")
        yield from _cells(change.narrower, change.callers_gone, "gone")
        for each in change.trust:
            if each.go:
                yield Item(f"{_who(each.caller)} may no longer be assumed by {', '.join(each.go)}")
    others = [each for each in change.theorems if each not in broken]
    if others or change.absences_mended:
        yield Heading(3, "Theorems and expected absences")
        yield from (Item(f"no longer there: {text}") for text in change.absences_mended)
        yield from (block for each in others for block in _theorem(each))
    if change.callers_come or change.callers_gone:
        yield Line(
            f"Callers of the matrix: {len(change.callers_come)} new, {len(change.callers_gone)} gone, whether they may "
            "do anything or not."
        )
    yield Line(
        "Compared is what the access matrix asks (docs/access/access-matrix.md). What a policy allows besides is to be "
        "seen in its statements, under the resources."
    )


def _cells(changes: Sequence[CellChange], special: frozenset[str], word: str) -> Iterator[Block]:
    """Callers whose rights change alike are told together."""
    by_caller: dict[Caller, list[CellChange]] = {}
    for change in changes:
        by_caller.setdefault(change.caller, []).append(change)
    alike: dict[tuple[str, ...], list[Caller]] = {}
    for caller, members in by_caller.items():
        alike.setdefault(tuple(map(_cell, members)), []).append(caller)
    for lines, callers in alike.items():
        named = [f"{_who(each)}{f', {word}' if each.principal in special else ''}" for each in callers]
        yield Item("; ".join(named))
        yield from (Item(line, 1) for line in lines)


def _cell(change: CellChange) -> str:
    before, after = _FROM[change.before], _FROM[change.after]
    what = f"{change.section}: {change.column}"
    # The matrix takes one project for any other one; it takes another since projects came or went.
    doubt = " (the project that is asked about may be another than before)" if change.otherwise_asked else ""
    if before == _FROM[Cell.NO]:
        return f"{what}, {after}{doubt}"
    if after == _FROM[Cell.NO]:
        return f"{what}, no longer ({before}){doubt}"
    return f"{what}, {before} → {after}{doubt}"


def _theorem(change: TheoremChange) -> Iterator[Block]:
    before = change.before.verdict if change.before else "not there"
    after = change.after.verdict if change.after else "not there"
    yield Item(f"theorem {change.id}, {before if before == after else f'{before} → {after}'}: {change.statement}")
    findings: Callable[[bool], set[str]] = lambda now: set(_state(change, now)[0])  # noqa: E731
    named: Callable[[bool], set[str]] = lambda now: set(_state(change, now)[1])  # noqa: E731
    yield from (Item(f"found against it: {text}", 1) for text in sorted(findings(True) - findings(False)))
    yield from (Item(f"no longer found: {text}", 1) for text in sorted(findings(False) - findings(True)))
    yield from (Item(f"names besides: {text}", 1) for text in sorted(named(True) - named(False)))
    yield from (Item(f"no longer names: {text}", 1) for text in sorted(named(False) - named(True)))


def _state(change: TheoremChange, now: bool) -> tuple[Sequence[str], Sequence[str]]:
    state = change.after if now else change.before
    return (state.findings, state.named) if state else ((), ())


def _broken(change: TheoremChange) -> bool:
    """Whether something is found against a theorem that was not found before."""
    return bool(set(_state(change, True)[0]) - set(_state(change, False)[0]))


def _who(caller: Caller) -> str:
    return f"{caller.called} ({caller.account})"
