"""Accounts that are suspended: AWS lets nobody in until they are opened again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

_suspended: set[str] = set()


@contextmanager
def suspended(account: str) -> Iterator[None]:
    """Suspend an account while the context lasts."""
    patches = Patches()
    for method in ("assume", "service_assume"):
        patches.wrap(Cloud, method, suspended_account_lets_nobody_in)
    _suspended.add(account)
    try:
        yield
    finally:
        _suspended.discard(account)
        patches.undo()


@aws_behavior(
    'AWS Account Management Reference Guide, "Close an AWS account"',
    "aws-solutions/aws-control-tower-customizations issues 48, 86; superwerker issue 243",
)
def suspended_account_lets_nobody_in(
    original: Callable[..., Any], cloud: Cloud, role_arn: str, *arguments: Any, **named: Any
) -> Any:
    """No role of a suspended account can be assumed, by nobody and no service."""
    account, role = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    if account in _suspended:
        raise NotTrusted(f"account {account} is suspended: {role} cannot be assumed")
    return original(cloud, role_arn, *arguments, **named)
