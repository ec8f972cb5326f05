"""EC2's networks."""

from __future__ import annotations

from rehearsal.service_model.patches import Patches
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations
from rehearsal.services.ec2.data_sources import DATA_SOURCES
from rehearsal.services.ec2.network import NETWORK
from rehearsal.services.ec2.operations import OPERATIONS
from rehearsal.services.ec2.security_groups import SECURITY_GROUPS


def _patch(patches: Patches) -> None:
    # moto's EC2 takes its time to load
    from rehearsal.services.ec2 import dhcp_options, endpoint_services
    from rehearsal.services.ec2.patches import patch

    patch(patches)
    endpoint_services.patch(patches)
    dhcp_options.patch(patches)


SERVICE = AwsService(
    name="ec2",
    operations=OPERATIONS,
    resource_types=(*NETWORK, *SECURITY_GROUPS),
    data_sources=DATA_SOURCES,
    tagging=TagOperations(tag="CreateTags", untag="DeleteTags", parameters={"Resources": ["{id}"]}),
    patch=_patch,
)
