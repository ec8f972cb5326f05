"""Reads the policy graph from captured resources, or from what `pulumi stack export` writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from catalog.roles import PURPOSE_TAG, RoleKind
from policies.access.authorization import Document
from policies.access.aws_managed_policies import attached_aws_policies, is_aws_managed
from policies.access.graph.account_policies import account_policies
from policies.access.graph.existing import existing_endpoints, existing_storage
from policies.access.graph.grants import with_grants
from policies.access.graph.model import BadExport, IamRole, PolicyGraph, PolicyResource, VpcEndpoint, account_of
from policies.access.graph.placement import POLICY_CARRIERS, misplaced
from policies.access.graph.policy_documents import default_key_policy, document
from policies.access.graph.project_references import project_references
from policies.access.graph.read_declared import declared, members
from policies.access.graph.references import declared_identifiers, references
from policies.access.graph.role_kinds import UnknownRoleKind, role_kind
from policies.access.graph.runners import runners
from policies.access.graph.stack_resources import StackResources, joined, mappings, tags_of
from policies.access.graph.users import users
from policies.access.package_data import NotInstalled
from policies.pack.captured import BadFile, CapturedStack, read
from policies.pack.model import StackResource

_Declared = TypeVar("_Declared", IamRole, PolicyResource)
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
    if unfinished := [operation for stack in captured for operation in stack.unfinished]:
        raise BadExport("\n".join(f"{one}: bring the stack up, and write the file again" for one in unfinished))
    stacks = joined([StackResources(stack.stack, stack.with_outputs) for stack in captured])
    if problems := misplaced(stacks):
        raise BadExport("\n".join(problems))
    policies = _managed_policies(captured, stacks)
    roles = [*_roles(stacks, policies), *users(stacks, policies)]
    resources = [resource for stack in stacks for resource in _policy_resources(stack)]
    made = [_endpoint(stack, resource) for stack in stacks for resource in stack.of("aws:ec2/vpcEndpoint:VpcEndpoint")]
    existing = [e for stack in stacks for e in existing_endpoints(stack, {endpoint.id: endpoint for endpoint in made})]
    running = [runner for stack in stacks for runner in runners(stack)]
    names = {stack.name for stack in stacks}
    return PolicyGraph(
        roles=_by_arn(roles),
        policy_resources=_by_arn(resources),
        endpoints={endpoint.id: endpoint for endpoint in (*made, *existing)},
        runners={runner.urn: runner for runner in running},
        stacks={r.stack: r.account for r in resources} | {role.stack: role.account for role in roles},
        stages={stack.name: stack.stage for stack in stacks if stack.stage},
        scopes={stack.name: stack.scope for stack in stacks},
        organization_paths=tuple(sorted({path for stack in stacks for path in stack.organization_paths()})),
        references=(*references(captured), *project_references(captured)),
        identifiers=declared_identifiers(captured),
        declared=declared(stacks),
        members=members(stacks),
        vpcs=frozenset(str(vpc.props.get("id")) for stack in stacks for vpc in stack.of("aws:ec2/vpc:Vpc")),
        missing_stacks=tuple(sorted({name for stack in stacks for name in stack.references()} - names)),
    )


def _by_arn(found: Sequence[_Declared]) -> dict[str, _Declared]:
    """Each by its ARN. Raises BadExport of what is declared twice: what the second says would be lost."""
    by_arn: dict[str, _Declared] = {}
    for one in found:
        other = by_arn.setdefault(one.arn, one)
        if other is not one:
            raise BadExport(
                f"{one.arn} is declared twice, as {other.urn} and {one.urn}: AWS has one of a name, keep one"
            )
    return by_arn


def _managed_policies(captured: Sequence[CapturedStack], stacks: Iterable[StackResources]) -> dict[str, Any]:
    """Documents of managed policies by ARN: those that stacks made, and AWS's own that any of them names."""
    try:
        found: dict[str, Any] = dict(attached_aws_policies(captured))
    except NotInstalled as missing:
        raise BadExport(str(missing)) from missing
    return found | {arn: text for stack in stacks for arn, text in stack.managed_policies().items()}


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
        advice = (
            "moto does not carry: upgrade it"
            if is_aws_managed(unknown[0])
            else "no stack here made: give its stack too"
        )
        raise BadExport(f"{where} has {', '.join(unknown)} attached, which {advice}")
    boundary = str(role.props.get("permissionsBoundary") or "")
    arn = _role_arn(role.props.get("arn"), where)
    elsewhere = [each for each in (*arns, boundary) if each and account_of(each) not in (account_of(arn), "aws")]
    if elsewhere:
        raise BadExport(
            f"{where} has {', '.join(elsewhere)} of another account, which AWS refuses: correct its policies"
        )
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
    yield from account_policies(stack)
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
        policy=with_grants(stack, resource, kind, _own_policy(stack, kind, resource, policy)),
        key_arn=stack.bucket_key(resource) if kind == "bucket" else None,
        aliases=stack.aliases(resource) if kind == "key" else (),
        purpose=_purpose(stack, resource, kind) if kind in _WITH_PURPOSE else "",
        tags=tags_of(resource),
    )


def _own_policy(stack: StackResources, kind: str, resource: StackResource, policy: object) -> Document | None:
    """A resource's policy. A key that is given none has that which leaves it to its account's policies.

    Source: AWS KMS Developer Guide, "Default key policy".
    """
    if policy:
        return document(policy, f"{stack.name}: policy of {kind} {resource.name}")
    return default_key_policy(stack.scope) if kind == "key" else None


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
