"""What a request does not say and AWS knows: a role's path, tags of what is there, keys behind aliases and buckets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from policies.access.graph import PolicyGraph
from policies.access.graph.model import PolicyResource
from policies.pack.captured import CapturedStack
from policies.pack.model import StackResource
from rehearsal.authorization.need import Right
from rehearsal.authorization.tables.storage import BOTH, HEADERS, READS, WRITES

BOUNDARY = "iam:PermissionsBoundary"
# Actions whose condition keys hold the boundary that the role has, not one in the request (SAR list_awsidentityand…).
BOUNDED = frozenset(
    f"iam:{action}"
    for action in (
        "AttachRolePolicy",
        "DeleteRole",
        "DeleteRolePermissionsBoundary",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "GetRole",
        "PutRolePolicy",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
    )
)


@dataclass(frozen=True)
class Known:
    """`roles`: account and name -> ARN. `tags`: ARN, or the id at its end -> tags. `topic_keys`: topic -> key."""

    graph: PolicyGraph
    roles: Mapping[tuple[str, str], str]
    tags: Mapping[str, Mapping[str, str]]
    aliases: Mapping[tuple[str, str], str]
    topic_keys: Mapping[str, str]

    def settled(self, right: Right) -> Right:
        """The right with its resource's real ARN and with the condition keys that follow from what is there."""
        resource = self._resource(right)
        context = {**self._resource_tags(resource), **right.context}
        role = self.graph.roles.get(resource)
        if right.action in BOUNDED and role is not None and role.boundary_arn:
            context[BOUNDARY] = role.boundary_arn
        return replace(right, resource=resource, context=context)

    def implied(self, right: Right, operation: str) -> list[Right]:
        """What a service asks KMS for on the caller's behalf: encrypted objects and topics (S3 UsingKMSEncryption)."""
        if right.action in READS | WRITES:
            return [] if operation in HEADERS else self._object_key(right, operation in BOTH)
        key = self.topic_keys.get(right.resource) if right.action == "sns:Publish" else None
        if key is None:
            return []
        # SNS sns-key-management: publishers need both.
        context = {"kms:EncryptionContext:aws:sns:topicArn": right.resource}
        region = right.resource.split(":")[3]
        return _through("sns", region, key, ("kms:Decrypt", "kms:GenerateDataKey"), context)

    def _object_key(self, right: Right, multipart: bool) -> list[Right]:
        bucket = self.graph.policy_resource_of(right.resource)
        if bucket is None or not bucket.key_arn:
            return []
        key = self._key(bucket.key_arn, bucket)
        reads, writes = right.action in READS or multipart, right.action in WRITES
        actions = [action for action, used in (("kms:Decrypt", reads), ("kms:GenerateDataKey", writes)) if used]
        # The bucket, not the object: the platform's buckets have bucket keys (S3 bucket-key).
        return _through("s3", key.split(":")[3], key, actions, {"kms:EncryptionContext:aws:s3:arn": bucket.arn})

    def _key(self, named: str, beside: PolicyResource) -> str:
        return named if named.startswith("arn:") else self.aliases.get((beside.account, named), named)

    def _resource(self, right: Right) -> str:
        """Roles and aliases are asked for by name; AWS decides about the role with its path, and about the key."""
        parts = right.resource.split(":", 5)
        if len(parts) != 6:
            return right.resource
        _, _, service, _, account, rest = parts
        if service == "iam" and rest.startswith("role/"):
            return self.roles.get((account, rest.rpartition("/")[2]), right.resource)
        if service == "kms" and rest.startswith("key/alias/"):
            return self.aliases.get((account, rest.removeprefix("key/")), right.resource)
        return right.resource

    def _resource_tags(self, resource: str) -> dict[str, str | tuple[str, ...]]:
        found = self.tags.get(resource) or self.tags.get(resource.rpartition("/")[2]) or {}
        return {f"aws:ResourceTag/{key}": value for key, value in found.items()}


def _through(service: str, region: str, key: str, actions: Sequence[str], context: Mapping[str, str]) -> list[Right]:
    """Rights that a service uses for its caller: without any VPC endpoint (aws-facts 2.5)."""
    keys = {"kms:ViaService": f"{service}.{region}.amazonaws.com", "aws:ViaAWSService": "true", **context}
    return [Right(action=action, resource=key, context=keys) for action in actions]


def known_from(graph: PolicyGraph, stacks: Sequence[CapturedStack]) -> Known:
    """What the stacks' resources tell."""
    every = [resource for stack in stacks for resource in stack.with_outputs]
    keys = {key.arn.rpartition("/")[2]: key for key in graph.kind("key")}
    aliases = {(key.account, alias): key.arn for key in keys.values() for alias in key.aliases}
    return Known(
        graph=graph,
        roles={(role.account, role.name): role.arn for role in graph.roles.values()},
        tags=dict(_tagged(every)),
        aliases=aliases,
        topic_keys=dict(_topic_keys(every, {**{k: v.arn for k, v in keys.items()}})),
    )


def _tagged(resources: Iterable[StackResource]) -> Iterable[tuple[str, Mapping[str, str]]]:
    for resource in resources:
        tags = resource.props.get("tagsAll") or resource.props.get("tags")
        if not isinstance(tags, Mapping) or not tags:
            continue
        plain = {str(key): str(value) for key, value in tags.items()}
        for name in ("arn", "id"):
            value = resource.props.get(name)
            if isinstance(value, str) and value:
                yield value, plain


def _topic_keys(resources: Iterable[StackResource], keys: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for resource in resources:
        named, arn = resource.props.get("kmsMasterKeyId"), resource.props.get("arn")
        if resource.type == "aws:sns/topic:Topic" and isinstance(named, str) and isinstance(arn, str):
            yield arn, named if named.startswith("arn:") else keys.get(named, named)
