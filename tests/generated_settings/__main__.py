"""`python -m tests.generated_settings --count 300 --seed 1`: generate folders, check them, judge what is accepted.

Prints a line for each folder that was accepted, how many were refused and why, and each miss with the fewest changes
that still make it. Exits 1 where there is a miss.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.generated_settings.campaign import Campaign, generate


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.generated_settings", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="how many folders")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same folders")
    parser.add_argument("--first", type=int, default=0, help="number of the first folder that is judged")
    parser.add_argument("--last", type=int, help="number of the last one, to judge a part of them; none: all")
    parser.add_argument("--check-only", action="store_true", help="leave out everything but the settings check")
    parser.add_argument("--merge", type=int, default=1, help="judge the changes of so many accepted folders together")
    parser.add_argument("--quick", action="store_true", help="do not look for each thing again that was made")
    parser.add_argument("--show-refusals", action="store_true", help="print the first message of each refusal")
    given = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    last = given.count - 1 if given.last is None else given.last
    with TemporaryDirectory() as folder:
        campaign = Campaign(
            Path(folder),
            later=not given.check_only,
            looks_again=not given.quick,
            show_refusals=given.show_refusals,
        )
        chosen = [each for each in enumerate(generate(given.count, given.seed)) if given.first <= each[0] <= last]
        if given.merge > 1:
            accepted = [changes for _, changes in chosen if campaign.is_accepted(changes)]
            print(f"{len(chosen)} folders checked, {len(accepted)} accepted and put together", flush=True)
            chosen = list(enumerate(campaign.merged(accepted, given.merge)))
        for number, changes in chosen:
            campaign.judge(number, changes)
        print("\n".join(campaign.summary()))
        return int(bool(campaign.misses))


if __name__ == "__main__":
    sys.exit(main())
