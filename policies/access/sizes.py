"""How large every policy document of a graph is, and how much AWS allows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from policies.access.authorization import Document
from policies.access.graph import PolicyGraph, PolicyResource


@dataclass(frozen=True)
class Limit:
    """AWS's limit of a kind of document, in characters. White space counts, or not."""

    kind: str
    most: int
    white_space: bool


# Sources: IAM User Guide, "IAM and AWS STS quotas"; Amazon S3 User Guide, page using-iam-policies; AWS KMS Developer
# Guide, page key-policy-overview; AWS PrivateLink Guide, page vpc-limits-endpoints; botocore's models of ecr
# (SetRepositoryPolicy) and sagemaker (PutModelPackageGroupPolicy); Amazon EventBridge User Guide, page eb-quota; AWS
# Lambda Developer Guide, page gettingstarted-limits; Amazon SQS Developer Guide, page quotas-policies; Amazon
# CloudWatch Logs API Reference, PutResourcePolicy and PutDestinationPolicy. Of topics, 30,720 is nowhere confirmed,
# so the smaller 20,480 holds.
TRUST = Limit("trust policy", 2_048, False)
INLINE = Limit("inline policies of a role", 10_240, False)
MANAGED = Limit("managed policy", 6_144, False)
ENDPOINT = Limit("endpoint policy", 20_480, True)
OF_KIND = {
    "bucket": Limit("bucket policy", 20_480, True),
    "key": Limit("key policy", 32_768, True),
    "repository": Limit("repository policy", 10_240, True),
    "group": Limit("model package group policy", 20_480, True),
    "bus": Limit("event bus policy", 10_240, True),
    "topic": Limit("topic policy", 20_480, True),
    "queue": Limit("queue policy", 8_192, True),
    "function": Limit("function policy", 20_480, True),
    "secret": Limit("secret policy", 20_480, True),
    "registry": Limit("registry policy", 10_240, True),
    "logs": Limit("log resource policy", 5_120, True),
    "log destination": Limit("log destination policy", 5_120, True),
}


@dataclass(frozen=True)
class Size:
    """One document's size; `owner` is what carries it."""

    limit: Limit
    owner: str
    characters: int

    @property
    def headroom(self) -> float:
        """Share of the limit that is free; negative where the document is over it."""
        return 1 - self.characters / self.limit.most


def characters(document: Document, limit: Limit) -> int:
    """Length as AWS counts it. Documents are stored as they were sent: `json.dumps`'s own separators."""
    text = json.dumps(document)
    return len(text) if limit.white_space else len(re.sub(r"\s", "", text))


def sizes(graph: PolicyGraph) -> list[Size]:
    """Every document of the graph, the fullest first."""
    return sorted(_sizes(graph), key=lambda size: (size.headroom, size.owner))


def _sizes(graph: PolicyGraph) -> Iterable[Size]:
    boundaries: dict[str, Document] = {}
    for role in graph.roles.values():
        yield Size(TRUST, role.name, characters(role.trust, TRUST))
        inline = sum(characters(document, INLINE) for document in role.inline)
        yield Size(INLINE, role.name, inline)
        for document in role.managed:
            yield Size(MANAGED, f"{role.name}, attached", characters(document, MANAGED))
        if role.boundary is not None and role.boundary_arn:
            boundaries[role.boundary_arn] = role.boundary
    for arn, document in boundaries.items():
        yield Size(MANAGED, arn, characters(document, MANAGED))
    for resource in graph.policy_resources.values():
        if resource.policy is not None:
            limit = OF_KIND[resource.kind]
            yield Size(limit, _stable_name(resource), characters(resource.policy, limit))
    for endpoint in graph.endpoints.values():
        if endpoint.policy is not None:
            yield Size(ENDPOINT, f"{endpoint.service} of {endpoint.stack}", characters(endpoint.policy, ENDPOINT))


def _stable_name(resource: PolicyResource) -> str:
    """A name that stays the same when the resource is made anew."""
    return resource.aliases[0] if resource.aliases else resource.name


def fullest(found: Iterable[Size]) -> dict[str, Size]:
    """The fullest document of each kind."""
    most: dict[str, Size] = {}
    for size in found:
        if size.limit.kind not in most or size.headroom < most[size.limit.kind].headroom:
            most[size.limit.kind] = size
    return most
