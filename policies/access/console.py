"""A review on the terminal: every finding as lines that are not cut, so that ARNs stay whole when they are piped."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from policies.access import review
from policies.access.graph import PolicyGraph
from policies.pack.captured import CapturedStack

# A single wrong statement can break hundreds of cells: of each check, so many findings are shown unless all are wanted.
FINDINGS_SHOWN = 10
# Lines of one finding, such as the difference of a generated document.
LINES_SHOWN = 40


def print_review(
    graph: PolicyGraph,
    stacks: Sequence[CapturedStack] = (),
    *,
    documents: Path | None,
    write: bool,
    everything: bool,
    explain: bool = False,
) -> bool:
    """Review a graph, and the stacks that it was read from, and print the result; True where everything holds.

    A generated document that differs is no problem of the access, but something to renew; nothing holds until then.

    `documents` is the folder whose generated documents are compared, or written; `everything` shows each finding of
    each check; `explain` adds what each theorem says.
    """
    console = Console(soft_wrap=True, highlight=False, markup=False)
    with console.status("deciding and proving"):
        found = review.review(graph, stacks)
    for line in _proofs(found, explain):
        console.print(line)
    problems, to_renew = found.problems(), list[review.ReviewProblem]()
    if documents and write:
        review.write(found.documents(documents))
    elif documents:
        to_renew += review.out_of_date(found.documents(documents))
    for line in problem_lines(problems, everything=everything):
        console.print(line, style="red")
    for line in problem_lines(to_renew, everything=everything, heading="to renew: "):
        console.print(line, style="yellow")
    console.print(found.actions.sentence())
    console.print(found.handlers.sentence())
    console.print(found.managed_policies.sentence())
    console.print(_summary(found, len(problems), len(to_renew)))
    return not problems and not to_renew


def problem_lines(problems: Sequence[review.ReviewProblem], *, everything: bool, heading: str = "") -> Iterator[str]:
    """The problems of each check; of many only the first, and then how many there are."""
    for check, group in itertools.groupby(problems, key=lambda problem: problem.check):
        members = list(group)
        shown = members if everything else members[:FINDINGS_SHOWN]
        for problem in shown:
            lines = f"- {heading}{problem}".splitlines()
            yield from lines if everything else lines[:LINES_SHOWN]
            if not everything and len(lines) > LINES_SHOWN:
                yield f"  … {number(len(lines) - LINES_SHOWN, 'line')} more: `--all` shows them"
        if len(shown) < len(members):
            yield f"  … {len(members) - len(shown)} more of {check}: `--all` shows them"


def _proofs(found: review.Review, explain: bool) -> Iterator[str]:
    width = max((len(proof.theorem.id) for proof in found.proofs), default=0)
    for proof in found.proofs:
        queries, seconds = (
            f"{proof.outcome.queries:,} {'query' if proof.outcome.queries == 1 else 'queries'}",
            f"{proof.seconds:.1f} s",
        )
        yield f"{proof.theorem.id:<{width}}  {proof.verdict:<10}  {queries:>15}  {seconds:>7}"
        if explain:
            yield f"  {proof.theorem.statement}"


def _summary(found: review.Review, problems: int, to_renew: int) -> str:
    cells = len(found.matrix.capabilities) * sum(len(row.principals) for row in found.matrix.rows)
    renewed = f", {number(to_renew, 'document')} to renew with `make access`" if to_renew else ""
    spent = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in found.seconds.items())
    return (
        f"{number(cells, 'cell')} decided, {len(found.present)} that should be absent; "
        f"{sum(proof.verdict == 'proved' for proof in found.proofs)} of {len(found.proofs)} theorems proved; "
        f"{number(found.cross_account_requests, 'cross-account request')}, "
        f"{number(len(found.missing), 'grant')} missing; "
        f"{number(len(found.sizes), 'document')} measured; {number(problems, 'problem')}{renewed} ({spent})"
    )


def number(count: int, noun: str) -> str:
    """A count with its noun in the right number."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
