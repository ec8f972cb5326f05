"""EFS: what Studio makes and leaves. Service Authorization Reference, "Amazon Elastic File System"."""

from __future__ import annotations

from rehearsal.service_model.required_action import Operations, RequiredAction, arn_template, requires
from rehearsal.service_model.service import AwsService

_SYSTEM = arn_template("elasticfilesystem", "file-system/{FileSystemId}")

OPERATIONS: Operations = {
    "DeleteFileSystem": requires("elasticfilesystem:DeleteFileSystem", _SYSTEM),
    "DescribeFileSystems": requires("elasticfilesystem:DescribeFileSystems", _SYSTEM),
    "DescribeMountTargets": requires("elasticfilesystem:DescribeMountTargets", _SYSTEM),
    # The action's resource is the file system, which the request does not name; the decision takes any.
    "DeleteMountTarget": requires(
        "elasticfilesystem:DeleteMountTarget", arn_template("elasticfilesystem", "file-system/*")
    ),
    "TagResource": (
        RequiredAction(
            action="elasticfilesystem:TagResource",
            resource=arn_template("elasticfilesystem", "file-system/{ResourceId}"),
            tags="Tags",
        ),
    ),
}

SERVICE = AwsService(
    name="efs", signing_name="elasticfilesystem", operations=OPERATIONS, vpc_endpoint="elasticfilesystem"
)
