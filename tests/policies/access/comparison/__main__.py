"""`python -m tests.policies.access.comparison --count 100000 --seed 1`: compare, show progress, print the figures.

Exit 1 when a request got two answers; each is printed as JSON for `python -m policies.access ask`.
"""

from __future__ import annotations

import argparse
import sys
import time

from policies.access import encoding, evaluator
from tests.policies.access.comparison.compare import Figures, as_json, compare
from tests.policies.access.comparison.request_generators import GENERATORS


def main() -> int:
    """Read the arguments, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.policies.access.comparison", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many requests, over all generators")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same requests")
    parser.add_argument(
        "--generator", choices=sorted(GENERATORS), action="append", help="only this generator; repeatable"
    )
    arguments = parser.parse_args()
    generators = {name: GENERATORS[name] for name in arguments.generator or GENERATORS}
    started = time.monotonic()
    figures = compare(generators, arguments.count, arguments.seed, progress=_Progress(arguments.count, started))
    print(file=sys.stderr)
    print(figures.table())
    print(f"{time.monotonic() - started:.0f} s, seed {arguments.seed}")
    for request in figures.disagreed:
        answer = evaluator.decide(request)
        print(f"\n{request.id}: evaluator {answer.allowed} ({answer.because}), encoding {encoding.decide(request)}")
        print(as_json(request))
    return 1 if figures.disagreed else 0


class _Progress:
    """One line on stderr, written again and again."""

    def __init__(self, count: int, started: float) -> None:
        self.count = count
        self.started = started

    def __call__(self, figures: Figures) -> None:
        decided = figures.decided.total()
        if decided % 500 == 0:
            rate = decided / (time.monotonic() - self.started)
            line = f"\r{decided:>7}/{self.count}  {rate:.0f}/s  {len(figures.disagreed)} disagreements"
            print(line, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
