"""S3."""

from __future__ import annotations

from rehearsal.service_model.patches import Patches
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations
from rehearsal.services.s3.data_sources import CLOUD_CONTROL, DATA_SOURCES
from rehearsal.services.s3.operations import OPERATIONS, encryption_rights
from rehearsal.services.s3.resource_types import RESOURCE_TYPES


def _patch(patches: Patches) -> None:
    from rehearsal.services.s3.patches import patch  # moto's S3 takes its time to load

    patch(patches)


SERVICE = AwsService(
    name="s3",
    operations=OPERATIONS,
    resource_types=RESOURCE_TYPES,
    data_sources=DATA_SOURCES,
    cloud_control_types={"AWS::S3::Bucket": CLOUD_CONTROL},
    tagging=TagOperations(
        tag="PutBucketTagging", untag="DeleteBucketTagging", replaces_all=True, members={"tags": "Tagging.TagSet"}
    ),
    encryption_rights=encryption_rights,
    patch=_patch,
)
