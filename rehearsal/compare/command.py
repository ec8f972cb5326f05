"""The command line of `make compare` and `python -m rehearsal.compare`."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from policies.access.graph import BadExport
from policies.pack.captured import BadFile
from rehearsal.compare.as_json import as_json
from rehearsal.compare.base import NotCompared, Rehearsed, rehearse_both
from rehearsal.compare.capture import SECRET, Side, read_side
from rehearsal.compare.cost import compare_cost
from rehearsal.compare.page import Comparison, markdown, text
from rehearsal.compare.resources import compare_resources
from rehearsal.compare.rights import Rights, compare_rights, read_rights
from rehearsal.console import ConsoleProgress

FOLDER = Path("build/compare")
ROOT = Path(__file__).resolve().parents[2]
# The exit code of a comparison that cannot be made: typer's own for a wrong command line.
UNANSWERED = 2

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    before: Annotated[
        Path | None, typer.Argument(help="resources.json of a rehearsal, or its folder. Without: the state of --base.")
    ] = None,
    after: Annotated[Path | None, typer.Argument(help="The same, with the change.")] = None,
    base: Annotated[
        str, typer.Option(help="Branch, tag or commit that the working tree is compared with, uncommitted edits too.")
    ] = "HEAD",
    folder: Annotated[Path, typer.Option(help="Where --base is exported, and where everything is written.")] = FOLDER,
    as_json_: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print it for a pull request's comment.")] = False,
    unknown: Annotated[str, typer.Option(hidden=True, help="Variables of make that nobody reads.")] = "",
) -> None:
    """Say what a change would do: which resources come, change and go, who may do what, what it costs a month.

    Exits 0 with an answer, whatever it is; 2 where there is none.
    """
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    # The page alone goes to standard output, so that it can be piped.
    progress = ConsoleProgress(Console(stderr=True, highlight=False, soft_wrap=True))
    if unknown.split():
        raise _unanswered(f"{', '.join(unknown.split())}: `make compare` has no such variable; it takes BASE")
    if (before is None) != (after is None):
        raise _unanswered("AFTER is missing: give two rehearsals, or none and --base")
    if as_json_ and as_markdown:
        raise _unanswered("--json and --markdown exclude each other: say one of them")
    try:
        if before is not None and after is not None:
            sides = Rehearsed(before, str(before)), Rehearsed(after, str(after))
            found = compare(*sides, progress)
        else:
            found = compare(*rehearse_both(ROOT, base or "HEAD", folder, progress), progress)
            _write(found, folder, progress)
    except (NotCompared, BadFile, BadExport) as problem:
        raise _unanswered(str(problem)) from problem
    if as_json_:
        typer.echo(json.dumps(as_json(found), indent=2, ensure_ascii=False))
    else:
        typer.echo(markdown(found) if as_markdown else text(found), nl=False)


def compare(before: Rehearsed, after: Rehearsed, progress: ConsoleProgress) -> Comparison:
    """Compare two rehearsals. Raises BadFile or BadExport where one cannot be read."""
    old, new = read_side(before.folder), read_side(after.folder)
    with progress.running("Decide and prove who may do what, on both sides"):
        rights = compare_rights(_rights(old), _rights(new))
    return Comparison(
        before=before.called,
        after=after.called,
        resources=compare_resources(old.resources, new.resources),
        rights=rights,
        cost=compare_cost(old, new),
        hidden=sum(SECRET in each.inputs.values() for each in new.resources),
        notes=(*before.notes, *after.notes),
    )


def _rights(side: Side) -> Rights:
    # Importing the solver takes longer than refusing a wrong command line.
    from policies.access.encoding import MalformedDocument, Unsupported

    try:
        return read_rights(side.path, side.ids)
    except (MalformedDocument, Unsupported) as bad:
        raise BadExport(f"{side.path}: {bad}: correct the policy, and rehearse again") from bad


def _write(found: Comparison, folder: Path, progress: ConsoleProgress) -> None:
    """Leave the page for a person, a pull request and a program."""
    (folder / "comparison.txt").write_text(text(found), encoding="utf-8")
    (folder / "comparison.md").write_text(markdown(found), encoding="utf-8")
    (folder / "comparison.json").write_text(
        json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    progress.print_line(f"Written: comparison.txt, comparison.md and comparison.json in {folder}")


def _unanswered(problem: str) -> typer.Exit:
    for line in problem.splitlines():
        typer.echo(line, err=True)
    return typer.Exit(UNANSWERED)
