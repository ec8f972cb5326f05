"""ECR. Actions and condition keys: Service Authorization Reference, "Amazon Elastic Container Registry"."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.core.utils import utcnow

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    RightsFunction,
    arn_template,
    requires,
    values,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, create_or_update
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations


def _pull_policy(account: str) -> str:
    statement = {
        "Sid": "Pull",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": ["ecr:BatchGetImage"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _expiry_policy(days: int) -> str:
    selection = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    rule = {"rulePriority": 1, "description": "Untagged images", "selection": selection, "action": {"type": "expire"}}
    return json.dumps({"rules": [rule]})


REPOSITORY = ResourceType(
    type="aws:ecr/repository:Repository",
    create=ApiCall(operation="CreateRepository"),
    id="{name}",
    name="name",
    read=ReadCall(
        operation="DescribeRepositories",
        parameters={"repositoryNames": ["{name}"]},
        path="repositories[0]",
        outputs={"encryptionConfigurations": "encryptionConfiguration && [encryptionConfiguration]"},
    ),
    update=(
        ApiCall(
            operation="PutImageTagMutability",
            properties=("imageTagMutability", "imageTagMutabilityExclusionFilters"),
        ),
        ApiCall(operation="PutImageScanningConfiguration", properties=("imageScanningConfiguration",)),
    ),
    delete=(ApiCall(operation="DeleteRepository", parameters={"repositoryName": "{name}", "force": "{forceDelete}"}),),
    outputs={"repositoryUrl": "repository.repositoryUri", "registryId": "repository.registryId"},
    not_sent={"forceDelete": "sent when the repository is deleted"},
    sample=Sample(
        {
            "name": "sample/repository",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": "${aws:kms/key:Key.arn}"}],
        },
        update={"imageScanningConfiguration": {"scanOnPush": False}},
    ),
)

_NAMED = {"repositoryName": "{repository}"}

REPOSITORY_POLICY = ResourceType(
    type="aws:ecr/repositoryPolicy:RepositoryPolicy",
    read_after_create=False,
    **create_or_update("SetRepositoryPolicy", members={"repository": "repositoryName", "policy": "policyText"}),
    id="{repository}",
    replace_on=("repository",),
    read=ReadCall(operation="GetRepositoryPolicy", parameters=_NAMED),
    delete=(ApiCall(operation="DeleteRepositoryPolicy", parameters=_NAMED),),
    sample=Sample(
        {"repository": "${aws:ecr/repository:Repository.name}", "policy": _pull_policy("222222222222")},
        update={"policy": _pull_policy("333333333333")},
    ),
)

LIFECYCLE_POLICY = ResourceType(
    type="aws:ecr/lifecyclePolicy:LifecyclePolicy",
    read_after_create=False,
    **create_or_update("PutLifecyclePolicy", members={"repository": "repositoryName", "policy": "lifecyclePolicyText"}),
    id="{repository}",
    replace_on=("repository",),
    read=ReadCall(operation="GetLifecyclePolicy", parameters=_NAMED),
    delete=(ApiCall(operation="DeleteLifecyclePolicy", parameters=_NAMED),),
    sample=Sample(
        {"repository": "${aws:ecr/repository:Repository.name}", "policy": _expiry_policy(14)},
        update={"policy": _expiry_policy(7)},
    ),
)


def _repository(request: ApiRequest, action: str, name: str) -> Right:
    """`registryId` is the account whose registry is meant; the caller's own without it."""
    registry = request.parameters.get("registryId") or request.account
    return Right(action=action, resource=f"arn:{request.partition}:ecr:{request.region}:{registry}:repository/{name}")


def _ecr(*actions: str) -> RightsFunction:
    def rights(request: ApiRequest) -> list[Right]:
        names = values(request.parameters, "repositoryName") or values(request.parameters, "repositoryNames") or ["*"]
        return [_repository(request, f"ecr:{action}", name) for action in actions for name in names]

    return rights


_NEW_REPOSITORY = arn_template("ecr", "repository/{repositoryName}")

# Whoever asks for an image fetches its layers next, after a sign-in; the rehearsal asks for the manifest alone
# (ECR User Guide, pages image-pull and repository-policy-examples).
_PULL = ("BatchGetImage", "BatchCheckLayerAvailability", "GetDownloadUrlForLayer")

OPERATIONS: Operations = {
    **{
        action: (_ecr(action),)
        for action in (
            "BatchCheckLayerAvailability",
            "CompleteLayerUpload",
            "DeleteLifecyclePolicy",
            "DeleteRepository",
            "DeleteRepositoryPolicy",
            "DescribeImageScanFindings",
            "DescribeImages",
            "DescribeRepositories",
            "GetDownloadUrlForLayer",
            "GetLifecyclePolicy",
            "GetRepositoryPolicy",
            "InitiateLayerUpload",
            "ListImages",
            "PutImage",
            "PutImageScanningConfiguration",
            "PutImageTagMutability",
            "PutLifecyclePolicy",
            "SetRepositoryPolicy",
            "UploadLayerPart",
        )
    },
    "BatchGetImage": (_ecr(*_PULL), *requires("ecr:GetAuthorizationToken")),
    "CreateRepository": (
        *requires("ecr:CreateRepository", _NEW_REPOSITORY, tags="tags"),
        RequiredAction(action="ecr:TagResource", resource=_NEW_REPOSITORY, tags="tags", when="tags"),
    ),
    "GetAuthorizationToken": requires("ecr:GetAuthorizationToken"),
    "ListTagsForResource": requires("ecr:ListTagsForResource", "{resourceArn}"),
    "TagResource": requires("ecr:TagResource", "{resourceArn}", tags="tags"),
    "UntagResource": requires("ecr:UntagResource", "{resourceArn}", context_keys={"aws:TagKeys": "tagKeys"}),
}


_ANSWERS_BEFORE_FINDINGS = 2


def _patch(patches: Patches) -> None:
    from moto.ecr.models import ECRBackend

    patches.wrap(ECRBackend, "put_image", image_is_scanned_on_push)
    patches.wrap(ECRBackend, "describe_image_scan_findings", _findings)
    # Around the other: what it says counts first.
    patches.wrap(ECRBackend, "describe_image_scan_findings", scan_takes_its_time)


@aws_behavior('Amazon ECR User Guide, "Scan images for OS vulnerabilities in Amazon ECR"')
def image_is_scanned_on_push(
    original: Callable[..., Any], backend: Any, name: str, *arguments: Any, **named: Any
) -> Any:
    """A repository that scans on push has findings of every image soon after it was pushed; others have none."""
    image = original(backend, name, *arguments, **named)
    if (backend.repositories[name].image_scanning_configuration or {}).get("scanOnPush"):
        image.last_scan = utcnow()
    return image


@aws_behavior('Amazon ECR API Reference, "DescribeImageScanFindings"', 'Amazon ECR API Reference, "ImageScanStatus"')
def scan_takes_its_time(original: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Right after a push there is no scan yet (ScanNotFoundException), then one in progress, and only then findings."""
    from moto.ecr.exceptions import ScanNotFoundException

    answer = original(*arguments, **named)
    digest = answer["imageId"].get("imageDigest") or str(named or arguments[1:])
    backend = arguments[0]
    asked: dict[str, int] = backend.__dict__.setdefault("_scans_asked_for", {})
    asked[digest] = asked.get(digest, 0) + 1
    if asked[digest] == 1:
        raise ScanNotFoundException(
            image_id=digest, repository_name=answer["repositoryName"], registry_id=backend.account_id
        )
    if asked[digest] == _ANSWERS_BEFORE_FINDINGS:
        return {**answer, "imageScanStatus": {"status": "IN_PROGRESS"}, "imageScanFindings": {}}
    return answer


def _findings(original: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """moto invents a finding for every image; here an image has those that a test gives it."""
    answer = original(*arguments, **named)
    found = answer.get("imageScanFindings", {})
    if any(finding["name"] == "CVE-9999-9999" for finding in found.get("findings", ())):
        answer["imageScanFindings"] = {**found, "findings": [], "findingSeverityCounts": {}}
    return answer


SERVICE = AwsService(
    patch=_patch,
    name="ecr",
    operations=OPERATIONS,
    resource_types=(REPOSITORY, REPOSITORY_POLICY, LIFECYCLE_POLICY),
    tagging=TagOperations(parameters={"resourceArn": "{arn}"}),
    vpc_endpoint="ecr.api",
)
