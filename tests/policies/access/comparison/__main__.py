"""`python -m tests.policies.access.comparison --count 100000 --seed 1`: compare, show progress, print the figures.

Exit 1 when a question got two answers; each is printed as JSON for `python -m policies.access ask`.
"""

from __future__ import annotations

import argparse
import sys
import time

from policies.access import encoding, evaluator
from tests.policies.access.comparison.compare import Figures, as_json, compare
from tests.policies.access.comparison.families import FAMILIES


def main() -> int:
    """Read the arguments, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.policies.access.comparison", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many questions, over all families")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same questions")
    parser.add_argument("--family", choices=sorted(FAMILIES), action="append", help="only this family; repeatable")
    arguments = parser.parse_args()
    families = {name: FAMILIES[name] for name in arguments.family or FAMILIES}
    started = time.monotonic()
    figures = compare(families, arguments.count, arguments.seed, progress=_Progress(arguments.count, started))
    print(file=sys.stderr)
    print(figures.table())
    print(f"{time.monotonic() - started:.0f} s, seed {arguments.seed}")
    for question in figures.disagreed:
        answer = evaluator.decide(question)
        print(f"\n{question.id}: evaluator {answer.allowed} ({answer.because}), encoding {encoding.decide(question)}")
        print(as_json(question))
    return 1 if figures.disagreed else 0


class _Progress:
    """One line on stderr, written again and again."""

    def __init__(self, count: int, started: float) -> None:
        self.count = count
        self.started = started

    def __call__(self, figures: Figures) -> None:
        asked = figures.asked.total()
        if asked % 500 == 0:
            rate = asked / (time.monotonic() - self.started)
            line = f"\r{asked:>7}/{self.count}  {rate:.0f}/s  {len(figures.disagreed)} disagreements"
            print(line, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
