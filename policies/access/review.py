"""Reviews the access that a graph's policies give: matrix, proofs, missing grants and sizes, all at once."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.access import cross_account, sizes
from policies.access.actions.granted import ActionReview, review_actions
from policies.access.evaluator import allows, decide
from policies.access.graph import PolicyGraph
from policies.access.graph.closed_world import UnreadProperty, unread_properties
from policies.access.matrix import render
from policies.access.matrix.absences import Presence, presences
from policies.access.matrix.cells import Matrix, matrix
from policies.access.proofs import render as proofs_render
from policies.access.proofs.all import proving
from policies.access.proofs.theorem import Proof
from policies.access.published.handler_permissions import HandlerReview, review_handlers
from policies.access.published.managed_policies import ManagedPolicyReview, review_managed_policies
from policies.pack.captured import CapturedStack

# Rows of a table that the heading of a difference names; of more it has their number.
_ROWS_NAMED = 3


@dataclass(frozen=True)
class ReviewProblem:
    """Something that is wrong: the check that found it, and what it found, in one line or several."""

    check: str
    text: str

    def __str__(self) -> str:
        return f"{self.check}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Review:
    """What was found. `unread` is what no check reads, `actions` what policies allow or name and should not; `seconds`
    is how long each part took.
    """

    unread: Sequence[UnreadProperty] = ()
    actions: ActionReview
    matrix: Matrix
    present: Sequence[Presence]
    proofs: Sequence[Proof]
    missing: Sequence[cross_account.MissingGrant]
    cross_account_requests: int
    sizes: Sequence[sizes.Size]
    handlers: HandlerReview
    managed_policies: ManagedPolicyReview
    seconds: Mapping[str, float]

    def documents(self, folder: Path) -> dict[Path, str]:
        """The generated documents of a folder, and what they should hold."""
        return {
            folder / render.NAME: render.document(self.matrix, self.present),
            folder / proofs_render.NAME: proofs_render.document(self.proofs, self.sizes),
        }

    def problems(self) -> list[ReviewProblem]:
        """Whatever is wrong with the access itself, in the order of the checks."""
        found = [ReviewProblem("not read", str(unread)) for unread in self.unread]
        found += [ReviewProblem("action", str(action)) for action in self.actions.problems]
        found += [ReviewProblem("expected absence", str(presence)) for presence in self.present]
        for proof in self.proofs:
            found += [
                ReviewProblem(f"theorem {proof.theorem.id}", f"{finding.title}\n{finding.request}".rstrip("\n"))
                for finding in proof.outcome.findings
            ]
        found += [ReviewProblem("missing grant", str(missing)) for missing in self.missing]
        found += [ReviewProblem("handler permissions", problem) for problem in self.handlers.problems]
        found += [ReviewProblem("AWS's managed policies", problem) for problem in self.managed_policies.problems]
        found += [
            ReviewProblem(
                "size",
                f"{size.limit.kind} of {size.owner} has {size.characters:,} characters, over the limit of "
                f"{size.limit.most:,}: shorten or split it",
            )
            for size in self.sizes
            if size.headroom < 0
        ]
        return found


def review(graph: PolicyGraph, stacks: Sequence[CapturedStack] = ()) -> Review:
    """Decide, prove and measure everything.

    `stacks` are those of the graph: what they declare, their deployers must be able to make. Raises NotInstalled where
    the packages that carry what AWS publishes are missing.
    """
    seconds: dict[str, float] = {}
    began = time.monotonic()
    with proving(graph) as wait_for_proofs:
        table = matrix(graph, allows)
        present = presences(table)
        seconds["matrix"] = time.monotonic() - began
        missing = cross_account.missing_grants(graph, decide)
        measured = sizes.sizes(graph)
        handlers = review_handlers(graph, stacks)
        managed = review_managed_policies(graph)
        actions = review_actions(graph)
        proofs = wait_for_proofs()
    seconds["matrix and proofs side by side"] = time.monotonic() - began
    return Review(
        unread=unread_properties(stacks),
        actions=actions,
        matrix=table,
        present=present,
        proofs=proofs,
        missing=missing,
        cross_account_requests=len(cross_account.cross_account_requests(graph)),
        sizes=measured,
        handlers=handlers,
        managed_policies=managed,
        seconds=seconds,
    )


def write(documents: Mapping[Path, str]) -> None:
    """Write the generated documents, each at once: another run in this clone may be comparing them."""
    for path, text in documents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)


def out_of_date(documents: Mapping[Path, str]) -> Iterable[ReviewProblem]:
    """For each generated document that holds something else: which, and every line that differs, under its section."""
    for path, text in documents.items():
        committed = path.read_text(encoding="utf-8") if path.exists() else ""
        if committed != text:
            what = "differs from" if committed else "does not exist yet; it will hold"
            advice = (
                f"{what} what the settings and the program give now: write it with `make access`, read the difference, "
                "commit it with what changed"
            )
            yield ReviewProblem(path.name, "\n".join([advice, *difference(committed, text)]))


def difference(before: str, now: str) -> Iterable[str]:
    """The lines that differ, each group under its section and, in tables, the first cells of its rows."""
    old, new = before.splitlines(), now.splitlines()
    for tag, start, end, begin, stop in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        changed = [*old[start:end], *new[begin:stop]]
        place = [_section(new, begin) if stop > begin else _section(old, start)]
        rows = list(dict.fromkeys(row.split(" | ")[0].removeprefix("| ") for row in changed if row.startswith("| ")))
        place += rows if len(rows) <= _ROWS_NAMED else [f"{len(rows)} rows"]
        yield f"@@ {', '.join(filter(None, place))} (line {begin + 1}) @@"
        yield from (f"-{line}" for line in old[start:end])
        yield from (f"+{line}" for line in new[begin:stop])


def _section(lines: Sequence[str], index: int) -> str:
    """The heading that a line stands under; the first one's text at the latest."""
    headings = (line for line in reversed(lines[: index + 1]) if line.startswith("#"))
    return next(headings, "").lstrip("# ")
