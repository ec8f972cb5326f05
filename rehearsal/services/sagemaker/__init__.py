"""SageMaker: resource types and rights; what moto lacks of Studio and registries, and of what runs."""

from __future__ import annotations

from rehearsal.service_model.patches import Patches
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations
from rehearsal.services.sagemaker.operations import OPERATIONS
from rehearsal.services.sagemaker.resource_types import RESOURCE_TYPES


def _patch(patches: Patches) -> None:
    from rehearsal.services.sagemaker import pages  # moto's SageMaker takes its time to load
    from rehearsal.services.sagemaker import patches as studio

    studio.patch(patches)
    pages.patch(patches)


SERVICE = AwsService(
    name="sagemaker",
    operations=OPERATIONS,
    resource_types=RESOURCE_TYPES,
    tagging=TagOperations(tag="AddTags", untag="DeleteTags", parameters={"ResourceArn": "{arn}"}),
    patch=_patch,
    vpc_endpoint="sagemaker.api",
)
