"""Check that no two stacks, and no two projects, make something of the same name in one account.

The names are those that `catalog.names` gives; nothing here knows what they are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product

from catalog import names
from catalog.names import ProjectNames
from settings.document import KeyPath
from settings.load import StackFile
from settings.made_roles import made_roles
from settings.problems import SettingsProblem
from settings.stack_files import HOSTS, StackFiles, problem_at, text_at, texts_at
from settings.values import StackKind


@dataclass(frozen=True)
class MadeName:
    """A name that AWS knows once in an account. `path` is the place in the file that the name comes from."""

    file: StackFile
    path: KeyPath
    account: str
    sort: str
    name: str
    project: str = ""


def derived_names_differ(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """What two stacks make in one account has two names; one problem for two places, however many names they share."""
    seen: dict[tuple[str, str, str], MadeName] = {}
    told: set[tuple[str, KeyPath, str, KeyPath]] = set()
    # Of two projects the one with the longer id is told, which is more often made after the other's.
    for made in sorted(_made_names(stack_files), key=lambda made: len(made.project)):
        # IAM's names are the same whatever their case; all the others are lower case anyway.
        first = seen.setdefault((made.account, made.sort, made.name.lower()), made)
        pair = (first.file.stack, first.path, made.file.stack, made.path)
        same = (first.file.stack, first.path) == (made.file.stack, made.path)
        # One project in two stacks, or two with one id: other rules tell.
        if same or pair in told or (made.project and made.project == first.project):
            continue
        told.add(pair)
        what = f"project {made.project}" if made.project else made.file.stack
        other = f"project {first.project}" if first.project else first.file.stack
        message = f"{what} would make the {made.sort} {made.name} in account {made.account}, which {other} makes: "
        yield problem_at(made.file, made.path, f"{message}choose another {_word(made)}", made.project or None)


def stacks_are_not_named_like_foundations(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Names of an account's foundation begin with the word, whatever its stack is called; others do not."""
    message = "names of every account's foundation begin with it: choose another"
    for file in stack_files.of_kind(*HOSTS):
        if file.stack == names.FOUNDATION:
            yield problem_at(file, ("kind",), f"{file.stack}: {message} name for Pulumi.{file.stack}.yaml", None)
    for file in stack_files.of_kind(StackKind.PROJECT):
        if text_at(file, "id") == names.FOUNDATION:
            yield problem_at(file, ("id",), f"{message} id", names.FOUNDATION)
    for file, other in product(stack_files.of_kind(*HOSTS), stack_files.of_kind(StackKind.WORKLOAD)):
        account, stage = text_at(file, "account"), text_at(other, "stage")
        if account and account == text_at(other, "account") and file.stack == stage and file is not other:
            message = (
                f"names of {other.stack}, which serves {stage} in this account, begin with {stage} already: rename"
            )
            yield problem_at(file, ("kind",), f"{message} Pulumi.{file.stack}.yaml", None)


def _made_names(stack_files: StackFiles) -> Iterator[MadeName]:
    for role in made_roles(stack_files):
        yield MadeName(role.file, role.path, role.account, "role", role.name, role.project)
    for file in stack_files.of_kind(StackKind.PROJECT):
        account, prefix, identifier = (text_at(file, key) for key in ("account", "prefix", "id"))
        if account and prefix and identifier:
            for sort, name in _of_project(ProjectNames(prefix, identifier), texts_at(file, "stages")):
                yield MadeName(file, ("id",), account, sort, name, identifier)


def _of_project(project_names: ProjectNames, stages: list[str]) -> Iterator[tuple[str, str]]:
    """What a project makes beside roles, in the data science account. A name that is too long is told elsewhere."""
    of_project: list[tuple[str, Callable[[], str]]] = [
        ("model package group", project_names.group),
        ("SageMaker pipeline", project_names.pipeline),
        ("queue", project_names.dead_letters),
    ]
    for purpose in ("build", "deploy"):
        of_project.append(("pipeline", partial(project_names.code_pipeline, purpose)))
        of_project.append(("folder of artifacts", partial(project_names.artifact_folder, purpose)))
    of_project += [("StackSet", partial(project_names.stack_set, stage)) for stage in stages]
    for sort, name in of_project:
        try:
            yield sort, name()
        except names.NameTooLong:
            continue


def _word(made: MadeName) -> str:
    return "id" if made.path == ("id",) else "name"
