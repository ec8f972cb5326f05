"""Rights of Studio's spaces and apps. Service Authorization Reference, "Amazon SageMaker AI"."""

from __future__ import annotations

from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    RightsFunction,
    requires,
    values,
)
from rehearsal.service_model.service import AwsService

# Kind → the end of its ARN and the settings that name its instance types.
_SPACE, _APP = "space/{DomainId}/{SpaceName}", "app/{DomainId}/{SpaceName}/{AppType}/{AppName}"


def _space_record(request: ApiRequest) -> dict[str, object]:
    """The space that a request is about: as it says itself, or as it was created."""
    from moto.sagemaker.models import sagemaker_backends  # moto's SageMaker takes its time to load

    from rehearsal.service_model.emulator import records

    backend = sagemaker_backends[request.account][request.region]
    key = f"{request.parameters.get('DomainId')}/{request.parameters.get('SpaceName')}"
    return {**records(backend, "space-made").get(key, {}), **request.parameters}


def _owned(resource: str) -> RightsFunction:
    """An action on a space or app: condition keys say whose space it is, and whether others use it."""

    def rights(request: ApiRequest) -> list[Right]:
        space = _space_record(request)
        context: dict[str, str | tuple[str, ...]] = {"sagemaker:DomainId": str(request.parameters.get("DomainId", ""))}
        owner = next(iter(values(space, "OwnershipSettings.OwnerUserProfileName")), "")
        if owner:
            profile = f"user-profile/{request.parameters.get('DomainId')}/{owner}"
            context["sagemaker:OwnerUserProfileArn"] = (
                f"arn:{request.partition}:sagemaker:{request.region}:{request.account}:{profile}"
            )
        sharing = next(iter(values(space, "SpaceSharingSettings.SharingType")), "")
        if sharing:
            context["sagemaker:SpaceSharingType"] = sharing
        types = values(request.parameters, "ResourceSpec.InstanceType")
        if types:
            context["sagemaker:InstanceTypes"] = tuple(types)
        arn = f"arn:{request.partition}:sagemaker:{request.region}:{request.account}:{resource}"
        row = RequiredAction(action=f"sagemaker:{request.operation}", resource=arn)
        return [Right(action=r.action, resource=r.resource, context=context) for r in row.rights(request)]

    return rights


OPERATIONS: Operations = {
    "CreateApp": (_owned(_APP),),
    "CreateSpace": (_owned(_SPACE),),
    "ListApps": requires("sagemaker:ListApps"),
    "ListSpaces": requires("sagemaker:ListSpaces"),
}


def _patch(patches: Patches) -> None:
    from rehearsal.services.sagemaker.studio_patches import patch  # moto's SageMaker takes its time to load

    patch(patches)


PART = AwsService(name="sagemaker", operations=OPERATIONS, patch=_patch)
