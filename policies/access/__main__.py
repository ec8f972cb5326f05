"""`python -m policies.access`: what the platform's policies allow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Decide, show and prove who may do what.")


@app.callback()
def access() -> None:
    """Decide, show and prove who may do what."""


@app.command()
def ask(file: Annotated[Path, typer.Argument(help="A JSON list of questions.")]) -> None:
    """Answer the questions of FILE as a JSON list of id, allowed and because."""
    from policies.access.ask import BadQuestions, answer

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
    write: Annotated[bool, typer.Option("--write", help="Write the golden files instead of comparing them.")] = False,
    golden: Annotated[bool, typer.Option(help="Compare with, or write, the files in docs/generated.")] = True,
) -> None:
    """Decide the access matrix, prove the theorems, find missing grants and measure documents. Exits 1 if any fails."""
    from policies.access.console import told
    from policies.access.defects import defects
    from policies.access.encoding import MalformedDocument, Unsupported
    from policies.access.graph import BadExport, read_graph

    try:
        graph = read_graph(*files)
    except BadExport as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(1) from bad
    problems = defects(graph)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    try:
        holds = told(graph, write=write, golden=golden)
    except (MalformedDocument, Unsupported) as bad:
        # The proofs read documents for themselves and more strictly, such as an ARN operator with a value that is none.
        typer.echo(f"{bad}: correct the policy, and write the file again", err=True)
        raise typer.Exit(1) from bad
    if not holds:
        raise typer.Exit(1)


@app.command()
def sizes(
    write: Annotated[bool, typer.Option("--write", help="Write docs/generated/document-sizes.md.")] = False,
) -> None:
    """Print how large the documents are that speak of all workload accounts, from one account to five hundred."""
    from policies.access import growth

    text = growth.document()
    typer.echo(text)
    if write:
        growth.PATH.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    app()
