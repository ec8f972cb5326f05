"""Check that nobody has two duties that are kept apart, whichever stack files give them.

`catalog.duties` says which duties those are. IAM knows a role by its account and its name, in whichever case and below
whichever path; a role of IAM Identity Center is another one in each account. Source: IAM User Guide, "IAM and AWS STS
quotas".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from catalog.duties import separations
from catalog.roles import ROLES, RoleKind
from settings.document import KeyPath, dotted
from settings.load import StackFile
from settings.made_roles import made_roles
from settings.problems import SettingsProblem
from settings.stack_files import StackFiles, keys_at, problem_at, text_at, texts_at
from settings.values import StackKind

_K = RoleKind
# Lists of roles, each with the duty that whoever signs in with them has.
LISTS: dict[StackKind, dict[tuple[str, ...], RoleKind]] = {
    StackKind.FOUNDATION: {
        ("deployer", "trustedBy"): _K.DEPLOYER,
        ("previewer", "trustedBy"): _K.PREVIEWER,
        ("people", "administrators"): _K.ADMINISTRATOR,
        ("people", "auditors"): _K.AUDITOR,
        # They bring foundations up, and so decide what an administrator may do.
        ("prevention", "owners"): _K.ADMINISTRATOR,
    },
    StackKind.DATA_SCIENCE: {("approvers",): _K.APPROVER},
    StackKind.PROJECT: {("administrators",): _K.TEAM_ADMINISTRATOR},
    StackKind.WORKLOAD: {},
}
# Which of two places is told to change: the later one, where fewer people depend on the role.
_ORDER = (
    _K.DEPLOYER,
    _K.ADMINISTRATOR,
    _K.APPROVER,
    _K.TEAM_APPROVER,
    _K.TEAM_ADMINISTRATOR,
    _K.AUDITOR,
    _K.PREVIEWER,
)


@dataclass(frozen=True)
class Holder:
    """A role that a stack file gives a duty, and where."""

    file: StackFile
    path: KeyPath
    arn: str
    duty: RoleKind


def duties_are_separate(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """No role has two duties that are kept apart."""
    holders = _holders(stack_files)
    own = {(made.account, made.name.lower()): made.kind for made in made_roles(stack_files)}
    for holder in holders:
        yield from _own_role(stack_files, holder, own)
    by_role: dict[tuple[str, str], list[Holder]] = {}
    for holder in holders:
        by_role.setdefault(identity(holder.arn), []).append(holder)
    for same in by_role.values():
        # One problem for two duties, in however many files a role has them.
        one_each = {holder.duty: holder for holder in reversed(same)}
        for first, second in combinations(sorted(one_each, key=_ORDER.index), 2):
            if reason := dict(separations(first)).get(second):
                other = one_each[first]
                message = f"is {_with_article(first)}'s too, by {dotted(other.path)} of {other.file.name}: {reason}; "
                message += "give each duty a role of its own"
                yield problem_at(one_each[second].file, one_each[second].path, message, one_each[second].arn)


def accounts_are_known(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Whoever signs in comes from an account that a stack names, or that the account's foundation lists."""
    named = {text_at(file, "account") for file in stack_files.files}
    # A file whose account cannot be read may be the one that is looked for.
    if None in named:
        return
    foundations = stack_files.of_kind(StackKind.FOUNDATION)
    for holder in _holders(stack_files):
        own = [each for each in foundations if text_at(each, "account") == text_at(holder.file, "account")]
        listed = {account for each in own or foundations for account in texts_at(each, "identityAccounts")}
        # Owners are spared by path and name, in whichever account of the organization.
        account = identity(holder.arn)[0]
        if account in named | listed or holder.path[0] == "prevention":
            continue
        where = " or ".join(each.name for each in own or foundations) or "its foundation"
        message = f"is in account {account}, which no stack names: where people or CI sign in there, add "
        message += f'"{account}" to identityAccounts in {where}; otherwise give a role of an account of the platform'
        yield problem_at(holder.file, holder.path, message, holder.arn)


def identity(arn: str) -> tuple[str, str]:
    """What IAM knows a role by."""
    return arn.split(":")[4], arn.rpartition("/")[2].lower()


def _holders(stack_files: StackFiles) -> list[Holder]:
    """Every role that a file gives a duty."""
    found = []
    for file in stack_files.of_kind(*StackKind):
        assert file.kind  # noqa: S101 - of_kind gives no other
        for path, duty in LISTS[file.kind].items():
            found += [Holder(file, (*path, index), arn, duty) for index, arn in enumerate(texts_at(file, *path))]
        for project in keys_at(file, "projectApprovers"):
            path = ("projectApprovers", project)
            found += [
                Holder(file, (*path, index), arn, _K.TEAM_APPROVER) for index, arn in enumerate(texts_at(file, *path))
            ]
        # All other stacks sign in with their account's deployer, which is the platform's own.
        arn = text_at(file, "credentials", "roleArn")
        if arn and file.kind is StackKind.FOUNDATION:
            found.append(Holder(file, ("credentials", "roleArn"), arn, _K.ADMINISTRATOR))
    return found


def _own_role(
    stack_files: StackFiles, holder: Holder, own: dict[tuple[str, str], RoleKind]
) -> Iterator[SettingsProblem]:
    """A problem for a role of the platform's own that may not have the duty."""
    kind = own.get(identity(holder.arn))
    reason = _why_not(kind, holder.duty) if kind else None
    message = f"is the platform's own role of {_with_article(kind)}: {reason}" if kind and reason else None
    first, slash, _ = holder.arn.partition(":role/")[2].partition("/")
    if kind is None and slash and first in {text_at(file, "prefix") for file in stack_files.files}:
        message = f"stands below /{first}/, where the platform makes its roles, and no stack makes this one"
    # The data science stack tells of approvers below its own prefix by itself.
    approves = ROLES[holder.duty].approves
    told = approves and slash and first == text_at(holder.file, "prefix")
    if message and not told:
        message += "; give a role that people or CI sign in with"
        yield problem_at(holder.file, holder.path, message, holder.arn)


def _why_not(kind: RoleKind, duty: RoleKind) -> str | None:
    if kind is duty:
        return None
    return dict(separations(kind)).get(duty) or (
        None if ROLES[kind].signs_in else "it is not one that people sign in with"
    )


def _with_article(kind: RoleKind) -> str:
    text = kind.value.replace("-", " ")
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"
