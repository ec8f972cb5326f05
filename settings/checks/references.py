"""Check that stacks and projects which name each other do so from both sides."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.nearest import nearest
from settings.load import StackFile
from settings.problems import SettingsProblem
from settings.stack_files import StackFiles, in_question, problem_at, text_at, texts_at, value_at
from settings.values import StackKind


def workloads_are_listed(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A data science stack lists every workload stack that admits projects of its: no model would reach another.

    One that admits none yet, or any longer, may be beside the list.
    """
    for data_science in stack_files.of_kind(StackKind.DATA_SCIENCE):
        if in_question(data_science, "workloads"):
            continue
        for file in _forgotten(stack_files, data_science):
            message = f"{data_science.stack} does not list this stack, so that no model reaches it: add {file.stack} "
            message += f"to workloads in {data_science.name}, or admit no project here"
            yield problem_at(file, ("registry", "stack"), message, data_science.stack)


def projects_are_admitted(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Every stage of a project has a workload stack that lists the project."""
    for file in stack_files.of_kind(StackKind.PROJECT):
        data_science = stack_files.find(text_at(file, "dataScience"), StackKind.DATA_SCIENCE)
        workloads = [] if in_question(data_science, "workloads") else texts_at(data_science, "workloads")
        for index, stage in enumerate(texts_at(file, "stages")):
            serving = [stack for stack in workloads if text_at(stack_files.by_stack.get(stack), "stage") == stage]
            # A workload stack that is not listed and would serve is told as such.
            forgotten = [each for each in _forgotten(stack_files, data_science) if text_at(each, "stage") == stage]
            if forgotten and not serving:
                continue
            message = _not_admitted(stack_files, workloads, serving, text_at(file, "id"))
            if message:
                yield problem_at(file, ("stages", index), message, stage)


def admitted_projects_exist(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A workload stack admits projects that a project stack of its data science stack defines."""
    projects = stack_files.of_kind(StackKind.PROJECT)
    # A file that cannot be read may be the one that is looked for, and one whose id is wrong is told.
    if any(file.kind is None for file in stack_files.files):
        return
    for file in stack_files.of_kind(StackKind.WORKLOAD):
        stack = text_at(file, "registry", "stack")
        own = [each for each in projects if text_at(each, "dataScience") in (stack, None)]
        known = {text_at(each, "id") for each in own} | {each.stack.removeprefix("project-") for each in own}
        allowed = tuple(sorted(text_at(each, "id") or "" for each in own))
        for index, project in enumerate(texts_at(file, "projects")):
            if project not in known and stack_files.find(stack, StackKind.DATA_SCIENCE):
                message = f"is no project of {stack}: add Pulumi.project-{project}.yaml, or drop it here"
                path = ("projects", index)
                yield problem_at(file, path, message, project, allowed=allowed, match=nearest(project, allowed))


def external_ids_match(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A stack that signs in with its account's deployer sends the external id that the foundation asks for."""
    for foundation in stack_files.of_kind(StackKind.FOUNDATION):
        account = text_at(foundation, "account")
        deployer, asked = value_at(foundation, ("deployer",)), text_at(foundation, "deployer", "externalId")
        if not account or not isinstance(deployer, dict) or "externalId" not in deployer:
            continue
        for file in stack_files.of_kind(StackKind.WORKLOAD, StackKind.DATA_SCIENCE, StackKind.PROJECT):
            role, given = text_at(file, "credentials", "roleArn"), text_at(file, "credentials", "externalId")
            credentials = value_at(file, ("credentials",))
            readable = isinstance(credentials, dict) and "externalId" in credentials
            # A role that is not the deployer is told by itself.
            if role and readable and text_at(file, "account") == account and given != asked:
                message = f"is not what deployer.externalId of {foundation.name} asks for, {asked}: give it"
                if asked is None:
                    message = (
                        f"is asked for by nobody: {foundation.name} has no deployer.externalId; drop it, or set both"
                    )
                yield problem_at(file, ("credentials", "externalId"), message, given)


def profiles_are_of_one_account(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A profile means one role of one account, wherever it is defined: in CI's jobs and on a person's machine."""
    first: dict[str, StackFile] = {}
    for file in stack_files.of_kind(*StackKind):
        profile, account = text_at(file, "credentials", "profile"), text_at(file, "account")
        if not profile or not account:
            continue
        other = first.setdefault(profile, file)
        if (theirs := text_at(other, "account")) != account:
            message = f"signs in to account {theirs} in {other.name}: give this stack a profile of {account}"
            yield problem_at(file, ("credentials", "profile"), message, profile)


def _forgotten(stack_files: StackFiles, data_science: StackFile | None) -> list[StackFile]:
    """Workload stacks that admit projects of a data science stack which does not list them."""
    listed = texts_at(data_science, "workloads")
    # A list that is wrong by itself, or names a stack that is not there, may mean any.
    if data_science is None or not listed or set(listed) - stack_files.by_stack.keys():
        return []
    workloads = stack_files.of_kind(StackKind.WORKLOAD)
    taking = [file for file in workloads if text_at(file, "registry", "stack") == data_science.stack]
    return [file for file in taking if file.stack not in listed and texts_at(file, "projects")]


def _not_admitted(stack_files: StackFiles, workloads: list[str], serving: list[str], project: str | None) -> str | None:
    """Why a project cannot reach a stage; nothing where the files leave that open."""
    if not workloads or not project:
        return None
    if not serving:
        # A missing or unreadable workload stack is a problem by itself, and may be the one that serves.
        open_question = any(text_at(stack_files.by_stack.get(stack), "stage") is None for stack in workloads)
        return None if open_question else "no workload stack serves this stage: drop it, or bring one up"
    files = [stack_files.by_stack[stack] for stack in serving]
    if any(in_question(file, "projects") or project in texts_at(file, "projects") for file in files):
        return None
    return f"no workload stack of this stage admits {project}: add it to projects in {', '.join(f.name for f in files)}"
