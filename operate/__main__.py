"""`python -m operate`: the command line."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from operate import approve as approve_
from operate import redrive as redrive_
from operate import releases as releases_
from operate import rollback as rollback_
from operate import traffic as traffic_
from operate.entries import from_registry
from operate.errors import OperateError, refused
from operate.project import Project, find_project, find_projects
from operate.session import Session, session_of
from operate.table import table

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="What people of the platform team and approvers do with releases.",
)
REFUSED, INTERRUPTED = 1, 130
WATCH_SECONDS = 10.0


@app.callback()
def _commands() -> None:
    """Each command by its name, even where there is one alone."""


ProjectId = Annotated[str | None, typer.Option(help="The project's id; without it all projects.")]
Stage = Annotated[str | None, typer.Option(help="One stage alone.")]
Account = Annotated[str | None, typer.Option(help="One account alone.")]
Profile = Annotated[str | None, typer.Option(help="AWS profile to act with; else the environment's credentials.")]
Directory = Annotated[Path, typer.Option(help="Where the stack files are.")]


@contextmanager
def _told() -> Iterator[None]:
    """Refusals on standard error, with exit code 1."""
    try:
        yield
    except OperateError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(REFUSED) from None


@app.command()
def releases(
    project: ProjectId = None,
    stage: Stage = None,
    account: Account = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
    profile: Profile = None,
    directory: Directory = Path(),
) -> None:
    """Say which version serves where, since when, by whose word, what it replaced and why others ended."""
    with _told():
        found: list[releases_.Line] = []
        for each in find_projects(directory, project):
            if stage is not None:
                _has_stage(each, stage)
            session = session_of(profile, each.scope.region)
            session.caller(each.scope.account, "an approver")
            try:
                changes = releases_.read_changes(each, session.client("s3"), [stage] if stage else each.stages)
                found += releases_.lines(changes, account)
            except releases_.NotReadable:
                found += from_registry(each, session.client("sagemaker"), stage, account)
        if as_json:
            typer.echo(json.dumps([asdict(line) for line in found], indent=1))
        elif found:
            typer.echo(table(releases_.in_words(found)))
        else:
            typer.echo("nothing has been released there")


@app.command()
def rollback(
    project: Annotated[str, typer.Option(help="The project's id.")],
    stage: Annotated[str, typer.Option(help="The stage that goes back.")] = "production",
    to: Annotated[str | None, typer.Option(help="The version to go back to; without it the one before.")] = None,
    reason: Annotated[str, typer.Option(help="Why; the records and the subscribers are told.")] = "",
    follow: Annotated[
        str | None, typer.Option(help="Start nothing: watch this execution of the rollback pipeline.")
    ] = None,
    profile: Profile = None,
    directory: Directory = Path(),
) -> None:
    """Bring a stage back to the version before, or to a named one that it has served, within the same guardrails."""
    with _told():
        found = find_project(directory, project)
        _has_stage(found, stage)
        session = session_of(profile, found.scope.region)
        caller = session.caller(found.scope.account, "an approver or an administrator")
        codepipeline = session.client("codepipeline")
        if follow is None:
            why = rollback_.clean_reason(reason)
            package = _way_back(found, session, stage, to)
            typer.echo(f"started for {caller.person}: {why}")
            follow = rollback_.start(found, codepipeline, stage, package, why)
        again = f"python -m operate rollback --project {project} --stage {stage} --follow {follow}"
        try:
            rollback_.follow(found, codepipeline, follow, typer.echo)
        except KeyboardInterrupt:
            typer.echo(f"\nthe rollback goes on without you; to look at it again: {again}", err=True)
            raise typer.Exit(INTERRUPTED) from None
        typer.echo(f"{stage} went back; what serves: python -m operate releases --project {project} --stage {stage}")


def _way_back(project: Project, session: Session, stage: str, to: str | None) -> str:
    """The package to go back to; `none` where the pipeline has to find it out, for whoever reads no records."""
    try:
        changes = releases_.read_changes(project, session.client("s3"), [stage])
    except releases_.NotReadable:
        typer.echo("you read no records: whether it can go there, the pipeline finds out")
        package = project.package(to) if to else "none"
    else:
        way = rollback_.choose(changes, stage, to)
        typer.echo(way.in_words())
        package = way.target.package
    if package != "none":
        rollback_.require_approved(session.client("sagemaker"), package)
    return package


@app.command()
def traffic(
    project: Annotated[str, typer.Option(help="The project's id.")],
    stage: Annotated[str, typer.Option(help="The stage.")] = "production",
    account: Account = None,
    watch: Annotated[bool, typer.Option(help="Look again every few seconds until nothing shifts any more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
    profile: Profile = None,
    directory: Directory = Path(),
) -> None:
    """Say where the traffic of a stage stands: fleets, weights, alarms, the API's deployment. One account at a time.

    It is asked in the account itself, as its administrator or auditor.
    """
    with _told():
        found = find_project(directory, project)
        _has_stage(found, stage)
        accounts = traffic_.accounts_of(found, stage, account)
        if len(accounts) != 1:
            raise OperateError(f"{stage} of {project} has the accounts {', '.join(accounts)}: name one with --account")
        session = session_of(profile, found.scope.region)
        session.caller(accounts[0], "an administrator or auditor")
        while True:
            now = traffic_.read(found, stage, accounts[0], session.client)
            typer.echo(json.dumps(asdict(now), indent=1) if as_json else traffic_.in_words(now))
            if not watch or not now.shifting:
                break
            time.sleep(WATCH_SECONDS)


@app.command()
def approve(
    project: Annotated[str, typer.Option(help="The project's id.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the answer.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Let it into production.")] = False,
    no: Annotated[bool, typer.Option("--no", help="Keep it out.")] = False,
    profile: Profile = None,
    directory: Directory = Path(),
) -> None:
    """Show what a deploy pipeline asks; with --yes or --no and a reason, answer it."""
    with _told():
        if yes and no:
            raise OperateError("--yes and --no exclude each other: say one of them")
        found = find_project(directory, project)
        session = session_of(profile, found.scope.region)
        caller = session.caller(found.scope.account, "an approver")
        question = approve_.find_question(found, session.client)
        typer.echo(question.in_words())
        if not yes and not no:
            typer.echo(f"to answer: python -m operate approve --project {project} --yes (or --no) --reason TEXT")
            return
        if yes:
            approve_.require_four_eyes(question, caller)
        approve_.answer(found, session.client("codepipeline"), question, approved=yes, reason=reason)
        typer.echo(f"{'approved' if yes else 'rejected'} by {caller.person}")


@app.command()
def redrive(
    project: ProjectId = None,
    stack: Annotated[str | None, typer.Option(help="A foundation or workload stack, as its account's owner.")] = None,
    queue: Annotated[str | None, typer.Option(help="One queue alone, by its name.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what waits, and change nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Try again what was set aside before.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many messages of a queue.")] = 100,
    profile: Profile = None,
    directory: Directory = Path(),
) -> None:
    """Hand events that nobody could deal with over again; delete those that are dealt with now."""
    with _told():
        where = redrive_.place(directory, project, stack)
        session = session_of(profile, where.region)
        caller = session.caller(where.account, where.role)
        sqs = session.client("sqs")
        try:
            known = redrive_.chosen(where.queues, queue)
            readers = [redrive_.LostEventReader(sqs, where.account, each) for each in known]
            if dry_run:
                shown = redrive_.rows(readers, limit, datetime.now(UTC))
                typer.echo(table(shown) if len(shown) > 1 else "nothing waits")
                return
            typer.echo(f"as {caller.role} ({caller.person})")
            complete = True
            for reader in readers:
                told = redrive_.redrive(reader, session.patient_client, limit, typer.echo, again=again)
                typer.echo(f"{reader.name}: {told.in_words()}")
                complete = complete and told.complete
        except (ClientError, BotoCoreError) as error:
            raise refused(error, "redrive", "nothing is lost: run it again") from None
        except KeyboardInterrupt:
            typer.echo("\nstopped: what was not dealt with is in its queue", err=True)
            raise typer.Exit(INTERRUPTED) from None
        if not complete:
            raise typer.Exit(REFUSED)


def _has_stage(project: Project, stage: str) -> None:
    if stage not in project.stages:
        raise OperateError(f"project {project.id} has no stage {stage!r}; its stages: {', '.join(project.stages)}")


if __name__ == "__main__":
    app(prog_name="python -m operate")
