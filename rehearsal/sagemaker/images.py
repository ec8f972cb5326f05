"""Container images: what a role asks of ECR before SageMaker starts a container for it."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<name>[^:@]+)"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>.+))?$"
)


class NoImage(Exception):
    """An image that is not in its repository."""


def pull(cloud: Cloud, actor: Actor, uri: str, *, required: bool) -> None:
    """Ask ECR for the image's manifest as the role, outside the VPC, as SageMaker's hosts do.

    Raises NoImage for an address that is not ECR's, and where `required` for an image that is not there.
    """
    match = _URI.match(uri)
    if match is None:
        raise NoImage(f"{uri} is not an image in ECR: write account.dkr.ecr.region.amazonaws.com/name@sha256:…")
    image = {"imageDigest": match["digest"]} if match["digest"] else {"imageTag": match["tag"] or "latest"}
    client = cloud.client(cloud.in_vpc(actor, None), "ecr", match["region"])
    try:
        answer: dict[str, Any] = client.batch_get_image(
            registryId=match["account"], repositoryName=match["name"], imageIds=[image]
        )
        missing = bool(answer.get("failures"))
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("RepositoryNotFoundException", "ImageNotFoundException"):
            raise
        missing = True
    if missing and required:
        raise NoImage(f"image {uri} is not in its repository: push it, and name it by the digest of the push")
