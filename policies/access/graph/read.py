"""Reads the policy graph from captured resources, or from what `pulumi stack export` writes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalog.roles import PURPOSE_TAG, RoleKind
from policies.access.authorization import Document
from policies.access.graph.existing import existing_endpoints, existing_storage
from policies.access.graph.model import BadExport, IamRole, PolicyGraph, PolicyResource, VpcEndpoint, account_of
from policies.access.graph.placement import POLICY_CARRIERS, misplaced
from policies.access.graph.references import references
from policies.access.graph.role_kinds import UnknownRoleKind, role_kind
from policies.access.graph.runners import runners
from policies.access.graph.stack_resources import StackResources, joined, mappings, tags_of
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
            stacks += read(path)
        except BadFile as error:
            raise BadExport(str(error)) from error
    return graph_of(stacks)


def graph_of(captured: Sequence[CapturedStack]) -> PolicyGraph:
    """The graph of stacks whose resources carry their outputs. Raises BadExport, as `read_graph` does."""
    stacks = joined([StackResources(stack.stack, stack.with_outputs) for stack in captured])
    if problems := misplaced(stacks):
        raise BadExport("\n".join(problems))
    policies = {arn: text for stack in stacks for arn, text in stack.managed_policies().items()}
    roles = _roles(stacks, policies)
    resources = [resource for stack in stacks for resource in _policy_resources(stack)]
    made = [_endpoint(stack, resource) for stack in stacks for resource in stack.of("aws:ec2/vpcEndpoint:VpcEndpoint")]
    existing = [e for stack in stacks for e in existing_endpoints(stack, {endpoint.id: endpoint for endpoint in made})]
    running = [runner for stack in stacks for runner in runners(stack)]
    names = {stack.name for stack in stacks}
    _refuse_doubles([*roles, *resources])
    return PolicyGraph(
        roles={role.arn: role for role in roles},
        policy_resources={resource.arn: resource for resource in resources},
        endpoints={endpoint.id: endpoint for endpoint in (*made, *existing)},
        runners={runner.urn: runner for runner in running},
        stacks={r.stack: r.account for r in resources} | {role.stack: role.account for role in roles},
        stages={stack.name: stack.stage for stack in stacks if stack.stage},
        scopes={stack.name: stack.scope for stack in stacks},
        organization_paths=tuple(sorted({path for stack in stacks for path in stack.organization_paths()})),
        references=references(captured),
        vpcs=frozenset(str(vpc.props.get("id")) for stack in stacks for vpc in stack.of("aws:ec2/vpc:Vpc")),
        missing_stacks=tuple(sorted({name for stack in stacks for name in stack.references()} - names)),
    )


def _refuse_doubles(found: Sequence[IamRole | PolicyResource]) -> None:
    """Two of one ARN cannot both be; of which AWS would know, nobody can tell. Raises BadExport."""
    doubled = [arn for arn, count in Counter(one.arn for one in found).items() if count > 1]
    if doubled:
        raise BadExport("\n".join(f"{arn} is declared more than once: keep one" for arn in sorted(doubled)))


def document(value: object, where: str) -> Document:
    """A policy of a resource as JSON; `where` says which for the error. Raises BadExport."""
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


def _roles(stacks: Iterable[StackResources], policies: Mapping[str, Any]) -> list[IamRole]:
    """Every role that the stacks made. Raises BadExport that names each role whose kind cannot be told."""
    roles: list[IamRole] = []
    problems: list[str] = []
    for stack in stacks:
        for resource in stack.of("aws:iam/role:Role"):
            try:
                kind = role_kind(resource, stack.platform_tag)
            except UnknownRoleKind as error:
                problems.append(f"{stack.name}: role {resource.props.get('arn') or resource.name} {error}")
            else:
                roles.append(_role(stack, resource, kind, policies))
    if problems:
        raise BadExport("\n".join(problems))
    return roles


def _role(stack: StackResources, role: StackResource, kind: RoleKind, policies: Mapping[str, Any]) -> IamRole:
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
    return IamRole(
        arn=arn,
        account=account_of(arn) or "",
        name=str(role.props.get("name")),
        path=str(role.props.get("path") or "/"),
        stack=stack.name,
        urn=role.urn,
        kind=kind,
        trust=document(role.props.get("assumeRolePolicy"), f"{where}, trust"),
        inline=tuple(policy for _, policy in sorted(inline, key=lambda pair: pair[0])),
        managed=tuple(document(policies[arn], f"{where}, policy {arn}") for arn in arns),
        boundary=document(policies[boundary], f"{where}, boundary") if boundary in policies else None,
        boundary_arn=boundary or None,
        tags=tags_of(role),
    )


def _role_arn(value: object, where: str) -> str:
    if isinstance(value, str) and _ROLE_ARN.fullmatch(value):
        return value
    raise BadExport(f"{where} has no ARN of a role that could be read: export the stack after `pulumi up`, whole")


def _policy_resources(stack: StackResources) -> Iterable[PolicyResource]:
    for carrier in POLICY_CARRIERS:
        for resource in stack.of(carrier.target):
            carried = stack.pointing(carrier.type, carrier.names_target, resource)
            policy: object = carried[0].props.get(carrier.text) if carried else resource.props.get("policy")
            yield _policy_resource(stack, resource, carrier.kind, policy)
    for function in stack.of("aws:lambda/function:Function"):
        yield _policy_resource(stack, function, "function", stack.function_policy(function))
    for existing, policy in existing_storage(stack):
        yield replace(
            existing, existing=True, policy=document(policy, f"{stack.name}: policy of {existing.kind} {existing.name}")
        )


def _policy_resource(stack: StackResources, resource: StackResource, kind: str, policy: object) -> PolicyResource:
    arn = stack.arn(resource)
    return PolicyResource(
        kind=kind,
        arn=arn,
        account=account_of(arn) or stack.scope.account,
        name=next((str(resource.props[key]) for key in _NAMES if resource.props.get(key)), resource.name),
        stack=stack.name,
        urn=resource.urn,
        policy=document(policy, f"{stack.name}: policy of {kind} {resource.name}") if policy else None,
        key_arn=stack.bucket_key(resource) if kind == "bucket" else None,
        aliases=stack.aliases(resource) if kind == "key" else (),
        purpose=_purpose(stack, resource, kind) if kind in _WITH_PURPOSE else "",
        tags=tags_of(resource),
    )


# Kinds of resources whose tag `purpose` says what they are for.
_WITH_PURPOSE = ("bucket", "key")
_NAMES = ("bucket", "modelPackageGroupName", "keyId", "name")


def _purpose(stack: StackResources, resource: StackResource, kind: str) -> str:
    purpose = tags_of(resource).get(PURPOSE_TAG)
    if not purpose:
        raise BadExport(
            f"{stack.name}: {kind} {resource.name} has no tag {PURPOSE_TAG}: nobody knows what it is for; bring "
            "the stack up with this version, and write the file again"
        )
    return purpose


def _endpoint(stack: StackResources, endpoint: StackResource) -> VpcEndpoint:
    where = f"{stack.name}: policy of endpoint {endpoint.name}"
    policy = endpoint.props.get("policy")
    service = str(endpoint.props.get("serviceName"))
    return VpcEndpoint(
        id=str(endpoint.props.get("id")),
        account=stack.scope.account,
        vpc=str(endpoint.props.get("vpcId")),
        # com.amazonaws.<region>.<service>, with `cn.` before it in China.
        service=service.split("amazonaws.", 1)[-1].split(".", 1)[-1],
        stack=stack.name,
        urn=endpoint.urn,
        policy=document(policy, where) if policy else None,
    )
