"""Draw random mutations of captured stacks until so many open access, and count those that are noticed.

python -m tests.policies.access.random_mutations build/rehearsal/resources.json --seed 1 --count 500
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.policies.access.random_mutations.drawing import Drawing
from tests.policies.access.random_mutations.judge import OPENING, UNNOTICED, Judgement, judge
from tests.policies.access.random_mutations.judged import Platform
from tests.policies.access.random_mutations.random_mutation import seeded
from tests.policies.access.random_mutations.vocabulary import Vocabulary

# How many of the mutations are of settings, as a part of one.
SETTINGS = 0.3


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers with its exit code: 1 where a mutation that opens access is not noticed."""
    options = _parser().parse_args(arguments)
    counts: Counter[str] = Counter()
    began = time.monotonic()
    for one in judged(options.resources, options.seed, options.begin, options.count, options.settings):
        counts[one.verdict] += 1
        if options.results:
            with options.results.open("a", encoding="utf-8") as file:
                file.write(f"{one.as_json()}\n")
        if one.verdict in UNNOTICED:
            print("\n".join(one.lines()), flush=True)
        if one.verdict in OPENING:
            print(f"{one.number}: {dict(counts)} {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(", ".join(f"{verdict}: {count}" for verdict, count in sorted(counts.items())))
    return 1 if any(counts[verdict] for verdict in UNNOTICED) else 0


def judged(resources: Path, seed: int, begin: int, count: int, settings: float = SETTINGS) -> Iterator[Judgement]:
    """Judgements of mutations from a number on, until so many open access."""
    platform = Platform.of(resources)
    words = Vocabulary.of(platform.records)
    drawing = Drawing.of(platform.records, words)
    opened, number = 0, begin
    while opened < count:
        rng = seeded(f"{seed} {number}")
        one = judge(platform, words, drawing.draw(rng, number, settings), rng)
        opened += one.verdict in OPENING
        number += 1
        yield one


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.policies.access.random_mutations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("resources", type=Path, metavar="RESOURCES", help="captured resources of all stacks")
    parser.add_argument("--seed", type=int, default=1, help="each number of a seed is the same mutation always")
    parser.add_argument("--count", type=int, default=500, help="how many that open access")
    parser.add_argument("--begin", type=int, default=0, help="the first mutation's number")
    parser.add_argument("--settings", type=float, default=SETTINGS, help="how many are of settings, as a part of one")
    parser.add_argument("--results", type=Path, metavar="FILE", help="a line of JSON for each mutation is added here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
