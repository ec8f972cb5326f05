"""What a request does not say and AWS knows: a role's path, tags of what is there, keys behind aliases and buckets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from policies.access.graph import PolicyGraph
from policies.access.graph.model import PolicyResource
from policies.pack.captured import CapturedStack
from policies.pack.model import StackResource
from rehearsal.service_model.required_action import Right
from rehearsal.services import services

_BOUNDARY_KEY = "iam:PermissionsBoundary"
# Actions whose condition keys hold the boundary that the role has, not one in the request (Service
# Authorization Reference, "AWS Identity and Access Management (IAM)").
_BOUNDARY_ACTIONS = frozenset(
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
class ResourceFacts:
    """What the stacks' resources tell.

    - `roles`: account and name -> ARN; `tags`: ARN, or the id at its end -> tags;
    - `aliases`: account and alias of a key -> ARN; `route_tables`: id of an association -> id of its route table;
    - `resource_keys`: ARN of what names its key itself, such as a topic -> ARN of the key;
    - `existing`: what was there before any stack.
    """

    graph: PolicyGraph
    roles: Mapping[tuple[str, str], str]
    tags: Mapping[str, Mapping[str, str]]
    aliases: Mapping[tuple[str, str], str]
    route_tables: Mapping[str, str]
    resource_keys: Mapping[str, str]
    existing: frozenset[str] = frozenset()

    def resolve(self, right: Right) -> Right:
        """The right with its resource's real ARN and with the condition keys that follow from what is there."""
        resource = self._resource(right)
        context = {**self._resource_tags(resource), **right.context}
        role = self.graph.roles.get(resource)
        if right.action in _BOUNDARY_ACTIONS and role is not None and role.boundary_arn:
            context[_BOUNDARY_KEY] = role.boundary_arn
        return replace(right, resource=resource, context=context)

    def encryption_rights(self, right: Right, operation: str) -> Sequence[Right]:
        """What a service asks KMS for on the caller's behalf, such as S3 for objects of an encrypted bucket."""
        service = services().get(right.action.partition(":")[0])
        if service is None or service.encryption_rights is None:
            return ()
        encrypted = self._encryption(right.resource)
        return service.encryption_rights(right, operation, *encrypted) if encrypted else ()

    def _encryption(self, resource: str) -> tuple[str, str] | None:
        """The ARN of the key that encrypts a resource, and that of the resource with the key, such as a bucket."""
        if resource in self.resource_keys:
            return self.resource_keys[resource], resource
        encrypted = self.graph.policy_resource_of(resource)
        if encrypted is None or not encrypted.key_arn:
            return None
        return self._key(encrypted.key_arn, encrypted), encrypted.arn

    def _key(self, named: str, beside: PolicyResource) -> str:
        return named if named.startswith("arn:") else self.aliases.get((beside.account, named), named)

    def _resource(self, right: Right) -> str:
        """Requests name roles, aliases and associations; AWS decides about the role's path, the key, the table."""
        parts = right.resource.split(":", 5)
        if len(parts) != 6:
            return right.resource
        _, _, service, _, account, rest = parts
        if service == "iam" and rest.startswith("role/"):
            return self.roles.get((account, rest.rpartition("/")[2]), right.resource)
        if service == "kms" and rest.startswith("key/alias/"):
            return self.aliases.get((account, rest.removeprefix("key/")), right.resource)
        if service == "ec2" and rest.startswith("route-table/"):
            id_ = rest.removeprefix("route-table/")
            return right.resource.removesuffix(id_) + self.route_tables.get(id_, id_)
        return right.resource

    def _resource_tags(self, resource: str) -> dict[str, str | tuple[str, ...]]:
        found = self.tags.get(resource) or self.tags.get(resource.rpartition("/")[2]) or {}
        return {f"aws:ResourceTag/{key}": value for key, value in found.items()}


def facts_from(graph: PolicyGraph, stacks: Sequence[CapturedStack]) -> ResourceFacts:
    """What the stacks' resources tell."""
    every = [resource for stack in stacks for resource in stack.with_outputs]
    keys = {key.arn.rpartition("/")[2]: key for key in graph.resources("key")}
    aliases = {(key.account, alias): key.arn for key in keys.values() for alias in key.aliases}
    return ResourceFacts(
        graph=graph,
        roles={(role.account, role.name): role.arn for role in graph.roles.values()},
        tags=dict(_tagged(every)),
        aliases=aliases,
        route_tables={
            str(each.props["id"]): str(each.props["routeTableId"])
            for each in every
            if each.type == "aws:ec2/routeTableAssociation:RouteTableAssociation" and "id" in each.props
        },
        resource_keys=dict(_resource_keys(every, {**{k: v.arn for k, v in keys.items()}})),
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


def _resource_keys(resources: Iterable[StackResource], keys: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for resource in resources:
        named, arn = resource.props.get("kmsMasterKeyId"), resource.props.get("arn")
        if isinstance(named, str) and isinstance(arn, str):
            yield arn, named if named.startswith("arn:") else keys.get(named, named)
