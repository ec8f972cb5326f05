"""`python -m policies.access`: what the platform's policies allow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from policies.access import projected_sizes
from policies.access.ask import BadQuestions, answer

# Beside the settings at the repository's root, whose access they show.
DOCUMENTS = Path(__file__).resolve().parents[2] / "docs" / "access"

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Decide, show and prove who may do what.")


@app.callback()
def access() -> None:
    """Decide, show and prove who may do what."""


@app.command()
def ask(file: Annotated[Path, typer.Argument(help="A JSON list of authorization requests, called questions.")]) -> None:
    """Decide the requests of FILE as IAM would, and print a JSON list of id, allowed and because."""
    try:
        answers = answer(file)
    except BadQuestions as bad:
        for problem in bad.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(1) from bad
    typer.echo(json.dumps(answers, indent=2, ensure_ascii=False))


@app.command()
def review(
    files: Annotated[
        list[Path], typer.Argument(help="build/rehearsal/resources.json, or `pulumi stack export` of every stack.")
    ],
    write: Annotated[bool, typer.Option("--write", help="Write the documents instead of comparing them.")] = False,
    golden: Annotated[bool, typer.Option(help="Compare with, or write, the documents in the folder.")] = True,
    documents: Annotated[Path, typer.Option(help="Folder of access-matrix.md and access-proofs.md.")] = DOCUMENTS,
    everything: Annotated[bool, typer.Option("--all", help="Show every finding of every check.")] = False,
) -> None:
    """Decide the access matrix, prove the theorems, find missing grants and measure documents. Exits 1 if any fails."""
    # z3 takes longer to load than `ask`, which has no use for it, takes to answer.
    from policies.access.console import print_review
    from policies.access.defects import defects
    from policies.access.encoding import MalformedDocument, Unsupported
    from policies.access.graph import BadExport, read_graph
    from policies.access.published.package_data import NotInstalled
    from policies.pack.captured import read

    try:
        graph = read_graph(*files)
        stacks = [stack for file in files for stack in read(file)]
    except BadExport as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(1) from bad
    problems = defects(graph)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    try:
        holds = print_review(graph, stacks, documents=documents if golden else None, write=write, everything=everything)
    except (MalformedDocument, Unsupported) as bad:
        # The proofs read documents for themselves and more strictly, such as an ARN operator with a value that is none.
        typer.echo(f"{bad}: correct the policy, and write the file again", err=True)
        raise typer.Exit(1) from bad
    except NotInstalled as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(1) from missing
    if not holds:
        raise typer.Exit(1)


@app.command()
def sizes(
    write: Annotated[bool, typer.Option("--write", help="Write docs/generated/document-sizes.md.")] = False,
) -> None:
    """Print how large the documents are that speak of all workload accounts, from one account to five hundred."""
    text = projected_sizes.document()
    typer.echo(text)
    if write:
        projected_sizes.PATH.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    app()
