"""`make rehearse`: the command line of the rehearsal."""

from __future__ import annotations

import logging
import time
import warnings
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path("build/rehearsal")


class Life(StrEnum):
    """How far the platform's life is rehearsed."""

    WHOLE = "whole"


class Sabotage(StrEnum):
    """Faults that the platform must stop by itself."""

    LABELS = "labels"
    SERVING = "serving"


class Doubt(StrEnum):
    """How what no source settles about AWS (`docs/assumptions.md`) falls."""

    AGAINST = "against"


def main(
    stacks_only: Annotated[bool, typer.Option(help="Bring up the stacks and stop there.")] = False,
    destroy: Annotated[bool, typer.Option(help="Delete the stacks again; with --stacks-only.")] = False,
    data: Annotated[Path | None, typer.Option(help="CSV file to train on instead of the example's data.")] = None,
    target: Annotated[str | None, typer.Option(help="Its column to predict.")] = None,
    problem: Annotated[
        str | None, typer.Option(help="regression, binary or multiclass; found from the target.")
    ] = None,
    sabotage: Annotated[Sabotage | None, typer.Option(help="Spoil labels or the staging endpoint's answers.")] = None,
    life: Annotated[
        Life | None, typer.Option(help="whole: use the platform on, destroy it, list what is left.")
    ] = None,
    doubt: Annotated[
        Doubt | None, typer.Option(help="Let every assumption of docs/assumptions.md fall against the platform.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where report, resources, requests and logs go.")] = FOLDER,
    directory: Annotated[Path, typer.Option(help="Where the stack files are.")] = Path(),
) -> None:
    """Bring up every stack in an AWS that lives in this process, then take a model from data to production."""
    # Libraries' notes to their developers are not this command's output.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    from rehearsal.options import Options
    from rehearsal.run import rehearse

    if (data is None) != (target is None):
        raise typer.BadParameter("DATA and TARGET go together: the file, and its column to predict")
    if destroy and not stacks_only:
        raise typer.BadParameter("--destroy needs --stacks-only: what a journey leaves in buckets and registries stays")
    if life and (stacks_only or sabotage):
        raise typer.BadParameter("--life needs the journey to succeed: leave --stacks-only and --sabotage out")
    options = Options(
        directory=directory,
        folder=folder,
        stacks_only=stacks_only,
        destroy=destroy,
        data=data,
        target=target,
        problem=problem,
        sabotage=sabotage.value if sabotage else None,
        life=life.value if life else None,
        against=doubt is Doubt.AGAINST,
    )
    raise typer.Exit(rehearse(options, started=time.monotonic()))


if __name__ == "__main__":
    typer.run(main)
