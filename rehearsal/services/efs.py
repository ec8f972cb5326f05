"""EFS: what Studio makes and leaves. Service Authorization Reference, "Amazon Elastic File System"."""

from __future__ import annotations

from rehearsal.service_model.emulator import records
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    arn_template,
    requires,
)
from rehearsal.service_model.service import AwsService

_SYSTEM = arn_template("elasticfilesystem", "file-system/{FileSystemId}")


def _unmounting(request: ApiRequest) -> list[Right]:
    """The action's resource is the file system, which the request does not name; EFS deletes the interface for its
    caller (EFS API Reference, "DeleteMountTarget")."""
    from moto.efs.models import efs_backends  # moto's EFS takes its time to load

    made = records(efs_backends[request.account][request.region], "mount-target-made")
    target = made.get(str(request.parameters.get("MountTargetId")), {})
    place = f"arn:{request.partition}:{{}}:{request.region}:{request.account}"
    return [
        Right(
            action="elasticfilesystem:DeleteMountTarget",
            resource=f"{place.format('elasticfilesystem')}:file-system/{target.get('system', '*')}",
        ),
        Right(
            action="ec2:DeleteNetworkInterface",
            resource=f"{place.format('ec2')}:network-interface/{target.get('interface', '*')}",
        ),
    ]


OPERATIONS: Operations = {
    "DeleteFileSystem": requires("elasticfilesystem:DeleteFileSystem", _SYSTEM),
    "DescribeFileSystems": requires("elasticfilesystem:DescribeFileSystems", _SYSTEM),
    "DescribeMountTargets": requires("elasticfilesystem:DescribeMountTargets", _SYSTEM),
    "DeleteMountTarget": (_unmounting,),
    "TagResource": (
        RequiredAction(
            action="elasticfilesystem:TagResource",
            resource=arn_template("elasticfilesystem", "file-system/{ResourceId}"),
            tags="Tags",
        ),
    ),
}


SERVICE = AwsService(
    name="efs",
    operations=OPERATIONS,
    signing_name="elasticfilesystem",
    vpc_endpoint="elasticfilesystem",
)
