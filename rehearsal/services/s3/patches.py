"""What moto's S3 lacks: notifications to EventBridge are shown, delete markers can be deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import FakeDeleteMarker
from moto.s3.responses import S3Response

from rehearsal.service_model.patches import Patches


def patch(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    patches.wrap(S3Response, "get_bucket_notification", _notification)
    patches.add(FakeDeleteMarker, dispose)


def dispose(_: Any) -> None:
    """A marker holds no contents to let go of; the service asks every version to."""


def _notification(original: Callable[..., Any], instance: Any) -> Any:
    found = instance.backend.get_bucket_notification_configuration(instance.bucket_name)
    if found is None or found.event_bridge is None or found.topic or found.queue or found.cloud_function:
        return original(instance)
    instance.data["Action"] = "GetBucketNotificationConfiguration"
    return instance.serialized(ActionResult({"EventBridgeConfiguration": {}}))
