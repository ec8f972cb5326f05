"""The stacks of any program's exports: one for each provider, since a stack may reach several accounts and Regions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from catalog.scope import Scope
from policies.access.graph.model import account_of
from policies.access.graph.stack_resources import StackResources, joined
from policies.access.inventory.unread import Unreadable
from policies.pack.captured import CapturedStack, read
from policies.pack.model import StackResource

# The provider called its S3 types so between its versions 6 and 7 (pulumi-aws, "7.0 migration guide").
_SECOND_VERSION = re.compile(r"aws:s3/(\w+)V2:(\w+)V2")
_BUCKET = "aws:s3/bucket:Bucket"
_PROVIDER = "pulumi:providers:aws"
_ACCOUNT = re.compile(r"\d{12}")


class ExportedStack(StackResources):
    """The resources that one provider made in a stack. `account` is what is known where no ARN tells it.

    `name` is what messages call it, `stack` what Pulumi does.
    """

    def __init__(self, name: str, stack: str, resources: Sequence[StackResource], account: str) -> None:
        super().__init__(name, resources)
        self.stack = stack
        self.resources = resources
        self._account = account

    @cached_property
    def platform_tag(self) -> str | None:
        """None: another program's tags are its own."""
        return None

    @cached_property
    def scope(self) -> Scope:
        """Partition, region and account, as the first ARN with an account says them."""
        known = next((parts for parts in map(_own_arn, self.resources) if parts), None)
        partition, region, account = known or ("aws", "", self._account)
        return Scope(partition=partition, account=account, region=region, prefix="")


def read_exports(paths: Iterable[Path], accounts: Sequence[str], unread: Unreadable) -> list[ExportedStack]:
    """The stacks of all files, each knowing the others. Raises BadFile. `accounts` are those of the inventory."""
    captured = [stack for path in paths for stack in read(path, of_any_program=True)]
    for stack in captured:
        for operation in stack.unfinished:
            unread.add(stack.stack, f"{operation}: bring the stack up, and export it again")
    names = [stack.stack for stack in captured]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        captured = [_with_project(stack) if stack.stack in repeated else stack for stack in captured]
    return [each for stack in captured for each in _by_provider(stack, accounts, unread)]


def join(stacks: Sequence[ExportedStack]) -> None:
    """Let each stack know all, so that what one declares is found where it points."""
    joined(stacks)


def as_captured(stacks: Iterable[ExportedStack]) -> list[CapturedStack]:
    """The stacks as readers of properties take them."""
    return [
        CapturedStack(stack.name, tuple(stack.resources), tuple(stack.resources), exported=True) for stack in stacks
    ]


def _with_project(stack: CapturedStack) -> CapturedStack:
    """The stack called after its program too: stacks of two programs are often both called `dev`."""
    project = next((one.urn.split("::")[1] for one in stack.with_outputs if "::" in one.urn), "")
    return replace(stack, stack=f"{project}/{stack.stack}")


def _by_provider(stack: CapturedStack, accounts: Sequence[str], unread: Unreadable) -> list[ExportedStack]:
    providers = {one.urn: one for one in stack.with_outputs if one.type == _PROVIDER}
    groups: dict[str, list[StackResource]] = {}
    for resource in stack.with_outputs:
        # <URN of the provider>::<its id>; nothing of what no provider made, such as the stack itself.
        urn = str(resource.opts.get("provider") or "").rpartition("::")[0]
        groups.setdefault(urn if urn in providers else "", []).append(_normal(resource))
    found: list[ExportedStack] = []
    for urn, resources in groups.items():
        provider = providers.get(urn)
        name = f"{stack.stack} by {provider.name}" if provider and len(groups) > 2 else stack.stack
        one = ExportedStack(name, stack.stack.rpartition("/")[2], resources, _account_of(provider, accounts))
        made = [each for each in resources if each.custom and each.type.startswith("aws:")]
        if made and not _ACCOUNT.fullmatch(one.scope.account):
            unread.add(name, f"no ARN tells the account of {len(made)} resources, such as {made[0].urn}")
        found.append(one)
    return found


def _normal(resource: StackResource) -> StackResource:
    """The resource as the provider's newest version calls it; a bucket without the list that gives its owner alone."""
    match = _SECOND_VERSION.fullmatch(resource.type)
    token = f"aws:s3/{match[1]}:{match[2]}" if match else resource.type
    if token != _BUCKET:
        return replace(resource, type=token)
    props = {name: value for name, value in resource.props.items() if not _is_owners(name, value)}
    return replace(resource, type=token, props=props)


def _is_owners(name: str, value: object) -> bool:
    """Whether a property of a bucket says that its access control list gives nothing to others, as it does at first.

    Source: Amazon S3 User Guide, "Access control list (ACL) overview".
    """
    if name == "acl":
        return value == "private"
    if name != "grants" or not isinstance(value, list | tuple) or len(value) != 1:
        return False
    grant = value[0] if isinstance(value[0], Mapping) else {}
    return (
        grant.get("permissions") == ["FULL_CONTROL"] and grant.get("type") == "CanonicalUser" and not grant.get("uri")
    )


def _own_arn(resource: StackResource) -> tuple[str, str, str] | None:
    arn = resource.props.get("arn")
    if not resource.custom or not isinstance(arn, str):
        return None
    account = account_of(arn)
    parts = arn.split(":", 5)
    return (parts[1], parts[3], account) if account and _ACCOUNT.fullmatch(account) else None


def _account_of(provider: StackResource | None, accounts: Sequence[str]) -> str:
    """The account that a provider is kept to or whose role it assumes, or the only one that there is."""
    props: Mapping[str, Any] = provider.props if provider else {}
    texts = re.findall(
        r"\d{12}", f"{props.get('allowedAccountIds', '')} {props.get('assumeRole', '')} {props.get('assumeRoles', '')}"
    )
    known = sorted(set(texts)) or sorted(set(accounts))
    return known[0] if len(known) == 1 else ""
