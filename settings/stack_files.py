"""All stack files of a directory, and what can be read of them whatever else is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from settings.document import KeyPath, closest_line, dotted
from settings.load import StackFile, read_stack
from settings.model import WorkloadSettings
from settings.problems import SettingsProblem, shown
from settings.unread_files import stack_paths, unread_files
from settings.values import DeploymentStage, StackKind

# Kinds of stacks that make roles and networks in an account.
HOSTS = (StackKind.DATA_SCIENCE, StackKind.WORKLOAD)


@dataclass(frozen=True)
class StackFiles:
    """All stack files of a directory."""

    files: tuple[StackFile, ...]

    @cached_property
    def by_stack(self) -> dict[str, StackFile]:
        """Every file by the stack that it belongs to."""
        return {file.stack: file for file in self.files}

    def of_kind(self, *kinds: StackKind) -> list[StackFile]:
        """The files of some kinds, kind by kind, in the order of their names."""
        return [file for kind in kinds for file in self.files if file.kind is kind]

    def find(self, stack: str | None, kind: StackKind) -> StackFile | None:
        """The file of a stack, if there is one of that kind."""
        file = self.by_stack.get(stack or "")
        return file if file and file.kind is kind else None

    def in_order(self, kind: str | None = None) -> list[str]:
        """Stacks in the order in which they come up: AWS refuses a policy that names a role which does not exist.

        Within a kind by name, but workload stacks by stage. Files that are wrong are left out.
        """
        order = [StackKind.FOUNDATION, StackKind.WORKLOAD, StackKind.DATA_SCIENCE, StackKind.PROJECT]
        stages = list(DeploymentStage)

        def position(file: StackFile) -> tuple[int, int, str]:
            stage = file.settings.stage if isinstance(file.settings, WorkloadSettings) else stages[0]
            return order.index(file.kind or StackKind.PROJECT), stages.index(stage), file.stack

        valid = [file for file in self.files if file.settings is not None]
        return [file.stack for file in sorted(valid, key=position) if kind in (None, str(file.kind))]

    def without_staging(self) -> list[str]:
        """A line for each project whose models go into production untested, with the reason that its file gives."""
        found = [(file.stack, text_at(file, "withoutStaging")) for file in self.of_kind(StackKind.PROJECT)]
        return [f"{stack}: no staging, no test before production: {reason}" for stack, reason in found if reason]

    def is_open(self, stack: str) -> bool:
        """Whether a stack has a file of which nobody knows what it says, which is a problem by itself."""
        file = self.by_stack.get(stack)
        return file is not None and file.kind is None

    def counts(self) -> dict[str, int]:
        """Number of stack files of each kind."""
        return dict(Counter(str(file.kind) for file in self.files if file.kind))


def read_stack_files(directory: Path) -> StackFiles:
    """Reads every `Pulumi.<stack>.yaml` of the directory.

    A stack whose file has a name that nobody reads is there too, as one that could not be read: what others say of it
    is no further mistake.
    """
    found = [read_stack(path) for path in stack_paths(directory)]
    misnamed = {unread.stack: unread.problem for unread in unread_files(directory) if unread.stack}
    found += [StackFile(f"Pulumi.{stack}.yaml", stack, problems=[problem]) for stack, problem in misnamed.items()]
    return StackFiles(tuple(sorted(found, key=lambda file: file.name)))


def text_at(file: StackFile | None, *path: str) -> str | None:
    """The text at a path of keys; None if it is missing or wrong by itself."""
    found = value_at(file, path)
    return found if isinstance(found, str) else None


def texts_at(file: StackFile | None, *path: str) -> list[str]:
    """The texts of the list at a path of keys, without the entries that are wrong by themselves."""
    found = value_at(file, path)
    return [value for value in found if isinstance(value, str)] if isinstance(found, list) else []


def in_question(file: StackFile | None, *path: str) -> bool:
    """Whether something at a path of keys, or within it, is wrong by itself, so that what it lacks may be meant."""
    key = dotted(path)
    wrong = [problem.key for problem in file.problems] if file else []
    return any(each == key or each.startswith((f"{key}.", f"{key}[")) for each in wrong)


def sections_at(file: StackFile | None, *path: str) -> list[dict[str, object]]:
    """A list of sections of a file, by index; an item that is no section is empty."""
    found = value_at(file, path)
    return [value if isinstance(value, dict) else {} for value in found] if isinstance(found, list) else []


def keys_at(file: StackFile | None, *path: str) -> list[str]:
    """The keys of the mapping at a path of keys."""
    found = value_at(file, path)
    return [key for key in found if isinstance(key, str)] if isinstance(found, dict) else []


def differences(file: StackFile, other: StackFile | None, *keys: str) -> Iterator[SettingsProblem]:
    """A problem for each value that must equal the other stack's and does not."""
    for key in keys:
        given, expected = text_at(file, key), text_at(other, key)
        if other and given and expected and given != expected:
            message = f"{other.stack} has {expected}: both must be in the same account and compute the same names"
            if file.kind is StackKind.WORKLOAD:
                message = f"{other.stack} has {expected}: both must compute the same names"
            yield problem_at(file, (key,), message, given)


def value_at(file: StackFile | None, path: tuple[str, ...]) -> object:
    """The value at a path of keys; None if it is missing or wrong by itself."""
    value: object = file.valid_values if file else None
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def problem_at(
    file: StackFile,
    path: KeyPath,
    message: str,
    given: str | None,
    allowed: tuple[str, ...] = (),
    match: str | None = None,
) -> SettingsProblem:
    """A problem with the value at a path, with its line, or that of the section which lacks it."""
    return SettingsProblem(
        file=file.name,
        key=dotted(path),
        given=None if given is None else shown(given),
        message=message,
        allowed=allowed,
        nearest=match,
        line=closest_line(file.positions, path),
    )
