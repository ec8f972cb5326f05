"""What people make in a Studio domain, and what the domain itself makes in its VPC and leaves there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from functions.cleaner.waiting import NotRemoved, Waiting, gone

# The tag by which SageMaker marks the file system that it made for a domain.
HOME_TAG = "ManagedByAmazonSageMakerResource"
_ENDED = ("Deleted", "Failed")
# What SageMaker and EFS say of what is not there, or is going already.
_GONE = ("ResourceNotFound", "FileSystemNotFound", "MountTargetNotFound", "IncorrectFileSystemLifeCycleState")
# What SageMaker says of an app that another run deletes (botocore sagemaker, DeleteApp); the next look tells.
_IN_USE = "ResourceInUse"
# What EC2 says of a group, or of rules in it, that another run removed (EC2 API Reference, "Error codes").
_CLOSED = ("InvalidGroup.NotFound", "InvalidPermission.NotFound")
_AGAIN = "Wait for it, and run `pulumi destroy` again"


def spaces(sagemaker: Any, domain: str) -> list[str]:
    """Names of the domain's spaces."""
    pages = sagemaker.get_paginator("list_spaces").paginate(DomainIdEquals=domain)
    return [space["SpaceName"] for page in pages for space in page["Spaces"]]


def apps(sagemaker: Any, domain: str) -> list[dict[str, str]]:
    """Apps that run in the domain, each as DeleteApp names it, with its status; deleted ones are still listed."""
    pages = sagemaker.get_paginator("list_apps").paginate(DomainIdEquals=domain)
    names = ("SpaceName", "UserProfileName", "AppType", "AppName", "Status")
    return [
        {name: app[name] for name in names if name in app}
        for page in pages
        for app in page["Apps"]
        if app["Status"] not in _ENDED
    ]


def end(sagemaker: Any, domain: str, waiting: Waiting) -> list[str]:
    """Delete every app and then every space, with the volumes of the spaces. Raises NotRemoved."""
    removed: dict[str, None] = {}
    for _ in waiting.looks():
        running = apps(sagemaker, domain)
        for app in running:
            if app["Status"] != "Deleting":
                gone((*_GONE, _IN_USE), sagemaker.delete_app, DomainId=domain, **_without_status(app))
                removed[f"app {app['AppName']} of {app.get('SpaceName') or app.get('UserProfileName')}"] = None
        if not running:
            break
        print(f"{domain}: waiting for {len(running)} apps to end")
    else:
        raise NotRemoved(f"{domain}: apps have been told to end and still run: {_shown(running)}. {_AGAIN}")
    asked: set[str] = set()
    for _ in waiting.looks():
        left = spaces(sagemaker, domain)
        for space in left:
            if space not in asked:
                gone(_GONE, sagemaker.delete_space, DomainId=domain, SpaceName=space)
                asked.add(space)
        if not left:
            return [*removed, *(f"space {space}" for space in sorted(asked))]
    raise NotRemoved(f"{domain}: spaces are being deleted and still there: {', '.join(left)}. {_AGAIN}")


def _without_status(app: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in app.items() if name != "Status"}


def _shown(running: list[dict[str, str]]) -> str:
    return ", ".join(f"{app['AppName']} ({app['Status']})" for app in running)


# ---- the domain's own


def mark(clients: Callable[[str], Any], domain: str, tags: Mapping[str, str]) -> list[str]:
    """Tag the domain's file system and security groups while it is known whose they are: nobody may touch others."""
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    groups = [group["GroupId"] for group in _groups(clients("ec2"), [_name("*", domain)])]
    if groups:
        clients("ec2").create_tags(Resources=groups, Tags=pairs)
    systems = [system["FileSystemId"] for system in _homes(clients("efs")) if _domain_of(system) == domain]
    for system in systems:
        clients("efs").tag_resource(ResourceId=system, Tags=pairs)
    return [*groups, *systems]


def clear_network(clients: Callable[[str], Any], event: Mapping[str, Any], waiting: Waiting) -> list[str]:
    """Remove what a deleted domain left in its VPC, known by its tags: mount targets, then its two security groups.

    Event: `vpc`, `tags`, `delete`. The file system with people's homes goes only where `delete` names studio; without
    mount targets it stays, and hinders nobody. Raises NotRemoved.
    """
    efs, ec2, removed = clients("efs"), clients("ec2"), []
    tags, delete_home = event["tags"], "studio" in event["delete"]
    for system in _homes(efs):
        if not _tagged(system, tags):
            continue
        removed += _unmount(efs, system["FileSystemId"], waiting)
        if delete_home:
            removed += _delete_home(efs, system["FileSystemId"], waiting)
    groups = [
        group
        for group in _groups(ec2, [_name("*", "*")])
        if group.get("VpcId") == event["vpc"] and _tagged(group, tags)
    ]
    for group in groups:
        _close(ec2, group)
    for group in groups:
        _delete_group(ec2, group["GroupId"], waiting)
        removed.append(group["GroupName"])
    return removed


def _unmount(efs: Any, system: str, waiting: Waiting) -> list[str]:
    asked: set[str] = set()
    left: list[str] = []
    for _ in waiting.looks():
        left = _mount_targets(efs, system)
        for target in left:
            if target not in asked:
                gone(_GONE, efs.delete_mount_target, MountTargetId=target)
                asked.add(target)
        if not left:
            return sorted(asked)
        print(f"{system}: waiting for {len(left)} mount targets to go")
    raise NotRemoved(f"{system}: mount targets are being deleted and still there: {', '.join(left)}. {_AGAIN}")


def _delete_home(efs: Any, system: str, waiting: Waiting) -> list[str]:
    """Delete the file system as soon as EFS has let go of its mount targets."""
    for _ in waiting.looks():
        try:
            return [] if gone(_GONE, efs.delete_file_system, FileSystemId=system) else [system]
        except ClientError as error:
            if error.response["Error"]["Code"] != "FileSystemInUse":
                raise
    raise NotRemoved(f"{system}: EFS still counts its mount targets. {_AGAIN}")


def _mount_targets(efs: Any, system: str) -> list[str]:
    try:
        answer = efs.describe_mount_targets(FileSystemId=system)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return []
        raise
    return [target["MountTargetId"] for target in answer["MountTargets"]]


def _close(ec2: Any, group: Mapping[str, Any]) -> None:
    """Take a group's rules away: the two groups name each other, and neither can be deleted while it is named."""
    if group["IpPermissions"]:
        gone(
            _CLOSED,
            ec2.revoke_security_group_ingress,
            GroupId=group["GroupId"],
            IpPermissions=group["IpPermissions"],
        )
    if group["IpPermissionsEgress"]:
        gone(
            _CLOSED,
            ec2.revoke_security_group_egress,
            GroupId=group["GroupId"],
            IpPermissions=group["IpPermissionsEgress"],
        )


def _delete_group(ec2: Any, group: str, waiting: Waiting) -> None:
    """Delete a group as soon as no interface carries it: those of mount targets go a little later than these."""
    why = ""
    for _ in waiting.looks():
        try:
            ec2.delete_security_group(GroupId=group)
            return
        except ClientError as error:
            code, why = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if code in _CLOSED:
                return
            if code != "DependencyViolation":
                raise
    raise NotRemoved(
        f"security group {group} of Studio cannot be deleted: {why}. Look for what carries it with `aws ec2 "
        f"describe-network-interfaces --filters Name=group-id,Values={group}`, remove that, and destroy again"
    )


def _groups(ec2: Any, names: list[str]) -> Iterator[dict[str, Any]]:
    filters = [{"Name": "group-name", "Values": names}]
    for page in ec2.get_paginator("describe_security_groups").paginate(Filters=filters):
        yield from page["SecurityGroups"]


def _name(direction: str, domain: str) -> str:
    return f"security-group-for-{direction}-nfs-{domain}"


def _homes(efs: Any) -> Iterator[dict[str, Any]]:
    for page in efs.get_paginator("describe_file_systems").paginate():
        yield from (system for system in page["FileSystems"] if _domain_of(system))


def _domain_of(system: Mapping[str, Any]) -> str:
    return next((tag["Value"].rpartition("/")[2] for tag in system.get("Tags", []) if tag["Key"] == HOME_TAG), "")


def _tagged(thing: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
    return tags.items() <= {tag["Key"]: tag["Value"] for tag in thing.get("Tags", [])}.items()
