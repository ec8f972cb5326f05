"""GuardDuty. Actions and condition keys: Service Authorization Reference, "Amazon GuardDuty"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import Operations, arn_template, on_each, requires, tag_actions
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Values, create_or_update
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

_DETECTOR = {"DetectorId": "{id}"}

DETECTOR = ResourceType(
    type="aws:guardduty/detector:Detector",
    read_after_create=False,
    create=ApiCall(operation="CreateDetector", defaults={"enable": True}),
    id="DetectorId",
    read=ReadCall(
        operation="GetDetector",
        parameters=_DETECTOR,
        outputs={"enable": "Status=='ENABLED'"},
    ),
    update=(ApiCall(operation="UpdateDetector", parameters=_DETECTOR),),
    delete=(ApiCall(operation="DeleteDetector", parameters=_DETECTOR),),
    outputs={"arn": "arn:{partition}:guardduty:{region}:{account}:detector/{id}"},
    tagging=TagOperations(parameters={"ResourceArn": "{arn}"}),
    sample=Sample({"enable": True}, update={"findingPublishingFrequency": "ONE_HOUR"}),
)


def _feature(values: Values, resource: Values) -> Values:
    """GuardDuty changes features by a list in its detector's update."""
    return {"features": [{name: resource[name] for name in ("name", "status")}]} if values else values


FEATURE = ResourceType(
    type="aws:guardduty/detectorFeature:DetectorFeature",
    read_after_create=False,
    **create_or_update("UpdateDetector", transform=_feature, parameters={"DetectorId": "{detectorId}"}),
    id="{detectorId}/{name}",
    replace_on=("detectorId", "name"),
    read=ReadCall(
        operation="GetDetector",
        parameters={"DetectorId": "{detectorId}"},
        path="Features[?Name=='{name}'] | [0]",
    ),
    # A feature is never gone, as long as its detector is there: the provider leaves it as it is.
    delete=(),
    not_sent={"additionalConfigurations": "of runtime monitoring, which the platform has not"},
    sample=Sample(
        {
            "detectorId": "${aws:guardduty/detector:Detector.id}",
            "name": "S3_DATA_EVENTS",
            "status": "ENABLED",
        },
        update={"status": "DISABLED"},
    ),
)

OPERATIONS: Operations = {
    **on_each(
        "guardduty",
        arn_template("guardduty", "detector/{DetectorId}"),
        "DeleteDetector",
        "GetDetector",
        "UpdateDetector",
    ),
    **tag_actions("guardduty", "{ResourceArn}", "TagKeys"),
    "CreateDetector": requires("guardduty:CreateDetector", tags="Tags"),
    "ListDetectors": requires("guardduty:ListDetectors"),
}


def patch(patches: Patches) -> None:
    """An update of one feature leaves the others as they are."""
    from moto.guardduty.models import Detector

    patches.wrap(Detector, "update", _update)


def _update(
    original: Callable[..., Any], instance: Any, enable: Any, frequency: Any, sources: Any, features: Any
) -> None:
    before = {feature["name"]: feature for feature in instance.features}
    original(instance, enable, frequency, sources, None)
    instance.features = list({**before, **{feature["name"]: feature for feature in features or ()}}.values())


SERVICE = AwsService(
    name="guardduty",
    operations=OPERATIONS,
    resource_types=(DETECTOR, FEATURE),
    patch=patch,
)
