"""Versions of the S3 objects that a job's files came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from container import JobError


def object_versions(uri: str, folder: Path, files: list[Path]) -> dict[Path, str]:
    """Version id of each file's object below `uri` (a prefix or one object); empty if that is not in S3."""
    if not uri.startswith("s3://"):
        return {}
    import boto3
    from botocore.exceptions import BotoCoreError

    client = boto3.client("s3")
    location = urlparse(uri)
    try:
        return {
            path: version(client, location.netloc, keys_of(location.path.lstrip("/"), path, folder), path)
            for path in files
        }
    except BotoCoreError as error:
        raise JobError(f"{uri}: object versions cannot be read ({error}); check the job's network") from None


def keys_of(prefix: str, path: Path, folder: Path) -> list[str]:
    """Keys that can have become this file: below the prefix, or (the prefix is part of a name) beside it."""
    relative = path.relative_to(folder).as_posix()
    if not prefix or prefix.endswith("/"):
        return [prefix + relative]
    parent = prefix.rpartition("/")[0]
    return [f"{prefix}/{relative}", f"{parent}/{relative}" if parent else relative]


def version(client: Any, bucket: str, keys: list[str], path: Path) -> str:
    """Version id of the first key that exists; `null`, as S3 says, in a bucket without versions."""
    from botocore.exceptions import ClientError

    refusal = ""
    for key in keys:
        try:
            answer = client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            refusal = error.response["Error"]["Code"]
            continue
        if answer["ContentLength"] != path.stat().st_size:
            raise JobError(f"s3://{bucket}/{key}: changed while the job was starting; run it again")
        return str(answer.get("VersionId", "null"))
    raise JobError(
        f"s3://{bucket}/{keys[0]}: its version cannot be read ({refusal}); allow s3:GetObject on it"
    )
