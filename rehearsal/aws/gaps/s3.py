"""S3: a bucket's notifications to EventBridge are told; delete markers can be deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import FakeDeleteMarker
from moto.s3.responses import S3Response

from rehearsal.aws.gaps.keeping import add, wrap


def install() -> None:
    """Complete the service."""
    wrap(S3Response, "get_bucket_notification", _notification)
    add(FakeDeleteMarker, dispose)


def dispose(_: Any) -> None:
    """A marker holds no contents to let go of; the service asks every version to."""


def _notification(original: Callable[..., Any], this: Any) -> Any:
    found = this.backend.get_bucket_notification_configuration(this.bucket_name)
    if found is None or found.event_bridge is None or found.topic or found.queue or found.cloud_function:
        return original(this)
    this.data["Action"] = "GetBucketNotificationConfiguration"
    return this.serialized(ActionResult({"EventBridgeConfiguration": {}}))
