"""The scripts as jobs get them, with the contract that they read: one S3 prefix, named after its content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
CONTRACT = SCRIPTS / "project-contract.schema.json"
CONTENT_TYPES = {".py": "text/x-python", ".json": "application/json"}


def tree(folder: Path = SCRIPTS) -> dict[str, bytes]:
    """Content of each script and of the contract, by file name."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in CONTENT_TYPES)
    return {path.name: path.read_bytes() for path in paths}


def tree_hash(files: dict[str, bytes]) -> str:
    """SHA-256 of names and contents; equal trees have equal hashes wherever they were checked out."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def code_uri(artifacts_uri: str, files: dict[str, bytes]) -> str:
    """Where this tree belongs. A changed script is another address, so that no cached step uses old code."""
    return f"{artifacts_uri}/code/{tree_hash(files)}/"


def upload(client: Any, uri: str, files: dict[str, bytes], key_arn: str) -> None:
    """Put the tree at `uri`, encrypted with the data key."""
    prefix = urlparse(uri)
    for name, content in files.items():
        client.put_object(
            Bucket=prefix.netloc,
            Key=prefix.path.lstrip("/") + name,
            Body=content,
            ContentType=CONTENT_TYPES[Path(name).suffix],
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=key_arn,
        )
