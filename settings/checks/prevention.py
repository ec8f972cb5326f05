"""Check that the instance types of endpoints and Studio are those that the account's foundation lets through."""

from __future__ import annotations

from collections.abc import Iterator

from settings.document import KeyPath
from settings.load import StackFile
from settings.problems import SettingsProblem
from settings.stack_files import StackFiles, problem_at, text_at, texts_at
from settings.values import StackKind


def instance_types_are_let_through(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """No role of an account starts an instance of a type that `prevention.instanceTypes` of its foundation lacks."""
    for file in stack_files.of_kind(StackKind.DATA_SCIENCE):
        for index, name in enumerate(texts_at(file, "studio", "instanceTypes")):
            yield from _prevented(stack_files, file, ("studio", "instanceTypes", index), name, file)
    for file in stack_files.of_kind(StackKind.PROJECT):
        data_science = stack_files.find(text_at(file, "dataScience"), StackKind.DATA_SCIENCE)
        workloads = [stack_files.find(stack, StackKind.WORKLOAD) for stack in texts_at(data_science, "workloads")]
        for stage in texts_at(file, "stages"):
            path = ("deployments", stage, "instanceType")
            wanted = text_at(file, *path)
            serving = [each for each in workloads if each and text_at(each, "stage") == stage]
            # One problem for a value, however many accounts refuse it.
            found = (
                problem for each in serving if wanted for problem in _prevented(stack_files, file, path, wanted, each)
            )
            yield from [problem for problem in [next(found, None)] if problem]


def _prevented(
    stack_files: StackFiles, file: StackFile, path: KeyPath, name: str, host: StackFile
) -> Iterator[SettingsProblem]:
    """A problem for a type that the foundation of a stack's account prevents."""
    account = text_at(host, "account")
    foundations = stack_files.of_kind(StackKind.FOUNDATION)
    foundation = next((each for each in foundations if account and text_at(each, "account") == account), None)
    allowed = tuple(texts_at(foundation, "prevention", "instanceTypes"))
    # A list that is wrong by itself is reported already.
    if foundation and allowed and name not in allowed:
        message = f"is prevented in account {account}: add it to prevention.instanceTypes of {foundation.name}"
        yield problem_at(file, path, message, name, allowed=allowed)
