"""Build specifications that somebody read: they run nothing of their source, or of one source that they are held to.

Keys are the sha256 of the exact text, so that a changed text is none of these until somebody read it again:
`python -m tests.policies.pack.test_reviewed_specifications` prints those of the program. The pack itself looks only at
what was built, and knows no text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ReviewedSpecification:
    """`what` it does with its source, how that must end in `bucket/key` where it runs, and whether it needs Docker."""

    what: str
    source_type: Literal["CODEPIPELINE", "S3"]
    location_end: str = ""
    privileged: bool = False


REVIEWED: Mapping[str, ReviewedSpecification] = {
    "69a8d0be8c1d25a37580903b9bc840a3c9787a0239c3a73277c873232dc08c72": ReviewedSpecification(
        what="Reads uv.lock and fetches the wheels that it names, by hash; the repository's files are data",
        source_type="CODEPIPELINE",
    ),
    "4dec2ad4b65b96b523fa45edc328bf8ed4077769207f67cc9588ae4f5c1fbccb": ReviewedSpecification(
        what="Runs the Dockerfile of its source, an object that the deployer alone writes",
        source_type="S3",
        location_end="/_image/source/model.zip",
        privileged=True,
    ),
    "5274c6648514306590eedab1a482903c860a66b037ae609d9aac2a326f18965e": ReviewedSpecification(
        what="Packs the functions of its source, an object that the deployer alone writes, with what its lock file "
        "names, and runs its Dockerfile",
        source_type="S3",
        location_end="/_image/source/api-functions.zip",
        privileged=True,
    ),
}
