"""Trials of many functions: what fails, and how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from io import StringIO

from .case import FunctionCase
from .trials import KINDS, Trial, trials


def table(trials: Sequence[Trial]) -> str:
    """Numbers of trials by function and kind, in Markdown."""
    functions = sorted({trial.function for trial in trials})
    counts = Counter((trial.function, trial.kind) for trial in trials)
    lines = [f"| function | {' | '.join(KINDS)} | all |", f"|---|{'--:|' * (len(KINDS) + 1)}"]
    for function in functions:
        numbers = [counts[function, kind] for kind in KINDS]
        lines.append(f"| `{function}` | {' | '.join(map(str, [*numbers, sum(numbers)]))} |")
    return "\n".join(lines)


def report(cases: Iterable[FunctionCase], wanted: Sequence[str]) -> int:
    """Run everything, or the functions that are named, print what fails and the table. Gives the exit status."""
    chosen = [case for case in cases if not wanted or {case.function, case.name} & {*wanted}]
    with redirect_stdout(StringIO()):  # the functions' logs
        done = [trial for case in chosen for trial in trials(case)]
    failed = [trial for trial in done if trial.problem]
    for trial in failed:
        print(f"{trial.case}, {trial.kind}, {trial.name}: {trial.problem}")
    print(f"{table(done)}\n\n{len(done):,} trials, {len(failed)} failed")
    return 1 if failed else 0
