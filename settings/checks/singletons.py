"""Check that what an organization or an account has once is made, or brought along, by one stack."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from catalog import names
from settings.document import KeyPath, dotted
from settings.load import StackFile
from settings.problems import SettingsProblem
from settings.stack_files import HOSTS, StackFiles, problem_at, text_at, texts_at, value_at
from settings.values import StackKind

_POLICY = ("prevention", "serviceControlPolicy")


def organization_policy_is_made_once(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """An organization has one service control policy of a name, and a target has it attached once.

    Source: AWS Organizations API Reference, "CreatePolicy" (DuplicatePolicyException).
    """
    making = [file for file in stack_files.of_kind(StackKind.FOUNDATION) if texts_at(file, *_POLICY)]
    for index, file in enumerate(making):
        first = next((other for other in making[:index] if _clash(file, other)), None)
        if first is None:
            continue
        name = f"{text_at(first, 'prefix')}-{names.FOUNDATION}-prevention"
        message = f"{first.name} makes the organization's policy {name} already: list every root, unit and account "
        message += "there, and drop serviceControlPolicy here"
        yield problem_at(file, _POLICY, message, ", ".join(texts_at(file, *_POLICY)))


def _clash(file: StackFile, other: StackFile) -> bool:
    """Whether two foundations give their policies one name, or attach them to one target."""
    shared = {*texts_at(file, *_POLICY)} & {*texts_at(other, *_POLICY)}
    return bool(shared) or text_at(file, "prefix") == text_at(other, "prefix")


def accounts_have_one_data_science_stack(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Two data science stacks in an account would make the same image repository and roles of projects."""
    for first, second in combinations(stack_files.of_kind(StackKind.DATA_SCIENCE), 2):
        account = text_at(second, "account")
        single = value_at(first, ("singleAccount",)) or value_at(second, ("singleAccount",))
        # Without the switch two stacks in one account are told anyway.
        if account and account == text_at(first, "account") and single:
            message = (
                f"is the account of {first.stack} too, and an account has one data science stack: give each its own"
            )
            yield problem_at(second, ("account",), message, account)


def things_brought_along_are_one_stacks(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A key and a bucket have one policy, which the stack that uses them writes."""
    seen: dict[str, tuple[StackFile, KeyPath]] = {}
    for file in stack_files.of_kind(*HOSTS):
        for path, thing in _brought_along(file):
            first, place = seen.setdefault(thing, (file, path))
            if first is not file:
                message = f"is {dotted(place)} of {first.name} too, and each stack writes its policy: give each its own"
                yield problem_at(file, path, message, thing)


def _brought_along(file: StackFile) -> Iterator[tuple[KeyPath, str]]:
    for section in ("keys", "buckets"):
        given = value_at(file, ("existing", section))
        for key, thing in given.items() if isinstance(given, dict) else ():
            if isinstance(thing, str):
                yield ("existing", section, key), thing
