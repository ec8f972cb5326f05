"""Contents of buckets: versions and delete markers, which a bucket cannot be deleted with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from functions.cleaner.waiting import NotRemoved, Waiting

# Of a request to delete (S3 API Reference, "DeleteObjects"), and of a page of versions.
AT_ONCE = 1000
Version = dict[str, str]


def some_versions(s3: Any, bucket: str) -> str:
    """How much a bucket holds, in words, from its first page of versions; empty where it holds nothing."""
    found = _page(s3, bucket)
    return f"{'at least ' if len(found) >= AT_ONCE else ''}{len(found):,} versions of objects" if found else ""


def empty(s3: Any, bucket: str, waiting: Waiting) -> int:
    """Delete every version and delete marker, and give their number. Raises NotRemoved.

    What is written meanwhile goes as well: it looks again until there is nothing.
    """
    deleted = 0
    while versions := _page(s3, bucket):
        if waiting.left() <= 0:
            raise NotRemoved(
                f"{bucket}: {deleted:,} versions were deleted in the time that a function has, and there are more. Run "
                "`pulumi destroy` again: it goes on from there"
            )
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
        errors = answer.get("Errors", [])
        if errors:
            first = errors[0]
            raise NotRemoved(
                f"{bucket}: S3 does not delete {len(errors)} of {len(versions)} versions, such as {first.get('Key')}: "
                f"{first.get('Code')}: {first.get('Message')}. Mend that and destroy again: {deleted:,} are gone by now"
            )
        deleted += len(versions)
        print(f"{bucket}: {deleted:,} versions deleted")
    return deleted


def _page(s3: Any, bucket: str) -> list[Version]:
    answer = s3.list_object_versions(Bucket=bucket, MaxKeys=AT_ONCE)
    return list(_versions(answer))


def _versions(answer: dict[str, Any]) -> Iterator[Version]:
    for kind in ("Versions", "DeleteMarkers"):
        for each in answer.get(kind, []):
            yield {"Key": each["Key"], "VersionId": each["VersionId"]}
