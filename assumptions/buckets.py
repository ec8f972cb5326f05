"""What probes share that need a bucket of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assumptions.assumption import ProbedStack

NEEDS = ("s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteObjectVersion", "s3:ListBucketVersions")


@contextmanager
def bucket(stack: ProbedStack, name: str, *, versions: bool = False) -> Iterator[str]:
    """A bucket while the context lasts, with whatever is put there: its name. `versions`: it keeps them."""
    s3 = stack.client("s3")
    # us-east-1 is no LocationConstraint (Amazon S3 API Reference, "CreateBucket").
    place = {} if stack.region == "us-east-1" else {"LocationConstraint": stack.region}
    s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": place} if place else {}))
    try:
        if versions:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        yield name
    finally:
        found = s3.list_object_versions(Bucket=name)
        for each in [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]:
            s3.delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])
        s3.delete_bucket(Bucket=name)
