"""`python -m policies.access`: what the platform's policies allow."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Annotated

import typer

from policies.access import projected_sizes, queries, query_text
from policies.access.ask import BadQuestions, answer
from policies.access.defects import defects
from policies.access.graph import BadExport, PolicyGraph, read_graph
from policies.access.graph.changed import changed_since
from policies.access.graph.exempted import with_exempted_endpoints
from policies.pack import exemptions as exempted
from policies.pack.captured import CapturedStack, read

# Where `make check` leaves what it built.
CAPTURED = Path("build/check/resources.json")
# The exit code of a question that cannot be answered: typer's own for a wrong command line.
UNANSWERED = 2

Resources = Annotated[
    list[Path] | None,
    typer.Option(
        "--resources",
        metavar="FILE",
        help=f"Instead of {CAPTURED}: captured resources, or `pulumi stack export` of every stack, once each.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]

# Beside the settings at the repository's root, whose access they show.
ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ROOT / "docs" / "access"

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Decide, show and prove who may do what.")


@app.callback()
def access() -> None:
    """Decide, show and prove who may do what."""


@app.command()
def ask(file: Annotated[Path, typer.Argument(help="A JSON list of authorization requests, called questions.")]) -> None:
    """Decide the requests of FILE as AWS would, and print a JSON list of id, allowed and because.

    What a question may say: docs/access.md, "What a question says".
    """
    try:
        answers = answer(file)
    except BadQuestions as bad:
        for problem in bad.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(1) from bad
    typer.echo(json.dumps(answers, indent=2, ensure_ascii=False))


def _reviewed(files: list[Path], exemptions: Path) -> PolicyGraph:
    """The files' graph, with who answers for endpoints that nothing limits. Raises BadExport and BadExemptions."""
    from policies.pack.rules import RULES

    today = datetime.datetime.now(tz=datetime.UTC).date()
    return with_exempted_endpoints(read_graph(*files), exempted.read(exemptions, RULES, today), today)


@app.command()
def review(
    files: Annotated[
        list[Path], typer.Argument(help="build/rehearsal/resources.json, or `pulumi stack export` of every stack.")
    ],
    write: Annotated[bool, typer.Option("--write", help="Write the documents instead of comparing them.")] = False,
    golden: Annotated[bool, typer.Option(help="Compare with, or write, the documents in the folder.")] = True,
    documents: Annotated[Path, typer.Option(help="Folder of access-matrix.md and access-proofs.md.")] = DOCUMENTS,
    everything: Annotated[bool, typer.Option("--all", help="Show every finding of every check.")] = False,
    exemptions: Annotated[Path, typer.Option(help="Exemptions of the policy pack.")] = exempted.PATH,
    inventory: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of another program's exports: what its buckets, keys and roles are for."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say below each theorem what it says.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --inventory: for machines.")] = False,
) -> None:
    """Decide the access matrix, prove the theorems, find missing grants and measure documents. Exits 1 if any fails.

    With --inventory, the exports are any Pulumi AWS program's: prove what can be said of it, and list what was not
    read.
    """
    if as_json and inventory is None:
        raise typer.BadParameter("only with --inventory", param_hint="--json")
    if inventory is not None:
        _review_estate(files, inventory, everything=everything, explain=explain, as_json=as_json)
        return
    graph, stacks = _decidable(files, exemptions)
    # z3 takes longer to load than `ask`, which has no use for it, takes to answer.
    from policies.access.console import print_review
    from policies.access.encoding import MalformedDocument, Unsupported
    from policies.access.package_data import NotInstalled

    try:
        shown = documents if golden else None
        holds = print_review(graph, stacks, documents=shown, write=write, everything=everything, explain=explain)
    except (MalformedDocument, Unsupported) as bad:
        # The proofs read documents for themselves and more strictly, such as an ARN operator with a value that is none.
        typer.echo(f"{bad}: correct the policy, and write the file again", err=True)
        raise typer.Exit(1) from bad
    except NotInstalled as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(1) from missing
    if not holds:
        raise typer.Exit(1)


def _decidable(files: list[Path], exemptions: Path) -> tuple[PolicyGraph, list[CapturedStack]]:
    """The files' graph and stacks; ends the command where they cannot be read, or AWS would refuse a policy of them."""
    try:
        graph = _reviewed(files, exemptions)
        stacks = [stack for file in files for stack in read(file)]
    except (BadExport, exempted.BadExemptions) as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(1) from bad
    problems = defects(graph)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    return graph, stacks


def _review_estate(files: list[Path], inventory: Path, *, everything: bool, explain: bool, as_json: bool) -> None:
    """Review another program's exports; ends the command where something does not hold or was not read."""
    from policies.access.encoding import MalformedDocument, Unsupported
    from policies.access.inventory.console import print_estate
    from policies.access.inventory.entries import BadInventory, read_inventory
    from policies.access.inventory.estate import read_estate
    from policies.access.inventory.review import review_estate
    from policies.access.package_data import NotInstalled

    try:
        found = review_estate(read_estate(files, read_inventory(inventory)))
    except (BadExport, BadInventory, MalformedDocument, Unsupported, NotInstalled) as bad:
        typer.echo(str(bad), err=True)
        raise typer.Exit(1) from bad
    print_estate(found, everything=everything, explain=explain, as_json=as_json)
    if not found.holds:
        raise typer.Exit(1)


@app.command("inventory-schema")
def inventory_schema() -> None:
    """Print the JSON schema of an inventory."""
    from policies.access.inventory.entries import schema

    typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


@app.command("who-can")
def who_can_(
    verb: Annotated[str, typer.Argument(help="Such as read, write, delete, approve, call, start, push.")],
    thing: Annotated[
        str, typer.Argument(help="Such as models, data, logs, keys, registry, endpoints, pipelines, image.")
    ],
    resources: Resources = None,
    stack: Annotated[str | None, typer.Option(help="Only the thing of this stack.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say who can do VERB to THING, from where, and by which statements.

    Exits 0 with an answer, also where it is nobody; 2 where the question or a file cannot be read.
    """
    graph = _captured(resources)
    try:
        found = queries.who_can(graph, verb, thing, stack=stack)
    except queries.UnknownWord as unknown:
        raise _unanswered(unknown) from unknown
    if as_json:
        typer.echo(json.dumps(query_text.who_can_json(graph, found), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(query_text.who_can_lines(graph, found)))


@app.command("what-can")
def what_can_(
    name: Annotated[
        str, typer.Argument(help="A role's name or ARN, a kind of role (approver), or 'any administrator'.")
    ],
    resources: Resources = None,
    as_json: AsJson = False,
) -> None:
    """Say what NAME can do, from where, and by which statements.

    Exits 0 with an answer, also where it is nothing; 2 where the question or a file cannot be read.
    """
    graph = _captured(resources)
    try:
        found = queries.what_can(graph, name)
    except queries.UnknownWord as unknown:
        raise _unanswered(unknown) from unknown
    if as_json:
        typer.echo(json.dumps(query_text.what_can_json(graph, found), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(query_text.what_can_lines(graph, name, found)))


def _captured(resources: list[Path] | None) -> PolicyGraph:
    """The graph of the files; ends the command where it cannot be read or lacks stacks that others refer to."""
    if resources is None and not CAPTURED.exists():
        raise _unanswered(f"{CAPTURED}: there is no such file; run `make check`, which writes it, or give --resources")
    try:
        graph = read_graph(*(resources or [CAPTURED]))
    except BadExport as bad:
        raise _unanswered(bad) from bad
    problems = defects(graph)
    if problems:
        raise _unanswered("\n".join(problems))
    if resources is None:
        for changed in changed_since(CAPTURED, graph.stacks, ROOT):
            typer.echo(f"warning: {changed} since {CAPTURED} was written: run `make check` to ask of today's", err=True)
    return graph


def _unanswered(problem: object) -> typer.Exit:
    for line in str(problem).splitlines():
        typer.echo(f"error: {line}", err=True)
    return typer.Exit(UNANSWERED)


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
