"""Resources of a stack that belong together: a bucket and its policy, a key and its policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policies.pack.model import StackResource, Unknown, UnknownValue

# Pulumi AWS v7 keeps both names of these types; the one with V2 is deprecated.
BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
BUCKET_LOGGING = ("aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2")
_IDENTITIES = ("id", "bucket", "arn", "name", "keyId", "url")


def points_at(other: StackResource, prop: str, resource: StackResource, stack: Sequence[StackResource]) -> bool | None:
    """Whether a property of `other` names `resource`; None when a preview cannot tell.

    A value that a preview does not know is made from resources of the `stack`. One that is made from `resource` itself
    names it; one that is made from what was made from it, such as the bucket that a bucket policy answers, may.
    """
    value = other.props.get(prop)
    sources = other.property_dependencies.get(prop, ())
    made = resource.urn in sources
    if isinstance(value, Unknown):
        if made:
            return True
        return None if not sources or resource.urn in _sources(sources, stack) else False
    identities = {resource.props.get(key) for key in _IDENTITIES} - {None, ""}
    # Where the engine does not show the id, what the value was made from tells.
    return isinstance(value, str) and (value in identities or (made and "id" not in resource.props))


def _sources(urns: Iterable[str], stack: Sequence[StackResource]) -> set[str]:
    """URNs of all resources that these were made from, and themselves."""
    by_urn = {each.urn: each for each in stack}
    found: set[str] = set()
    open_urns = list(urns)
    while open_urns:
        urn = open_urns.pop()
        if urn not in found:
            found.add(urn)
            if urn in by_urn:
                open_urns += [source for sources in by_urn[urn].property_dependencies.values() for source in sources]
    return found


def attached(
    resource: StackResource, stack: Sequence[StackResource], types: Sequence[str], prop: str
) -> list[StackResource]:
    """Resources of some types whose property names this resource.

    Raises `UnknownValue` when none is certain and one might be.
    """
    candidates = [(other, points_at(other, prop, resource, stack)) for other in stack if other.type in types]
    certain = [other for other, points in candidates if points]
    doubtful = [other for other, points in candidates if points is None]
    if not certain and doubtful:
        raise UnknownValue(prop, doubtful[0].name)
    return certain


def receives_access_logs(bucket: StackResource, stack: Sequence[StackResource]) -> bool:
    """Whether S3 delivers other buckets' access logs to this one. Raises `UnknownValue` when that is open."""
    deliveries = [other for other in stack if other.type in BUCKET_LOGGING]
    pointing = [points_at(other, "targetBucket", bucket, stack) for other in deliveries]
    if True not in pointing and None in pointing:
        raise UnknownValue("targetBucket", deliveries[pointing.index(None)].name)
    return True in pointing
