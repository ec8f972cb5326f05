"""Artifacts: folders as zip objects in the pipeline's store, encrypted with its key."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# More than a source archive ever needs: what unpacks to more is refused (a zip bomb fills the disk).
MAX_UNPACKED_BYTES = 1 << 30


class ArtifactError(Exception):
    """An artifact that is missing, unsound, or lacks a file."""


@dataclass(frozen=True)
class Location:
    """Where one artifact is. `revision` is what its source calls the version, or empty."""

    bucket: str
    key: str
    revision: str = ""

    @property
    def arn(self) -> str:
        """The object's ARN, as builds name their source version."""
        return f"arn:aws:s3:::{self.bucket}/{self.key}"


def store_key(pipeline: str, artifact: str, unique: str) -> str:
    """An artifact's key: CodePipeline cuts the names to 20 and 10 characters (CP troubleshooting, "truncated")."""
    return f"{pipeline[:20]}/{artifact[:10]}/{unique[:7]}"


def read(client: Any, location: Location) -> bytes:
    """An artifact's bytes."""
    content: bytes = client.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    return content


def write(client: Any, location: Location, content: bytes, key_id: str | None) -> None:
    """Store an artifact; without a key the bucket's default decides."""
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}
    client.put_object(Bucket=location.bucket, Key=location.key, Body=content, **encryption)


def pack(files: Mapping[str, Path]) -> bytes:
    """A zip of files by their name in it, with permissions and without dates: the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            info = zipfile.ZipInfo(name)
            info.external_attr = (path.stat().st_mode & 0o777 | 0o100000) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Extract a zip below a folder. Nothing leaves the folder and no links are made."""
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(content) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > MAX_UNPACKED_BYTES:
            raise ArtifactError(f"the archive unpacks to {size} bytes; at most {MAX_UNPACKED_BYTES} are allowed")
        for info in archive.infolist():
            target = Path(archive.extract(info, folder))
            mode = info.external_attr >> 16 & 0o777
            if mode and target.is_file():
                target.chmod(mode | 0o600)


def member(content: bytes, name: str) -> bytes:
    """One file of an archive. Raises ArtifactError naming what the archive holds instead."""
    with _opened(content) as archive:
        try:
            return archive.read(name)
        except KeyError:
            held = ", ".join(sorted(archive.namelist())[:20]) or "nothing"
            raise ArtifactError(f"the artifact has no file {name}; it holds {held}") from None


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise ArtifactError(f"the artifact is not a sound zip archive: {error}") from None
