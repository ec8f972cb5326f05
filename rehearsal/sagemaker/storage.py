"""Files to and from S3, as a role; archives of models."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from rehearsal.service_model.aws_behavior import aws_behavior


class TransferError(Exception):
    """An input that is not there, or an address that is none."""


def bucket_and_key(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix) of an `s3://` address."""
    address = urlparse(uri)
    if address.scheme != "s3" or not address.netloc:
        raise TransferError(f"{uri} is not an S3 address: write s3://bucket/prefix")
    return address.netloc, address.path.lstrip("/")


def relative_name(key: str, prefix: str) -> str:
    """The name below the input's folder that SageMaker gives to an object of a prefix."""
    if not prefix or prefix.endswith("/"):
        return key[len(prefix) :]
    if key == prefix:
        return key.rpartition("/")[2]
    if key.startswith(prefix + "/"):
        return key[len(prefix) + 1 :]
    parent = prefix.rpartition("/")[0]
    return key[len(parent) + 1 :] if parent else key


def download(client: Any, uri: str, folder: Path) -> list[Path]:
    """Download all objects whose key begins with the address's. Raises TransferError where there are none."""
    bucket, prefix = bucket_and_key(uri)
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", ()):
            if entry["Key"].endswith("/"):
                continue
            files.append(_download_object(client, bucket, entry["Key"], folder, prefix))
    if not files:
        raise TransferError(f"no S3 objects found under {uri}: check the address, or the step that writes it")
    return files


def _download_object(client: Any, bucket: str, key: str, folder: Path, prefix: str) -> Path:
    target = (folder / relative_name(key, prefix)).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise TransferError(f"s3://{bucket}/{key} would be written outside its folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    body = client.get_object(Bucket=bucket, Key=key)["Body"]
    with target.open("wb") as file:
        for piece in body.iter_chunks(1 << 20):
            file.write(piece)
    return target


def upload(client: Any, folder: Path, uri: str, encrypted: Mapping[str, str]) -> list[str]:
    """Upload a folder's files below an address; `encrypted` are PutObject's arguments. Gives the keys."""
    bucket, prefix = bucket_and_key(uri)
    keys: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        key = "/".join(part for part in (prefix.rstrip("/"), path.relative_to(folder).as_posix()) if part)
        with path.open("rb") as file:
            client.put_object(Bucket=bucket, Key=key, Body=file, **encrypted)
        keys.append(key)
    return keys


def put(client: Any, uri: str, content: bytes, encrypted: Mapping[str, str]) -> None:
    """Write one object; `encrypted` are PutObject's arguments."""
    bucket, key = bucket_and_key(uri)
    client.put_object(Bucket=bucket, Key=key, Body=content, **encrypted)


def encryption(key_id: str | None) -> dict[str, str]:
    """Arguments of PutObject for a customer managed key; none where the bucket's own default decides."""
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}


@aws_behavior("botocore, sagemaker OutputDataConfig, KmsKeyId")
def output_encryption(key_id: str | None) -> dict[str, str]:
    """A job's output without a key of its own takes AWS's own key of S3, not the bucket's default."""
    return encryption(key_id) or {"ServerSideEncryption": "aws:kms"}


def pack(folder: Path) -> bytes:
    """A folder as `.tar.gz`, the same bytes for the same files."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for path in sorted(folder.rglob("*")):
            tar.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=_anonymous)
    return buffer.getvalue()


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.mtime = info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o755 if info.isdir() else 0o644
    return info


def unpack(content: bytes, folder: Path) -> None:
    """Extract a `.tar.gz` of which nothing may leave the folder (tarfile's `data` filter)."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
            tar.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise TransferError(f"the model artifact is not a sound tar.gz: {error}") from None
