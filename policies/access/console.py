"""A review on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from policies.access import review
from policies.access.graph import PolicyGraph

# Problems shown in full; a single wrong statement can break hundreds of cells.
SHOWN = 25


def told(graph: PolicyGraph, *, write: bool, golden: bool) -> bool:
    """Review an graph and print what came of it; whether everything holds."""
    console = Console(stderr=False, soft_wrap=True)
    with console.status("deciding and proving"):
        found = review.review(graph)
    console.print(_proofs(found))
    problems = found.problems()
    if golden and write:
        review.write(found.documents())
    elif golden:
        problems += review.out_of_date(found.documents())
    for problem in problems[:SHOWN]:
        console.print(f"- {problem}", style="red", markup=False, highlight=False)
    if len(problems) > SHOWN:
        console.print(f"… and {len(problems) - SHOWN} more", style="red")
    console.print(_summary(found, len(problems)), markup=False, highlight=False)
    return not problems


def _proofs(found: review.Review) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("theorem", "", "queries", "seconds"):
        table.add_column(column, justify="right" if column in ("queries", "seconds") else "left")
    for proof in found.proofs:
        verdict = proof.verdict if proof.holds else f"[red]{proof.verdict}[/red]"
        table.add_row(proof.theorem.id, verdict, str(proof.outcome.queries), f"{proof.seconds:.1f}")
    return table


def _summary(found: review.Review, problems: int) -> str:
    cells = len(found.matrix.deeds) * sum(len(row.principals) for row in found.matrix.rows)
    spent = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in found.seconds.items())
    return (
        f"{cells:,} cells decided, {len(found.present)} that should be absent; "
        f"{sum(proof.verdict == 'proved' for proof in found.proofs)} of {len(found.proofs)} theorems proved; "
        f"{found.needs} cross-account needs, {len(found.missing)} grants missing; "
        f"{len(found.sizes)} documents measured; {problems} problems ({spent})"
    )
