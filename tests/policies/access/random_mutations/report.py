"""What came of random mutations, as a page: `python -m tests.policies.access.random_mutations.report RESULTS ...`."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.policies.access.random_mutations.explained import explanation
from tests.policies.access.random_mutations.judge import OPENING, UNNOTICED, Judgement

PATH = Path(__file__).with_name("random-mutations.md")
HEAD = """# Random mutations

Written by `python -m tests.policies.access.random_mutations.report RESULTS` from what
`python -m tests.policies.access.random_mutations RESOURCES --results RESULTS` judged; do not edit. Each mutation
drops, widens or swaps one part of a policy or of a setting of the example platform, drawn from a seed. One of a policy
opens access where the evaluator allows a request after it that it refused before; one of a setting where what it
loosens guards something. It is noticed where `policies.check --strict` or `policies.access review` names something
new: a proof, an absence, a rule, or a refusal to read it. A difference of the generated matrix alone is counted apart.
"""
COLUMNS = ("drawn", "refused unasked", "open access", "noticed", "matrix alone", "crash", "missed", "harmless")


def page(judgements: Sequence[Judgement]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_machine(), "", *_totals(judgements), "", *_operators(judgements), *_misses(judgements)])


def _machine() -> Iterator[str]:
    yield f"Judged on {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}."


def _totals(judgements: Sequence[Judgement]) -> Iterator[str]:
    yield f"| mutations of | {' | '.join(COLUMNS)} |"
    yield f"|---|{'---|' * len(COLUMNS)}"
    for name, chosen in (
        ("policies", [one for one in judgements if one.policy]),
        ("settings", [one for one in judgements if not one.policy]),
        ("both", list(judgements)),
    ):
        counts = Counter[str](one.verdict for one in chosen)
        opened = sum(counts[verdict] for verdict in OPENING)
        unnoticed = [explanation(one) for one in chosen if one.verdict in UNNOTICED]
        reasons = len([one for one in unnoticed if one and one.harmless])
        cells = [len(chosen), counts["refused"], opened, counts["noticed"], counts["shown"], counts["crashed"]]
        yield f"| {name} | {' | '.join(map(str, [*cells, counts['missed'], reasons]))} |"


def _operators(judgements: Sequence[Judgement]) -> Iterator[str]:
    yield "## By operator"
    yield ""
    yield "| operator | open access | noticed | not | noticed by |"
    yield "|---|---|---|---|---|"
    for operator in sorted({one.operator for one in judgements}):
        opened = [one for one in judgements if one.operator == operator and one.verdict in OPENING]
        checks = Counter(one.by for one in opened if one.verdict == "noticed")
        named = ", ".join(f"{check} {count}" for check, count in checks.most_common(6))
        noticed = sum(checks.values())
        yield f"| {operator} | {len(opened)} | {noticed} | {len(opened) - noticed} | {named} |"
    yield ""


def _misses(judgements: Sequence[Judgement]) -> Iterator[str]:
    yield "## Not noticed"
    yield ""
    missed = [one for one in judgements if one.verdict in UNNOTICED]
    if not missed:
        yield "None."
    for one in missed:
        said = explanation(one)
        why = said.why if said else "Not explained."
        # The request without its condition keys.
        opens = one.opens.split(" [")[0]
        yield f"- {one.verdict}: {one.operator}, {one.where}. Opens: {opens}. {why}"
    yield ""


def read(paths: Sequence[Path]) -> list[Judgement]:
    """Judgements, in the order in which they were written."""
    lines = (line for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    return [Judgement(**json.loads(line)) for line in lines]


if __name__ == "__main__":
    PATH.write_text(page(read([Path(name) for name in sys.argv[1:]])), encoding="utf-8")
    print(f"written {PATH.name}")
