"""Resources of a stack that belong together: a bucket and its policy, a key and its policy."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import StackResource, Unknown, UnknownValue

# Pulumi AWS v7 keeps both names of these types; the one with V2 is deprecated.
BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
BUCKET_LOGGING = ("aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2")
_IDENTITIES = ("id", "bucket", "arn", "name", "keyId", "url")


def points_at(other: StackResource, prop: str, resource: StackResource) -> bool | None:
    """Whether a property of `other` names `resource`; None when a preview cannot tell."""
    value = other.props.get(prop)
    made = resource.urn in other.property_dependencies.get(prop, ())
    if isinstance(value, Unknown):
        return made if other.property_dependencies.get(prop) else None
    identities = {resource.props.get(key) for key in _IDENTITIES} - {None, ""}
    # Where the engine does not show the id, what the value was made from tells.
    return isinstance(value, str) and (value in identities or (made and "id" not in resource.props))


def attached(
    resource: StackResource, stack: Sequence[StackResource], types: Sequence[str], prop: str
) -> list[StackResource]:
    """Resources of some types whose property names this resource.

    Raises `UnknownValue` when none is certain and one might be.
    """
    candidates = [(other, points_at(other, prop, resource)) for other in stack if other.type in types]
    certain = [other for other, points in candidates if points]
    doubtful = [other for other, points in candidates if points is None]
    if not certain and doubtful:
        raise UnknownValue(prop, doubtful[0].name)
    return certain


def receives_access_logs(bucket: StackResource, stack: Sequence[StackResource]) -> bool:
    """Whether S3 delivers other buckets' access logs to this one."""
    return any(points_at(other, "targetBucket", bucket) for other in stack if other.type in BUCKET_LOGGING)
