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


if __name__ == "__main__":
    app()
