"""Questions to what an account's owner makes: the boundaries, the deployer, and those who look after the account."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.evaluator import decide
from policies.documents.account import AccountScope
from policies.documents.boundaries import platform_boundary
from policies.documents.deployer import deployer_boundary, deployer_policies
from policies.documents.prevention import preventive_statements

HOME = AccountScope(partition="aws", account="111111111111", prefix="mlops")
# The longest prefix and partition: what fits here fits everywhere.
LONG = AccountScope(partition="aws-us-gov", account="111111111111", prefix="abcdefghij")
TYPES = ("ml.t3.medium", "ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge")
EVERYTHING: Document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
BOUNDARY = "arn:aws:iam::111111111111:policy/mlops/foundation/mlops-boundary"
DEPLOYER = "arn:aws:iam::111111111111:role/mlops/foundation/mlops-deployer"
WORKER = "arn:aws:iam::111111111111:role/mlops/projects/screening/mlops-screening-build"


def size(document: str) -> int:
    '""Characters as IAM counts them: without white space (IAM User Guide, "IAM and AWS STS quotas").""'
    return len("".join(document.split()))


def parsed(document: str) -> dict[str, Any]:
    """A document as JSON."""
    found: dict[str, Any] = json.loads(document)
    return found


def deployer_may(action: str, resource: str, **context: str) -> bool:
    """Whether the deployer may do it with its own policies."""
    return _may(DEPLOYER, _own(), _deployers(), action, resource, context)


def widened_deployer_may(action: str, resource: str, **context: str) -> bool:
    """Whether the deployer may do it with AdministratorAccess attached."""
    return _may(DEPLOYER, [EVERYTHING], _deployers(), action, resource, context)


def anybody_may(action: str, resource: str, **context: str) -> bool:
    """Whether a role with AdministratorAccess and no boundary may do it: then it is the boundary that forbids."""
    return _may(WORKER, [EVERYTHING], None, action, resource, context)


def worker_may(action: str, resource: str, **context: str) -> bool:
    """Whether a role of the platform that was given everything may do it inside its boundary."""
    return _may(WORKER, [EVERYTHING], _platforms(), action, resource, context)


def image_build_may(action: str, resource: str, **context: str) -> bool:
    """Whether the image's build, were it given everything, may do it inside the same boundary."""
    who = "arn:aws:iam::111111111111:role/mlops/platform/mlops-dev-image-build"
    return _may(who, [EVERYTHING], _platforms(), action, resource, context)


def person_may(document: str, action: str, resource: str, **context: str) -> bool:
    """Whether somebody with this policy may do it inside the boundary of the platform's roles."""
    who = "arn:aws:iam::111111111111:role/mlops/people/mlops-somebody"
    return _may(who, [parsed(document)], _platforms(), action, resource, context)


@cache
def _own() -> tuple[Document, ...]:
    return tuple(parsed(text) for text in deployer_policies(HOME).values())


@cache
def _deployers() -> Document:
    return parsed(deployer_boundary(HOME))


@cache
def _platforms() -> Document:
    return parsed(platform_boundary(HOME, preventive_statements(TYPES)))


def _may(
    principal: str,
    identity: Sequence[Document],
    boundary: Document | None,
    action: str,
    resource: str,
    context: dict[str, str],
) -> bool:
    # A role's trust and a key's policy must allow by themselves: here they leave it to the account.
    delegation: Document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "*", "Resource": "*"}
        ],
    }
    needs_resource_policy = action.startswith(("kms:", "sts:"))
    if action.startswith("sts:"):
        delegation["Statement"][0].pop("Resource")
    query = AuthorizationRequest(
        id="asked",
        principal=principal,
        account=HOME.account,
        action=action,
        resource=resource,
        owner=HOME.account,
        identity=identity,
        boundary=boundary,
        resource_policy=delegation if needs_resource_policy else None,
        context={key.replace("__", ":").replace("Tag_", "Tag/"): value for key, value in context.items()},
    )
    return decide(query).allowed
