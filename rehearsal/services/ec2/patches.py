"""What moto's EC2 lacks: descriptions of rules whose source is a group or a prefix list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from rehearsal.service_model.patches import Patches


def patch(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    patches.wrap(SecurityGroupRule, "__init__", _init)
    patches.set(SecurityGroupRule, "description", property(_description))


def _init(original: Callable[..., Any], instance: Any, *arguments: Any, **named: Any) -> None:
    original(instance, *arguments, **named)
    values = (*arguments, *named.values())
    prefix_lists = (value for value in values if isinstance(value, dict) and "PrefixListId" in value)
    instance._prefix_list_description = next(prefix_lists, {}).get("Description")


def _description(instance: Any) -> str | None:
    found: str | None = instance.ip_range.get("Description") or instance.source_group.get("Description")
    return found or instance._prefix_list_description
