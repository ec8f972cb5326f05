"""Artifacts of a pipeline: zip objects in the pipeline's store, encrypted with its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ArtifactLocation:
    """Where one artifact is. `revision` is what its source calls the version, or empty."""

    bucket: str
    key: str
    revision: str = ""

    @property
    def arn(self) -> str:
        """The object's ARN, as builds name their source version."""
        return f"arn:aws:s3:::{self.bucket}/{self.key}"


def store_key(pipeline: str, artifact: str, unique: str) -> str:
    """An artifact's key. CodePipeline cuts the names to 20 and 10 characters.

    Source: CodePipeline User Guide, "Troubleshooting CodePipeline".
    """
    return f"{pipeline[:20]}/{artifact[:10]}/{unique[:7]}"


def read(client: Any, location: ArtifactLocation) -> bytes:
    """An artifact's bytes."""
    content: bytes = client.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    return content


def write(client: Any, location: ArtifactLocation, content: bytes, key_id: str | None) -> None:
    """Store an artifact; without a key the bucket's default decides."""
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}
    client.put_object(Bucket=location.bucket, Key=location.key, Body=content, **encryption)
