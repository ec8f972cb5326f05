"""Runs every trial of every function, or of those that are named, and counts them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO

from tests.functions.fault_cases import all_cases
from tests.functions.faults.trials import KINDS, Trial, trials


def table(trials: Sequence[Trial]) -> str:
    """Numbers of trials by function and kind, in Markdown."""
    functions = sorted({trial.function for trial in trials})
    counts = Counter((trial.function, trial.kind) for trial in trials)
    lines = [f"| function | {' | '.join(KINDS)} | all |", f"|---|{'--:|' * (len(KINDS) + 1)}"]
    for function in functions:
        numbers = [counts[function, kind] for kind in KINDS]
        lines.append(f"| `{function}` | {' | '.join(map(str, [*numbers, sum(numbers)]))} |")
    return "\n".join(lines)


def main(wanted: Sequence[str]) -> int:
    """Run everything, or the functions that are named, print what fails and the table."""
    chosen = [case for case in all_cases() if not wanted or {case.function, case.name} & {*wanted}]
    with redirect_stdout(StringIO()):  # the functions' logs
        done = [trial for case in chosen for trial in trials(case)]
    failed = [trial for trial in done if trial.problem]
    for trial in failed:
        print(f"{trial.case}, {trial.kind}, {trial.name}: {trial.problem}")
    print(f"{table(done)}\n\n{len(done):,} trials, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
