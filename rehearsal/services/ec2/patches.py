"""What moto's EC2 lacks: descriptions of rules by their source, and refusals to delete what is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches


def patch(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    patches.wrap(SecurityGroupRule, "__init__", _init)
    patches.set(SecurityGroupRule, "description", property(_description))
    patches.wrap(EC2Backend, "delete_security_group", security_group_in_use_stays)
    patches.wrap(EC2Backend, "delete_nat_gateway", _delete_nat_gateway)
    patches.wrap(EC2Backend, "delete_subnet", subnet_with_interfaces_stays)
    patches.wrap(EC2Backend, "delete_vpc", vpc_with_groups_stays)


def _init(original: Callable[..., Any], instance: Any, *arguments: Any, **named: Any) -> None:
    original(instance, *arguments, **named)
    values = (*arguments, *named.values())
    prefix_lists = (value for value in values if isinstance(value, dict) and "PrefixListId" in value)
    instance._prefix_list_description = next(prefix_lists, {}).get("Description")


def _description(instance: Any) -> str | None:
    found: str | None = instance.ip_range.get("Description") or instance.source_group.get("Description")
    return found or instance._prefix_list_description


def _delete_nat_gateway(original: Callable[..., Any], backend: Any, nat_gateway_id: str) -> Any:
    """A NAT gateway takes its interface with it."""
    gateway = original(backend, nat_gateway_id)
    backend.enis.pop(gateway._eni.id, None)
    return gateway


@aws_behavior('EC2 API Reference, "DeleteSecurityGroup"', 'Amazon VPC User Guide, "Delete a security group"')
def security_group_in_use_stays(
    original: Callable[..., Any], backend: Any, name: str | None = None, group_id: str | None = None
) -> Any:
    """A security group that a rule of another group names, or that an interface carries, cannot be deleted."""
    for group in backend.describe_security_groups():
        sources = [source.get("GroupId") for rule in _rules(group) for source in _sources(rule)]
        if group.id != group_id and group_id in sources:
            raise DependencyViolationError(f"resource {group_id} has a dependent object: a rule of {group.id} names it")
    carrying = [each.id for each in backend.enis.values() if group_id in [group.id for group in each.group_set]]
    if carrying:
        raise DependencyViolationError(f"resource {group_id} has a dependent object: {', '.join(carrying)} carry it")
    return original(backend, name, group_id)


def _rules(group: Any) -> list[Any]:
    return [*group.ingress_rules, *group.egress_rules]


def _sources(rule: Any) -> list[dict[str, Any]]:
    found = rule.source_group
    return list(found) if isinstance(found, list) else [found] if found else []


@aws_behavior('EC2 API Reference, "DeleteSubnet"', 'Amazon VPC User Guide, "Delete your subnet"')
def subnet_with_interfaces_stays(original: Callable[..., Any], backend: Any, subnet_id: str) -> Any:
    """A subnet in which interfaces are, such as those of a file system's mount targets, cannot be deleted."""
    inside = [each.id for each in backend.enis.values() if each.subnet.id == subnet_id]
    if inside:
        raise DependencyViolationError(
            f"The subnet '{subnet_id}' has dependencies and cannot be deleted: {', '.join(inside)}"
        )
    return original(backend, subnet_id)


@aws_behavior('EC2 API Reference, "DeleteVpc"', 'Amazon VPC User Guide, "Delete your VPC"')
def vpc_with_groups_stays(original: Callable[..., Any], backend: Any, vpc_id: str) -> Any:
    """A VPC with security groups beside its default one cannot be deleted."""
    groups = [group.name for group in backend.groups.get(vpc_id, {}).values() if group.name != "default"]
    if groups:
        raise DependencyViolationError(
            f"The vpc '{vpc_id}' has dependencies and cannot be deleted: security groups {', '.join(sorted(groups))}"
        )
    return original(backend, vpc_id)
