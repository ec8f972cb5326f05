"""Everything that there is to say about an graph's access, in one go: matrix, proofs, missing grants, sizes."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.access import completeness, growth, sizes
from policies.access.evaluator import allows, decide
from policies.access.graph import PolicyGraph
from policies.access.matrix import render
from policies.access.matrix.absences import Presence, presences
from policies.access.matrix.cells import Matrix, matrix
from policies.access.proofs import render as proofs_render
from policies.access.proofs.all import proving
from policies.access.proofs.theorem import Proof

# Shown of what differs from a golden file, in lines.
SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Review:
    """What was found. `seconds` is how long each part took."""

    matrix: Matrix
    present: Sequence[Presence]
    proofs: Sequence[Proof]
    missing: Sequence[completeness.Missing]
    needs: int
    sizes: Sequence[sizes.Size]
    seconds: Mapping[str, float]

    def documents(self) -> dict[Path, str]:
        """The golden files and what they should say."""
        return {
            render.PATH: render.document(self.matrix, self.present),
            proofs_render.PATH: proofs_render.document(self.proofs, self.sizes),
            growth.PATH: growth.document(),
        }

    def problems(self) -> list[str]:
        """Whatever is wrong with the access itself, one paragraph each."""
        found = [f"expected absence {each}" for each in self.present]
        for proof in self.proofs:
            found += [
                f"theorem {proof.theorem.id}: {finding.says}\n{finding.request}" for finding in proof.outcome.findings
            ]
        found += [f"missing grant: {each}" for each in self.missing]
        over = [size for size in self.sizes if size.headroom < 0]
        found += [
            f"{each.limit.kind} of {each.owner} has {each.characters:,} characters, over the limit of "
            f"{each.limit.most:,}: shorten or split it"
            for each in over
        ]
        return found


def review(graph: PolicyGraph) -> Review:
    """Decide, prove and measure everything."""
    seconds: dict[str, float] = {}
    began = time.monotonic()
    with proving(graph) as finished:
        table = matrix(graph, allows)
        present = presences(table)
        seconds["matrix"] = time.monotonic() - began
        missing = completeness.missing(graph, decide)
        measured = sizes.sizes(graph)
        proofs = finished()
    seconds["matrix and proofs side by side"] = time.monotonic() - began
    return Review(
        matrix=table,
        present=present,
        proofs=proofs,
        missing=missing,
        needs=len(completeness.needs(graph)),
        sizes=measured,
        seconds=seconds,
    )


def write(documents: Mapping[Path, str]) -> None:
    """Write the golden files."""
    for path, text in documents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def out_of_date(documents: Mapping[Path, str]) -> Iterable[str]:
    """For each golden file that says something else: which, and what differs."""
    for path, text in documents.items():
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before != text:
            diff = list(
                difflib.unified_diff(before.splitlines(), text.splitlines(), "committed", "now", n=0, lineterm="")
            )
            more = [f"… and {len(diff) - SHOWN} lines more"] if len(diff) > SHOWN else []
            told = "\n".join([*diff[:SHOWN], *more])
            yield f"{path.name} is not what the policies say: run `make access`, read the difference, commit it\n{told}"
