"""Buckets, keys and other resources with policies of any program's exports, and what of the exports nobody reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policies.access.authorization import Document
from policies.access.evaluator import PolicyKind
from policies.access.graph.account_policies import account_policies
from policies.access.graph.grants import with_grants
from policies.access.graph.model import BadExport, PolicyResource, VpcEndpoint, account_of
from policies.access.graph.placement import CARRIERS, FUNCTION, POLICY_CARRIERS, PolicyCarrier
from policies.access.graph.policy_documents import default_key_policy
from policies.access.graph.stack_resources import KEY, tags_of
from policies.access.inventory.exported import ExportedStack
from policies.access.inventory.unread import Unreadable
from policies.pack.model import StackResource

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_NAMES = ("bucket", "modelPackageGroupName", "keyId", "name")


def policy_resources(stacks: Sequence[ExportedStack], unread: Unreadable) -> list[PolicyResource]:
    """Every resource that can carry a policy, without a purpose: the inventory says it."""
    found = [
        _resource(stack, resource, carrier, unread)
        for stack in stacks
        for carrier in POLICY_CARRIERS
        for resource in stack.of(carrier.target)
    ]
    found += [_function(stack, function, unread) for stack in stacks for function in stack.of(FUNCTION)]
    of_accounts = [resource for stack in stacks for resource in _of_account(stack, unread)]
    return [*(resource for resource in found if resource), *of_accounts]


def _resource(
    stack: ExportedStack, resource: StackResource, carrier: PolicyCarrier, unread: Unreadable
) -> PolicyResource | None:
    where = f"{stack.name}: {carrier.kind} {resource.name}"
    carried = stack.pointing(carrier.type, carrier.names_target, resource)
    if len(carried) > 1:
        unread.add(where, f"it has {len(carried)} of {carrier.type}, of which AWS keeps the last")
    texts: list[object] = [one.props.get(carrier.text) for one in carried] or [resource.props.get("policy")]
    kind = PolicyKind.KEY if carrier.kind == "key" else PolicyKind.RESOURCE
    documents = [unread.policy(text, kind, f"{where}, policy") for text in texts if text or carried]
    return _made(stack, resource, carrier.kind, _with_grants(stack, resource, carrier.kind, documents, unread), unread)


def _with_grants(
    stack: ExportedStack,
    resource: StackResource,
    kind: str,
    documents: Sequence[Document | None],
    unread: Unreadable,
) -> Document | None:
    """The policy with whatever else opens the resource; that of a key that is given none leaves it to its account."""
    policy = _together(documents) or (default_key_policy(stack.scope) if kind == "key" and not documents else None)
    try:
        return with_grants(stack, resource, kind, policy)
    except BadExport as bad:
        unread.add(stack.name, str(bad).removeprefix(f"{stack.name}: "))
        return policy


def _of_account(stack: ExportedStack, unread: Unreadable) -> list[PolicyResource]:
    """The policies of an account's registry, default event bus and log groups."""
    try:
        return list(account_policies(stack))
    except BadExport as bad:
        unread.add(stack.name, str(bad).removeprefix(f"{stack.name}: "))
        return []


def _function(stack: ExportedStack, function: StackResource, unread: Unreadable) -> PolicyResource | None:
    text = stack.function_policy(function)
    policy = (
        unread.policy(text, PolicyKind.RESOURCE, f"{stack.name}: function {function.name}, policy") if text else None
    )
    return _made(stack, function, "function", policy, unread)


def _together(documents: Iterable[Document | None]) -> Document | None:
    """Several policies of one resource as one that allows and denies what any of them does."""
    known = [document for document in documents if document]
    if len(known) < 2:
        return known[0] if known else None
    statements = [one for each in known for one in _listed(each.get("Statement"))]
    return {"Version": "2012-10-17", "Statement": statements}


def _made(
    stack: ExportedStack, resource: StackResource, kind: str, policy: Document | None, unread: Unreadable
) -> PolicyResource | None:
    arn = resource.props.get("arn")
    if not isinstance(arn, str) or arn.count(":") < 5:
        unread.add(f"{stack.name}: {kind} {resource.name}", "it has no ARN: export the stack after `pulumi up`")
        return None
    return PolicyResource(
        kind=kind,
        arn=arn,
        account=account_of(arn) or stack.scope.account,
        name=next((str(resource.props[key]) for key in _NAMES if resource.props.get(key)), resource.name),
        stack=stack.name,
        urn=resource.urn,
        policy=policy,
        key_arn=_bucket_key(stack, resource) if kind == "bucket" else None,
        aliases=stack.aliases(resource) if kind == "key" else (),
        tags=tags_of(resource),
    )


def _bucket_key(stack: ExportedStack, bucket: StackResource) -> str | None:
    """The ARN of the key of a bucket's default encryption, whether a resource of its own or the bucket names it."""
    named = stack.bucket_key(bucket) or next(_inline_keys(bucket.props), None)
    keys = ((other, key) for other in stack.joined for key in other.of(KEY))
    return next((str(key.props.get("arn")) for other, key in keys if named in other.names_for(stack, key)), named)


def _inline_keys(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        key = value.get("kmsMasterKeyId")
        if isinstance(key, str) and key:
            yield key
        for name, inner in value.items():
            if not str(name).startswith("tags"):
                yield from _inline_keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _inline_keys(inner)


def endpoints(stacks: Sequence[ExportedStack], unread: Unreadable) -> list[VpcEndpoint]:
    """Every VPC endpoint with its policy."""
    return [_endpoint(stack, one, unread) for stack in stacks for one in stack.of(ENDPOINT)]


def _endpoint(stack: ExportedStack, endpoint: StackResource, unread: Unreadable) -> VpcEndpoint:
    where = f"{stack.name}: endpoint {endpoint.name}"
    identifier, service = endpoint.props.get("id"), endpoint.props.get("serviceName")
    if not isinstance(identifier, str) or not isinstance(service, str):
        unread.add(where, "it has no id or no service that is known: export the stack after `pulumi up`")
    text = endpoint.props.get("policy")
    return VpcEndpoint(
        id=str(identifier),
        account=stack.scope.account,
        vpc=str(endpoint.props.get("vpcId")),
        # com.amazonaws.<region>.<service>, with `cn.` before it in China.
        service=str(service).split("amazonaws.", 1)[-1].split(".", 1)[-1],
        stack=stack.name,
        urn=endpoint.urn,
        policy=unread.policy(text, PolicyKind.ENDPOINT, f"{where}, policy") if text else None,
    )


# What carries something of a user or a group: type, the property that names it, the owner's type.
_USER, _GROUP, _ROLE = "aws:iam/user:User", "aws:iam/group:Group", "aws:iam/role:Role"
_IDENTITY_CARRIERS = (
    ("aws:iam/userPolicy:UserPolicy", "user", _USER),
    ("aws:iam/userPolicyAttachment:UserPolicyAttachment", "user", _USER),
    ("aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive", "userName", _USER),
    ("aws:iam/userGroupMembership:UserGroupMembership", "user", _USER),
    ("aws:iam/userGroupMembership:UserGroupMembership", "groups", _GROUP),
    ("aws:iam/groupPolicy:GroupPolicy", "group", _GROUP),
    ("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", "group", _GROUP),
    ("aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive", "groupName", _GROUP),
    ("aws:iam/groupMembership:GroupMembership", "group", _GROUP),
    ("aws:iam/groupMembership:GroupMembership", "users", _USER),
    ("aws:iam/policyAttachment:PolicyAttachment", "roles", _ROLE),
    ("aws:iam/policyAttachment:PolicyAttachment", "users", _USER),
    ("aws:iam/policyAttachment:PolicyAttachment", "groups", _GROUP),
)


def misplaced_carriers(stacks: Sequence[ExportedStack], unread: Unreadable) -> None:
    """What carries a policy, an attachment or a permission for something that no export holds, or that is not known."""
    carriers = [*((one.type, one.names_target, one.target) for one in CARRIERS), *_IDENTITY_CARRIERS]
    for token, names_target, owner in carriers:
        made = [(stack, resource) for stack in stacks for resource in stack.of(owner)]
        for stack in stacks:
            found = stack.of(token)
            names = {name for other, one in made for name in other.names_for(stack, one)} if found else set()
            for carrier in found:
                for target in _targets(carrier.props.get(names_target)):
                    _placed(f"{stack.name}: {token} {carrier.name}", target, names, unread)


def _placed(where: str, target: object, names: set[str], unread: Unreadable) -> None:
    if not isinstance(target, str):
        unread.add(where, "what it is for is not known: export the stack after `pulumi up`")
    elif target not in names:
        unread.add(where, f"it is for {target}, which no export here made: give the export that holds it")


def _targets(value: Any) -> Sequence[object]:
    """What a property names; nothing where it is not there, as in a policy that is attached to roles alone."""
    if value is None or value == "":
        return ()
    return list(value) if isinstance(value, list | tuple) else [value]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
