"""`python -m rehearsal.lifecycle`: create, read, update and delete a sample of every resource type."""

from __future__ import annotations

import logging
import warnings
from typing import Annotated

import typer


def main(
    only: Annotated[
        list[str] | None, typer.Option(help="A service, by the name of botocore's model; repeatable.")
    ] = None,
) -> None:
    """Create, read, update and delete a sample of every resource type, or of those of some services.

    What the samples refer to comes with them. Exits with 1 where anything failed.
    """
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    from rehearsal.lifecycle.check import check
    from rehearsal.services import services

    unknown = sorted(set(only or ()) - services().keys())
    if unknown:
        raise typer.BadParameter(f"no module in rehearsal/services for {', '.join(unknown)}")
    lifecycle = check(only or ())
    for line in lifecycle.lines():
        typer.echo(line)
    raise typer.Exit(int(bool(lifecycle.failures)))


if __name__ == "__main__":
    typer.run(main)
