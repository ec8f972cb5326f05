"""`make rehearse`: the command line of the rehearsal."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from rehearsal.options import SCENARIOS

FOLDER = Path("build/rehearsal")
# The switch may be given a value, as a variable of make has one: `--stacks-only=0`.
_SWITCH = "--stacks-only"


def main(
    stacks_only: Annotated[str, typer.Option(help="Bring up the stacks and stop there; a value is optional.")] = "",
    destroy: Annotated[bool, typer.Option(help="Delete the stacks again; with --stacks-only.")] = False,
    project: Annotated[str, typer.Option(help="Id of the project whose model is taken to production.")] = "",
    data: Annotated[str, typer.Option(help="CSV file to train on instead of the example's data.")] = "",
    target: Annotated[str, typer.Option(help="Its column to predict.")] = "",
    problem: Annotated[
        str, typer.Option(help="regression, binary, multiclass or classification; found from the target.")
    ] = "",
    sabotage: Annotated[
        str, typer.Option(help="labels or serving: spoil the labels, or the staging endpoint's answers.")
    ] = "",
    life: Annotated[str, typer.Option(help="whole: use the platform on, destroy it, list what is left.")] = "",
    scenario: Annotated[str, typer.Option(help=f"What happens once production serves: {', '.join(SCENARIOS)}.")] = "",
    doubt: Annotated[
        str, typer.Option(help="against: every assumption of docs/assumptions.md falls against the platform.")
    ] = "",
    folder: Annotated[
        Path | None,
        typer.Option(help=f"Where report, resources, requests and logs go; {FOLDER}, or the next that no run holds."),
    ] = None,
    directory: Annotated[Path, typer.Option(help="Where the stack files are.")] = Path(),
    unknown: Annotated[str, typer.Option(hidden=True, help="Variables of make that nobody reads.")] = "",
) -> None:
    """Bring up every stack in an AWS that lives in this process, then take a model from data to production."""
    started = time.monotonic()
    # Libraries' notes to their developers are not this command's output.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    from rehearsal.options import OptionError, parse, unknown_variables
    from rehearsal.own_folder import FolderTaken, hold, hold_free

    if unknown.split():
        _refuse(unknown_variables(unknown.split()))
    typed = {
        "stacks_only": stacks_only,
        "project": project,
        "data": data,
        "target": target,
        "problem": problem,
        "sabotage": sabotage,
        "life": life,
        "scenario": scenario,
        "doubt": doubt,
    }
    try:
        options = parse(typed, destroy=destroy, directory=directory, folder=folder or FOLDER)
        from rehearsal.run import rehearse

        with hold(folder) if folder else hold_free(FOLDER) as own:
            raise typer.Exit(rehearse(replace(options, folder=own), started))
    except OptionError as error:
        _refuse(error.problems)
    except FolderTaken as error:
        _refuse([str(error)])


def _refuse(problems: Sequence[str]) -> NoReturn:
    """Print what is wrong with the options, a line each, and exit as for wrong usage."""
    for problem in problems:
        print(problem, file=sys.stderr)
    raise typer.Exit(2)


def run(arguments: Sequence[str]) -> None:
    """Run the command line: the switch without a value means yes."""
    # Errors in plain lines, whole: no frame that breaks them at a width.
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(main)
    app(args=[f"{_SWITCH}=yes" if argument == _SWITCH else argument for argument in arguments])


if __name__ == "__main__":
    run(sys.argv[1:])
