"""What moto's S3 lacks: notifications to EventBridge, delete markers that can be deleted, public policies refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeDeleteMarker, S3Backend
from moto.s3.responses import S3Response
from moto.s3control.models import s3control_backends

from policies.pack.public_buckets import public_statements
from policies.pack.statements import parse
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches
from rehearsal.services.s3 import encryption_patches


def patch(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    patches.wrap(S3Response, "get_bucket_notification", _notification)
    patches.add(FakeDeleteMarker, dispose)
    patches.wrap(S3Backend, "put_bucket_policy", public_policies_are_refused)
    encryption_patches.patch(patches)


def dispose(_: Any) -> None:
    """A marker holds no contents to let go of; the service asks every version to."""


def _notification(original: Callable[..., Any], instance: Any) -> Any:
    found = instance.backend.get_bucket_notification_configuration(instance.bucket_name)
    if found is None or found.event_bridge is None or found.topic or found.queue or found.cloud_function:
        return original(instance)
    instance.data["Action"] = "GetBucketNotificationConfiguration"
    return instance.serialized(ActionResult({"EventBridgeConfiguration": {}}))


@aws_behavior(
    'Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", section The meaning of "public"'
)
def public_policies_are_refused(original: Callable[..., None], backend: Any, bucket_name: str, policy: bytes) -> None:
    """S3 refuses a public bucket policy where the bucket or its account blocks them: no fixed listed key bounds it."""
    public = public_statements(parse(policy.decode(), "the bucket policy"))
    if public and _blocks_public_policies(backend, bucket_name):
        raise S3ClientError(
            "AccessDenied",
            f"s3:PutBucketPolicy on {bucket_name}: public policies are blocked by the BlockPublicPolicy block public "
            f"access setting, and {', '.join(public)} makes this one public",
        )
    original(backend, bucket_name, policy)


def _blocks_public_policies(backend: Any, bucket_name: str) -> bool:
    account = s3control_backends[backend.account_id][backend.partition].public_access_block
    blocks = (backend.get_bucket(bucket_name).public_access_block, account)
    return any(str(block.block_public_policy).lower() == "true" for block in blocks if block is not None)
