"""The graph from captured resources, or from what `pulumi stack export` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from policies.access.authorization import Document
from policies.access.graph.existing import brought, brought_endpoints
from policies.access.graph.joined import Joined, mappings
from policies.access.graph.model import BadExport, PolicyGraph, PolicyResource, Role, VpcEndpoint, account_of
from policies.access.graph.runners import runners
from policies.pack.captured import BadFile, CapturedStack, read
from policies.pack.model import StackResource, Unknown

_ROLE_ARN = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:role/\S+")


def read_graph(*paths: Path) -> PolicyGraph:
    """The graph that one file or several describe: a rehearsal's resources, or an export of each stack.

    Raises BadExport that says which file, which resource and what to do.
    """
    stacks: list[CapturedStack] = []
    for path in paths:
        try:
            found = read(path)
        except BadFile as error:
            raise BadExport(str(error)) from error
        stacks += found
    return graph_of(stacks)


def graph_of(stacks: Sequence[CapturedStack]) -> PolicyGraph:
    """The graph of stacks whose resources carry their outputs."""
    joined = [Joined(stack.stack, stack.with_outputs) for stack in stacks]
    policies = {arn: text for each in joined for arn, text in each.managed_policies().items()}
    roles = [_role(each, role, policies) for each in joined for role in each.of("aws:iam/role:Role")]
    guarded = [one for each in joined for one in _guarded(each)]
    made = [_endpoint(each, one) for each in joined for one in each.of("aws:ec2/vpcEndpoint:VpcEndpoint")]
    named = [one for each in joined for one in brought_endpoints(each, {one.id: one for one in made})]
    running = [one for each in joined for one in runners(each)]
    return PolicyGraph(
        roles={role.arn: role for role in roles},
        policy_resources={one.arn: one for one in guarded},
        endpoints={one.id: one for one in (*made, *named)},
        runners={one.urn: one for one in running},
        stacks=_accounts(roles, guarded),
        organization_paths=tuple(sorted({path for each in joined for path in each.organization_paths()})),
        absent=tuple(sorted({name for each in joined for name in each.references()} - {each.name for each in joined})),
    )


def _accounts(roles: Sequence[Role], guarded: Sequence[PolicyResource]) -> dict[str, str]:
    return {**{one.stack: one.account for one in guarded}, **{role.stack: role.account for role in roles}}


def document(value: object, where: str) -> Document:
    """A policy of a resource as JSON. Raises BadExport."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Unknown) or value is None:
        raise BadExport(f"{where} is not known yet: export the stack after `pulumi up`")
    try:
        parsed = json.loads(str(value))
    except json.JSONDecodeError as error:
        raise BadExport(f"{where} is not JSON ({error}): correct it, and write the file again") from error
    except RecursionError as error:
        raise BadExport(f"{where} is nested too deeply to be a policy: correct it, and write the file again") from error
    if not isinstance(parsed, Mapping):
        raise BadExport(f"{where} is not a policy document: a JSON object with Version and Statement")
    return parsed


def _role(stack: Joined, role: StackResource, policies: Mapping[str, Any]) -> Role:
    where = f"{stack.name}: role {role.name}"
    inline = [
        (str(one.props.get("name")), document(one.props.get("policy"), f"{where}, policy {one.name}"))
        for one in stack.pointing("aws:iam/rolePolicy:RolePolicy", "role", role)
    ]
    inline += [
        (str(one.get("name")), document(one.get("policy"), f"{where}, policy {one.get('name')}"))
        for one in mappings(role.props.get("inlinePolicies"))
        if one.get("policy")
    ]
    arns = sorted(stack.attached_policies(role))
    unknown = [arn for arn in arns if arn not in policies]
    if unknown:
        raise BadExport(f"{where} has {', '.join(unknown)} attached, which no stack here made: give its stack too")
    boundary = str(role.props.get("permissionsBoundary") or "")
    arn = _role_arn(role.props.get("arn"), where)
    return Role(
        arn=arn,
        account=account_of(arn) or "",
        name=str(role.props.get("name")),
        path=str(role.props.get("path") or "/"),
        stack=stack.name,
        urn=role.urn,
        trust=document(role.props.get("assumeRolePolicy"), f"{where}, trust"),
        inline=tuple(found for _, found in sorted(inline, key=lambda pair: pair[0])),
        managed=tuple(document(policies[arn], f"{where}, policy {arn}") for arn in arns),
        boundary=document(policies[boundary], f"{where}, boundary") if boundary in policies else None,
        boundary_arn=boundary or None,
        tags=_tags(role),
    )


def _role_arn(value: object, where: str) -> str:
    if isinstance(value, str) and _ROLE_ARN.fullmatch(value):
        return value
    raise BadExport(f"{where} has no ARN of a role that could be read: export the stack after `pulumi up`, whole")


def _tags(resource: StackResource) -> dict[str, str]:
    found = [resource.props.get(prop) for prop in ("tags", "tagsAll")]
    return {str(key): str(value) for tags in found if isinstance(tags, Mapping) for key, value in tags.items()}


# Type -> kind, the type that carries its policy, the property there that names it, the property with the text.
_KINDS: dict[str, tuple[str, str, str, str]] = {
    "aws:s3/bucket:Bucket": ("bucket", "aws:s3/bucketPolicy:BucketPolicy", "bucket", "policy"),
    "aws:kms/key:Key": ("key", "aws:kms/keyPolicy:KeyPolicy", "keyId", "policy"),
    "aws:ecr/repository:Repository": (
        "repository",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "repository",
        "policy",
    ),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": (
        "group",
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        "modelPackageGroupName",
        "resourcePolicy",
    ),
    "aws:cloudwatch/eventBus:EventBus": (
        "bus",
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        "eventBusName",
        "policy",
    ),
    "aws:sns/topic:Topic": ("topic", "aws:sns/topicPolicy:TopicPolicy", "arn", "policy"),
    "aws:sqs/queue:Queue": ("queue", "aws:sqs/queuePolicy:QueuePolicy", "queueUrl", "policy"),
    "aws:secretsmanager/secret:Secret": (
        "secret",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "secretArn",
        "policy",
    ),
}


def _guarded(stack: Joined) -> Iterable[PolicyResource]:
    for token, (kind, carrier, prop, text) in _KINDS.items():
        for resource in stack.of(token):
            carried = stack.pointing(carrier, prop, resource)
            policy: object = carried[0].props.get(text) if carried else resource.props.get("policy")
            yield _guard(stack, resource, kind, policy)
    for function in stack.of("aws:lambda/function:Function"):
        yield _guard(stack, function, "function", stack.function_policy(function))
    for found, policy in brought(stack):
        yield replace(found, policy=document(policy, f"{stack.name}: policy of {found.kind} {found.name}"))


def _guard(stack: Joined, resource: StackResource, kind: str, policy: object) -> PolicyResource:
    arn = stack.arn(resource)
    return PolicyResource(
        kind=kind,
        arn=arn,
        account=account_of(arn) or stack.account,
        name=next((str(resource.props[key]) for key in _NAMES if resource.props.get(key)), resource.name),
        stack=stack.name,
        urn=resource.urn,
        policy=document(policy, f"{stack.name}: policy of {kind} {resource.name}") if policy else None,
        key_arn=stack.bucket_key(resource) if kind == "bucket" else None,
        aliases=stack.aliases(resource) if kind == "key" else (),
        tags=_tags(resource),
    )


_NAMES = ("bucket", "modelPackageGroupName", "keyId", "name")


def _endpoint(stack: Joined, endpoint: StackResource) -> VpcEndpoint:
    where = f"{stack.name}: policy of endpoint {endpoint.name}"
    policy = endpoint.props.get("policy")
    name = str(endpoint.props.get("serviceName"))
    return VpcEndpoint(
        id=str(endpoint.props.get("id")),
        account=stack.account,
        vpc=str(endpoint.props.get("vpcId")),
        # com.amazonaws.<region>.<service>, with `cn.` before it in China.
        service=name.split("amazonaws.", 1)[-1].split(".", 1)[-1],
        stack=stack.name,
        policy=document(policy, where) if policy else None,
    )
