"""Container images: the requests to ECR before SageMaker starts a container."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ecr.exceptions import RepositoryNotFoundException
from moto.ecr.models import ecr_backends
from moto.ecr.responses import ECRResponse

from assumptions.entries.images_checked_for_the_caller import ASSUMPTION
from assumptions.images import REGISTRIES, REPOSITORY
from assumptions.outcomes import holds
from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.recorder import source_keys
from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<name>[^:@]+)"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>.+))?$"
)


_SAGEMAKER = "sagemaker.amazonaws.com"
_PULL = ("ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer")


class ImageNotFound(Exception):
    """An image that is not in its repository, or that may not be looked at."""


def pull(cloud: Cloud, actor: Actor, uri: str, *, required: bool) -> None:
    """Ask ECR for the image's manifest as the role, outside the VPC, as SageMaker's hosts do.

    AWS's own image is there, and open to everybody.

    Raises ImageNotFound for an address that is not ECR's, and where `required` for an image that is not there.
    """
    match = _URI.match(uri)
    if match is None:
        raise ImageNotFound(f"{uri} is not an image in ECR: write account.dkr.ecr.region.amazonaws.com/name@sha256:…")
    if match["account"] == REGISTRIES.get(match["region"]) and match["name"] == REPOSITORY:
        return
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
        raise ImageNotFound(f"image {uri} is not in its repository: push it, and name it by the digest of the push")


@aws_behavior(
    'SageMaker Developer Guide, "How to use SageMaker AI execution roles", CreateModel',
    "aws/deep-learning-containers, issue 5657",
)
def image_is_checked_when_a_model_is_made(cloud: Cloud, caller: Actor, uri: str, model_arn: str) -> None:
    """CreateModel looks at the model's image before there is a model: with its caller's rights, or as SageMaker itself.

    Raises ImageNotFound where it may not, or for an address that is not ECR's.
    """
    match = _URI.match(uri)
    if match is None or match["account"] == caller.account or holds(ASSUMPTION):
        try:
            pull(cloud, caller, uri, required=False)
        except ClientError as error:
            raise ImageNotFound(f"{uri}: {logs.refused(error)}") from None
        return
    backend = ecr_backends[match["account"]][match["region"]]
    repository = backend.repositories.get(match["name"])
    service = PolicyCaller(service=_SAGEMAKER, context=source_keys(_SAGEMAKER, caller.account, model_arn))
    for action in _PULL:
        if repository is not None and not admits(repository.policy, service, action, repository.arn):
            raise ImageNotFound(f"the repository of {uri} does not grant {action} to {_SAGEMAKER}")


def install(patches: Patches, cloud: Cloud) -> None:
    """Let an account pull another's images where the repository's policy admits the caller.

    The in-memory registry looks only into the caller's own account, whatever registry is asked for.
    """

    def answer(original: Callable[..., Any], response: ECRResponse) -> Any:
        owner = response._get_param("registryId") or response.current_account
        if owner == response.current_account:
            return original(response)
        actor = cloud.adopt(response.access_key)
        backend = ecr_backends[owner][response.region]
        name = response._get_param("repositoryName")
        repository = backend.repositories.get(name)
        caller = _caller(actor)
        if repository is None:
            raise RepositoryNotFoundException(name, owner)
        if caller is None or not admits(repository.policy, caller, "ecr:BatchGetImage", repository.arn):
            message = f"no resource-based policy of {repository.arn} lets {actor and actor.role_arn} ecr:BatchGetImage"
            raise JsonRESTError("AccessDeniedException", message)
        return ActionResult(backend.batch_get_image(name, owner, response._get_param("imageIds")))

    patches.wrap(ECRResponse, "batch_get_image", answer)


def _caller(actor: Actor | None) -> PolicyCaller | None:
    if actor is None:
        return None
    return PolicyCaller(role_arn=actor.role_arn, account=actor.account, context={"aws:PrincipalArn": actor.role_arn})
