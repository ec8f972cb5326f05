"""Check that what Macie is told to read lets Macie in, and that nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from catalog import names
from settings.load import StackFile
from settings.problems import SettingsProblem
from settings.stack_files import HOSTS, StackFiles, in_question, problem_at, text_at, texts_at
from settings.values import StackKind

# Buckets whose objects have a key of the platform's, by kind of stack.
INSPECTABLE = {StackKind.DATA_SCIENCE: ("artifacts", "data", "models"), StackKind.WORKLOAD: ("capture",)}


def macie_is_let_in(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A bucket that a foundation tells Macie to read is one that its own stack lets Macie read."""
    for foundation, file in product(stack_files.of_kind(StackKind.FOUNDATION), stack_files.of_kind(*HOSTS)):
        account, region, prefix = (text_at(file, key) for key in ("account", "region", "prefix"))
        if account is None or region is None or file.kind is None or text_at(foundation, "account") != account:
            continue
        read = texts_at(foundation, "detection", "macieBuckets")
        for purpose in INSPECTABLE[file.kind]:
            bucket = text_at(file, "existing", "buckets", purpose) or _made(file, purpose, (prefix, account, region))
            if bucket in read and purpose not in texts_at(file, "inspected"):
                message = f"{foundation.name} tells Macie to read {bucket}, which does not let it in: add {purpose}"
                yield problem_at(file, ("inspected",), message, None)


def macie_is_switched_on(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A bucket that lets Macie in is one that its account's foundation tells Macie to read."""
    for foundation, file in product(stack_files.of_kind(StackKind.FOUNDATION), stack_files.of_kind(*HOSTS)):
        account, region, prefix = (text_at(file, key) for key in ("account", "region", "prefix"))
        if account is None or region is None or file.kind is None or in_question(foundation, "detection"):
            continue
        if text_at(foundation, "account") != account:
            continue
        read = texts_at(foundation, "detection", "macieBuckets")
        for index, purpose in enumerate(texts_at(file, "inspected")):
            bucket = text_at(file, "existing", "buckets", purpose) or _made(file, purpose, (prefix, account, region))
            if bucket and bucket not in read:
                message = f"lets Macie read {bucket}, which nobody tells it to: add the bucket to "
                message += f"detection.macieBuckets of {foundation.name}, and switch macie on there, or drop it"
                yield problem_at(file, ("inspected", index), message, purpose)


def _made(file: StackFile, purpose: str, scope: tuple[str | None, str, str]) -> str | None:
    """The bucket that the stack makes; None for a name that AWS does not allow, which another check tells."""
    prefix, account, region = scope
    try:
        return names.Names(prefix or "mlops", file.stack).bucket(purpose, account, region)
    except names.NameTooLong:
        return None
