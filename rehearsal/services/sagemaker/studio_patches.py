"""What moto's SageMaker lacks of Studio: spaces and apps, and what a domain makes in its VPC and leaves there.

Deleted apps are still listed for a while, with the status Deleted (botocore, service model of sagemaker, ListApps:
AppStatus). The domain's file system and security groups are made by SageMaker itself, as nobody's request.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import parameters, pick, records
from rehearsal.service_model.patches import Patches
from rehearsal.services.sagemaker.patches import new_in_domain

# The tag by which SageMaker marks the file system that it made for a domain.
HOME_TAG = "ManagedByAmazonSageMakerResource"
_NFS = 2049
_DIRECTIONS = ("inbound", "outbound")


def patch(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    patches.wrap(SageMakerResponse, "create_domain", domain_makes_file_system_and_groups)
    patches.wrap(SageMakerResponse, "delete_domain", domain_leaves_its_groups)
    patches.wrap(SageMakerResponse, "delete_domain", domain_with_profiles_stays)
    patches.wrap(SageMakerResponse, "delete_user_profile", profile_with_spaces_or_apps_stays)
    patches.add(
        SageMakerResponse,
        create_space,
        describe_space,
        list_spaces,
        delete_space,
        create_app,
        describe_app,
        list_apps,
        delete_app,
    )


def group_name(direction: str, domain: str) -> str:
    """Name of one of the two security groups that a domain makes for its file system."""
    return f"security-group-for-{direction}-nfs-{domain}"


# ---- domains


@aws_behavior(
    'SageMaker Developer Guide, "Delete an Amazon SageMaker AI domain"',
    "aws-samples and aws-solutions clean-up scripts: tag ManagedByAmazonSageMakerResource, security-group-for-"
    "inbound-nfs-<domain> and outbound",
)
def domain_makes_file_system_and_groups(original: Callable[..., Any], instance: Any) -> Any:
    """A domain makes a home file system with a mount target in each subnet, and two groups for NFS that name each
    other."""
    answer = original(instance)
    members, backend = parameters(instance), instance.sagemaker_backend
    domain = backend.domains[f"d-{members['DomainName']}"]
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    ours = {
        direction: ec2.create_security_group(group_name(direction, domain.id), "Studio's home", domain.vpc_id)
        for direction in _DIRECTIONS
    }
    _open(ec2, ours["inbound"].id, ours["outbound"].id)
    efs = efs_backends[backend.account_id][backend.region_name]
    home = efs.create_file_system(
        # Of its own: the home of an earlier domain of this name may still be there.
        creation_token=str(uuid.uuid4()),
        performance_mode="generalPurpose",
        encrypted=True,
        kms_key_id=members.get("KmsKeyId") or "",
        throughput_mode="bursting",
        provisioned_throughput_in_mibps=0,
        availability_zone_name="",
        backup=False,
        tags=[{"Key": HOME_TAG, "Value": domain.arn}],
    )
    for subnet in domain.subnet_ids:
        target = efs.create_mount_target(home.file_system_id, subnet, security_groups=[ours["inbound"].id])
        # Whose a mount target was is asked when it is gone.
        records(efs, "mount-target-made")[target.mount_target_id] = {
            "system": home.file_system_id,
            "interface": target.network_interface_id,
        }
    records(backend, "home")[domain.id] = {"FileSystemId": home.file_system_id}
    return answer


def _open(ec2: Any, inbound: str, outbound: str) -> None:
    ec2.authorize_security_group_ingress(
        inbound, "tcp", _NFS, _NFS, [], source_groups=[{"GroupId": outbound}], vpc_id=None
    )
    ec2.revoke_security_group_egress(outbound, "-1", None, None, [{"CidrIp": "0.0.0.0/0"}], [])
    ec2.authorize_security_group_egress(
        outbound, "tcp", _NFS, _NFS, [], source_groups=[{"GroupId": inbound}], vpc_id=None
    )


@aws_behavior(
    'SageMaker API Reference, "RetentionPolicy"',
    'SageMaker Developer Guide, "Delete an Amazon SageMaker AI domain"',
    "aws-cloudformation/cloudformation-coverage-roadmap issue 1085",
)
def domain_leaves_its_groups(original: Callable[..., Any], instance: Any) -> Any:
    """A deleted domain leaves its two security groups, and its file system with mount targets unless told to delete
    it."""
    members, backend = parameters(instance), instance.sagemaker_backend
    answer = original(instance)
    home = records(backend, "home").pop(members["DomainId"], None)
    if home and (members.get("RetentionPolicy") or {}).get("HomeEfsFileSystem") == "Delete":
        efs = efs_backends[backend.account_id][backend.region_name]
        system = efs.file_systems_by_id[home["FileSystemId"]]
        for target in list(system.iter_mount_targets()):
            efs.delete_mount_target(target.mount_target_id)
        efs.delete_file_system(home["FileSystemId"])
    return answer


@aws_behavior(
    'SageMaker Developer Guide, "Delete an Amazon SageMaker AI domain"', "botocore, DeleteDomain: ResourceInUse"
)
def domain_with_profiles_stays(original: Callable[..., Any], instance: Any) -> Any:
    """A domain with user profiles or spaces cannot be deleted."""
    backend, identity = instance.sagemaker_backend, parameters(instance)["DomainId"]
    profiles = [p["UserProfileName"] for p in records(backend, "profile").values() if p["DomainId"] == identity]
    spaces = [s["SpaceName"] for s in records(backend, "space").values() if s["DomainId"] == identity]
    if profiles or spaces:
        what = [f"{kind} {', '.join(names)}" for kind, names in (("profiles", profiles), ("spaces", spaces)) if names]
        raise ResourceInUseException(f"Unable to delete Domain {identity}: it has {' and '.join(what)}")
    return original(instance)


# ---- profiles


@aws_behavior(
    'SageMaker Developer Guide, "Delete an Amazon SageMaker AI domain"', "botocore, DeleteUserProfile: ResourceInUse"
)
def profile_with_spaces_or_apps_stays(original: Callable[..., Any], instance: Any) -> Any:
    """A user profile that owns spaces or runs apps cannot be deleted."""
    members, backend = parameters(instance), instance.sagemaker_backend
    domain, name = members["DomainId"], members["UserProfileName"]
    spaces = [
        s["SpaceName"] for s in records(backend, "space").values() if s["DomainId"] == domain and _owner(s) == name
    ]
    apps = [a["AppName"] for a in _apps(backend, domain) if a.get("UserProfileName") == name and _runs(a)]
    if spaces or apps:
        raise ResourceInUseException(
            f"Unable to delete UserProfile [{name}] of domain {domain}: it has "
            f"spaces [{', '.join(spaces)}] and apps [{', '.join(apps)}]"
        )
    return original(instance)


def _owner(space: dict[str, Any]) -> str | None:
    owner: str | None = (space.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
    return owner


# ---- spaces


def space_of(backend: Any, domain: str, name: str) -> dict[str, Any]:
    """A space's record. Raises ResourceNotFound."""
    found = records(backend, "space").get(f"{domain}/{name}")
    if found is None:
        raise ResourceNotFound(message=f"Space [{name}] does not exist in domain {domain}.")
    return found


def create_space(instance: Any) -> ActionResult:
    """CreateSpace: ready at once."""
    members, backend = parameters(instance), instance.sagemaker_backend
    domain, name = members["DomainId"], members["SpaceName"]
    arn = new_in_domain(backend, "space", "Space", domain, name)
    now = time.time()
    record = {**members, "SpaceArn": arn, "Status": "InService", "CreationTime": now, "LastModifiedTime": now}
    records(backend, "space")[f"{domain}/{name}"] = record
    # Kept when the space is gone: whose it was decides who might delete it.
    records(backend, "space-made")[f"{domain}/{name}"] = record
    return ActionResult({"SpaceArn": arn})


def describe_space(instance: Any) -> ActionResult:
    """DescribeSpace."""
    members = parameters(instance)
    found = space_of(instance.sagemaker_backend, members["DomainId"], members["SpaceName"])
    return ActionResult({name: value for name, value in found.items() if name != "Tags"})


def list_spaces(instance: Any) -> ActionResult:
    """ListSpaces, of one domain or of all."""
    wanted = parameters(instance).get("DomainIdEquals")
    found = [s for s in records(instance.sagemaker_backend, "space").values() if wanted in (None, s["DomainId"])]
    shown = ("DomainId", "SpaceName", "Status", "CreationTime", "LastModifiedTime")
    summaries = [{**pick(s, shown), "OwnershipSettingsSummary": s.get("OwnershipSettings") or {}} for s in found]
    return ActionResult({"Spaces": summaries})


@aws_behavior("botocore, DeleteSpace: ResourceInUse", 'SageMaker Developer Guide, "Delete a space"')
def delete_space(instance: Any) -> EmptyResult:
    """A space in which an app runs cannot be deleted."""
    members, backend = parameters(instance), instance.sagemaker_backend
    domain, name = members["DomainId"], members["SpaceName"]
    space_of(backend, domain, name)
    running = [app["AppName"] for app in _apps(backend, domain) if app.get("SpaceName") == name and _runs(app)]
    if running:
        raise ResourceInUseException(f"Unable to delete Space [{name}]: apps {', '.join(running)} are not deleted")
    del records(backend, "space")[f"{domain}/{name}"]
    return EmptyResult()


# ---- apps


def _apps(backend: Any, domain: str | None) -> list[dict[str, Any]]:
    return [app for app in records(backend, "app").values() if domain in (None, app["DomainId"])]


def _runs(app: dict[str, Any]) -> bool:
    return app["Status"] not in ("Deleted", "Failed")


def _app_key(members: dict[str, Any]) -> str:
    of = members.get("SpaceName") or members.get("UserProfileName")
    return f"{members['DomainId']}/{of}/{members['AppType']}/{members['AppName']}"


def create_app(instance: Any) -> ActionResult:
    """CreateApp: in service at once."""
    members, backend = parameters(instance), instance.sagemaker_backend
    if members.get("SpaceName"):
        space_of(backend, members["DomainId"], members["SpaceName"])
    before = records(backend, "app").get(_app_key(members))
    if before and _runs(before):
        raise ResourceInUseException(message=f"App [{members['AppName']}] exists already.")
    arn = f"{backend.domains[members['DomainId']].arn.partition(':domain/')[0]}:app/{_app_key(members)}"
    records(backend, "app")[_app_key(members)] = {
        **members,
        "AppArn": arn,
        "Status": "InService",
        "CreationTime": time.time(),
    }
    return ActionResult({"AppArn": arn})


def _app(instance: Any) -> dict[str, Any]:
    members = parameters(instance)
    found = records(instance.sagemaker_backend, "app").get(_app_key(members))
    if found is None:
        raise ResourceNotFound(message=f"App [{members['AppName']}] does not exist.")
    return found


def describe_app(instance: Any) -> ActionResult:
    """DescribeApp."""
    return ActionResult({name: value for name, value in _seen(_app(instance)).items() if name not in ("Tags", "Looks")})


def list_apps(instance: Any) -> ActionResult:
    """ListApps of a domain, a space or a profile; deleted ones are among them."""
    members = parameters(instance)
    wanted = {"SpaceName": "SpaceNameEquals", "UserProfileName": "UserProfileNameEquals"}
    shown = ("DomainId", "SpaceName", "UserProfileName", "AppType", "AppName", "Status", "CreationTime")
    found = [
        _seen(app)
        for app in _apps(instance.sagemaker_backend, members.get("DomainIdEquals"))
        if all(members.get(member) in (None, app.get(name)) for name, member in wanted.items())
    ]
    return ActionResult({"Apps": [pick(app, shown) for app in found]})


@aws_behavior("botocore, service model of sagemaker, AppStatus", "aws-samples/cloudformation-studio-domain issue 2")
def delete_app(instance: Any) -> EmptyResult:
    """A deleted app takes a while to end, and is listed as Deleted afterwards."""
    app = _app(instance)
    if app["Status"] == "Deleted":
        raise ResourceInUseException(message=f"App [{app['AppName']}] is deleted.")
    app["Status"], app["Looks"] = "Deleting", 1
    return EmptyResult()


def _seen(app: dict[str, Any]) -> dict[str, Any]:
    """The app as somebody sees it who looks; one that is being deleted has gone when they look again."""
    if app["Status"] == "Deleting":
        app["Looks"] -= 1
        if app["Looks"] < 0:
            app["Status"] = "Deleted"
    return app
