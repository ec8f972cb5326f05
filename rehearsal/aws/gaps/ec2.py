"""EC2: descriptions of rules whose source is a group or a prefix list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from rehearsal.aws.gaps.keeping import wrap


def install() -> None:
    """Complete the service."""
    wrap(SecurityGroupRule, "__init__", _init)
    setattr(SecurityGroupRule, "description", property(_description))  # noqa: B010 - mypy forbids the assignment


def _init(original: Callable[..., Any], this: Any, *arguments: Any, **named: Any) -> None:
    original(this, *arguments, **named)
    given = (one for one in (*arguments, *named.values()) if isinstance(one, dict) and "PrefixListId" in one)
    this._of_prefix_list = next(given, {}).get("Description")


def _description(this: Any) -> str | None:
    found: str | None = this.ip_range.get("Description") or this.source_group.get("Description")
    return found or this._of_prefix_list
