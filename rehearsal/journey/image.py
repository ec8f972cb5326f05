"""The model image as a registry would hold it: a manifest whose digest names the very files that run.

No container engine builds it here. The files become one layer of a real OCI image, so that the digest changes with any
of them; what runs is the folder itself, with the environment of its lock file.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.archives import files

# https://github.com/opencontainers/image-spec/blob/main/manifest.md
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True)
class OciImage:
    """A manifest and its digest, and the blobs that it names."""

    manifest: str
    digest: str
    blobs: tuple[bytes, ...]


def image_of(folder: Path) -> OciImage:
    """The image of a container's folder, the same on every machine."""
    plain = _layer(folder)
    layer = gzip.compress(plain, mtime=0)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [_digest(plain)]},
        },
        sort_keys=True,
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _descriptor(CONFIG, config),
            "layers": [_descriptor(LAYER, layer)],
        },
        sort_keys=True,
    )
    return OciImage(manifest, _digest(manifest.encode()), (config, layer))


def push(client: Any, repository: str, image: OciImage, tag: str) -> str:
    """Push blobs and manifest through ECR's own operations, as a container engine does. Gives the digest."""
    for blob in image.blobs:
        upload = client.initiate_layer_upload(repositoryName=repository)["uploadId"]
        client.upload_layer_part(
            repositoryName=repository,
            uploadId=upload,
            partFirstByte=0,
            partLastByte=len(blob) - 1,
            layerPartBlob=blob,
        )
        client.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[_digest(blob)])
    pushed = client.put_image(
        repositoryName=repository,
        imageManifest=image.manifest,
        imageManifestMediaType=MANIFEST,
        imageDigest=image.digest,
        imageTag=tag,
    )
    return str(pushed["image"]["imageId"]["imageDigest"])


def _layer(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in files(folder):
            if "tests" in path.relative_to(folder).parts:
                continue
            content = path.read_bytes()
            member = tarfile.TarInfo(f"opt/program/{path.relative_to(folder).as_posix()}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(content), "size": len(content)}
