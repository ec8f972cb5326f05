"""The platform's own documents, as a rehearsal captured them: `platform.json` holds those of one project.

Made by `python -m tests.policies.access.comparison.captured build/rehearsal/resources.json` after `make rehearse`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FIXTURE = Path(__file__).with_name("platform.json")
# One of each kind is enough: the other project's and account's documents differ by names alone.
_STACKS = ("dev", "staging", "project-diabetes")
# Which input holds the policy, and the ARN of what it guards, written with the other inputs and outputs.
_GUARDED = {
    "aws:s3/bucketPolicy:BucketPolicy": ("policy", "arn:aws:s3:::{bucket}"),
    "aws:kms/key:Key": ("policy", "{arn}"),
    "aws:sns/topicPolicy:TopicPolicy": ("policy", "{arn}"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("policy", "arn:aws:ecr:{region}:{account}:repository/{repository}"),
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": (
        "resourcePolicy",
        "arn:aws:sagemaker:{region}:{account}:model-package-group/{modelPackageGroupName}",
    ),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": (
        "policy",
        "arn:aws:events:{region}:{account}:event-bus/{eventBusName}",
    ),
}


@dataclass(frozen=True)
class Role:
    """A role with the documents that bind it."""

    arn: str
    account: str
    trust: Mapping[str, Any]
    identity: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Guarded:
    """A resource with a policy."""

    arn: str
    owner: str
    policy: Mapping[str, Any]


@dataclass(frozen=True)
class Platform:
    """Roles, resources with a policy, and endpoint policies."""

    roles: tuple[Role, ...]
    guarded: tuple[Guarded, ...]
    endpoints: tuple[Mapping[str, Any], ...]


@lru_cache
def platform() -> Platform:
    """The committed documents."""
    found = json.loads(FIXTURE.read_text())
    return Platform(
        roles=tuple(Role(**{**role, "identity": tuple(role["identity"])}) for role in found["roles"]),
        guarded=tuple(Guarded(**guarded) for guarded in found["guarded"]),
        endpoints=tuple(found["endpoints"]),
    )


def extract(resources: list[dict[str, Any]]) -> dict[str, Any]:
    """The documents of captured resources."""
    kept = [each for each in resources if each["stack"] in _STACKS]
    return {
        "roles": list(_roles(kept)),
        "guarded": list(_guarded(kept)),
        "endpoints": _unique(
            json.loads(each["inputs"]["policy"]) for each in kept if each["type"] == "aws:ec2/vpcEndpoint:VpcEndpoint"
        ),
    }


def _roles(resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    policies = [each for each in resources if each["type"] == "aws:iam/rolePolicy:RolePolicy"]
    for each in resources:
        if each["type"] == "aws:iam/role:Role":
            name = each["outputs"]["name"]
            yield {
                "arn": each["outputs"]["arn"],
                "account": each["account"],
                "trust": json.loads(each["inputs"]["assumeRolePolicy"]),
                "identity": [
                    json.loads(policy["inputs"]["policy"])
                    for policy in policies
                    if (policy["account"], policy["inputs"]["role"]) == (each["account"], name)
                ],
            }


def _guarded(resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in resources:
        if each["type"] in _GUARDED:
            policy, arn = _GUARDED[each["type"]]
            known = {**each, **each["inputs"], **each["outputs"]}
            known = known | {"region": each["region"], "account": each["account"], "arn": known.get("arn")}
            document = json.loads(each["inputs"][policy])
            yield {"arn": arn.format(**known), "owner": each["account"], "policy": document}


def _unique(documents: Iterator[Any]) -> list[Any]:
    return [json.loads(text) for text in dict.fromkeys(json.dumps(document) for document in documents)]


if __name__ == "__main__":
    captured = extract(json.loads(Path(sys.argv[1]).read_text()))
    FIXTURE.write_text(json.dumps(captured, indent=1) + "\n")
