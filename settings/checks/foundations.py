"""Check that every account has its foundation, and that foundations know what the stacks of their account need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from settings.foundation import FoundationSettings
from settings.load import StackFile
from settings.problems import SettingsProblem
from settings.stack_files import HOSTS, StackFiles, differences, problem_at, text_at
from settings.values import StackKind


def accounts_have_a_foundation(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Roles carry the boundary that their account's foundation makes."""
    foundations = stack_files.of_kind(StackKind.FOUNDATION)
    for first, second in combinations(foundations, 2):
        account = text_at(second, "account")
        if account and account == text_at(first, "account"):
            message = f"is the account of {first.stack} too: an account has one foundation, drop one of the two"
            yield problem_at(second, ("account",), message, account)
    # A file that cannot be read is a problem by itself, and may be the one that is looked for.
    open_question = any(file.kind is None for file in stack_files.files) or any(
        not text_at(f, "account") for f in foundations
    )
    for file in stack_files.of_kind(*HOSTS):
        account = text_at(file, "account")
        if account is None:
            continue
        foundation = next((each for each in foundations if text_at(each, "account") == account), None)
        if foundation is None and not open_question:
            way = _way_to_a_foundation(file, foundations)
            message = f"has no foundation stack, which makes the deployer and the boundary of every role: {way}"
            yield problem_at(file, ("account",), message, account)
        yield from differences(file, foundation, "prefix")


def _way_to_a_foundation(file: StackFile, foundations: Sequence[StackFile]) -> str:
    target = f"Pulumi.foundation-{file.stack}.yaml"
    named = next((each for each in foundations if each.name == target), None)
    if named:
        return f"{target} is of account {text_at(named, 'account')}; correct whichever of the two is wrong"
    example = foundations[0].name if foundations else "Pulumi.foundation.yaml of the examples"
    return f"copy {example} to {target} and set its account"


def foundations_watch_their_region(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A stack is in the region of its account's foundation.

    EventBridge, GuardDuty, Security Hub, AWS Config, Access Analyzer and Macie see one region each, and so does what
    stops jobs that break the rules: elsewhere nobody would watch. Source: AWS General Reference, "Service endpoints and
    quotas", whose services have an endpoint in each region.
    """
    for foundation, file in product(stack_files.of_kind(StackKind.FOUNDATION), stack_files.of_kind(*HOSTS)):
        account, region, watched = (
            text_at(file, "account"),
            text_at(file, "region"),
            text_at(foundation, "region"),
        )
        if account and account == text_at(foundation, "account") and region and watched and region != watched:
            message = f"{foundation.name} detects and corrects in {watched} alone, so that nobody would watch this "
            message += "stack: set both to one region, or give the stack an account of its own"
            yield problem_at(file, ("region",), message, region)


def deployers_know_buckets(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """The deployer that a foundation makes may reach existing buckets only if the foundation lists them:

    `existing_buckets` of the foundation, `existing.buckets` of a data science stack.
    """
    for foundation, file in product(
        stack_files.of_kind(StackKind.FOUNDATION), stack_files.of_kind(StackKind.DATA_SCIENCE)
    ):
        account = text_at(file, "account")
        # A foundation that is wrong by itself is reported already.
        if not isinstance(foundation.settings, FoundationSettings) or foundation.settings.account != account:
            continue
        for purpose in ("data", "models"):
            path = ("existing", "buckets", purpose)
            bucket = text_at(file, *path)
            if bucket and bucket not in foundation.settings.deployer.existing_buckets:
                message = f"may not be touched by the deployer: add it to deployer.existingBuckets of {foundation.name}"
                yield problem_at(file, path, message, bucket)
