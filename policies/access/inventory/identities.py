"""Roles and users of any program's exports, with every policy that reaches them: inline, attached, by their groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.roles import RoleKind
from policies.access.authorization import Document
from policies.access.aws_managed_policies import aws_managed_document, is_aws_managed
from policies.access.evaluator import PolicyKind
from policies.access.graph.model import IamRole, IamUser, account_of
from policies.access.graph.policy_documents import as_list, statements
from policies.access.graph.stack_resources import StackResources, mappings, tags_of, texts
from policies.access.graph.users import GROUP, NO_TRUST, USER, groups_of
from policies.access.inventory.exported import ExportedStack
from policies.access.inventory.unread import Unreadable
from policies.pack.model import StackResource, Unknown

ROLE = "aws:iam/role:Role"
# Type of an owner -> property that names it, in types that carry policies for it: inline, attached, exclusive, to many.
_PARTS = {ROLE: ("role", "Role"), USER: ("user", "User"), GROUP: ("group", "Group")}
_TO_MANY = "aws:iam/policyAttachment:PolicyAttachment"


@dataclass(frozen=True)
class ManagedPolicies:
    """Documents of the managed policies that the exports hold, by ARN; AWS's own are looked up.

    `attached`: policy that the exports hold -> ARNs of the roles and users that have it.
    """

    own: Mapping[str, object]
    unread: Unreadable
    attached: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, stacks: Iterable[StackResources], unread: Unreadable) -> ManagedPolicies:
        """Those of all stacks."""
        return cls({arn: text for stack in stacks for arn, text in stack.managed_policies().items()}, unread)

    def document(self, arn: str, where: str, kind: PolicyKind) -> Document | None:
        """The document of a policy that is attached somewhere; None where it cannot be read."""
        text = self.own.get(arn)
        if text is None and is_aws_managed(arn):
            text = aws_managed_document(arn)
            if text is None:
                self.unread.add(where, f"{arn} is attached, a policy of AWS's that moto does not carry: upgrade moto")
                return None
        if text is None:
            self.unread.add(where, f"{arn} is attached, which no export here made: give the export that holds it")
            return None
        document = self.unread.policy(text, kind, f"{where}, policy {arn}")
        return widened(document) if document and kind is PolicyKind.IDENTITY else document


# A variable between two wildcards: `${sagemaker:DomainId}` in `arn:aws:sagemaker:*:*:app/${sagemaker:DomainId}/*`.
_BETWEEN = re.compile(r"(?<=[*])([^*$]*)\$\{[^}]*\}(?=.*[*])")


def widened(document: Document) -> Document:
    """The document with wildcards for variables between wildcards in what it allows, as some of AWS's own have them.

    No solver decides such patterns. It then allows more: whoever may not do something by it may not by the original.
    """
    return {**document, "Statement": [_widened(one) for one in statements(document)]}


def _widened(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    if statement.get("Effect") != "Allow" or "Resource" not in statement:
        return statement
    return {**statement, "Resource": [_BETWEEN.sub(r"\1*", str(one)) for one in as_list(statement["Resource"])]}


@dataclass(frozen=True)
class Owner:
    """Whose policies are read: the role or user, by ARN, and where they stand."""

    arn: str
    where: str


def identities(stacks: Sequence[ExportedStack], policies: ManagedPolicies) -> list[IamRole]:
    """Every role and user, of unknown kind, with the policies that could be read."""
    found = [
        _identity(stack, resource, token, policies)
        for stack in stacks
        for token in (ROLE, USER)
        for resource in stack.of(token)
    ]
    return [identity for identity in found if identity]


def _identity(stack: StackResources, resource: StackResource, token: str, policies: ManagedPolicies) -> IamRole | None:
    word = _PARTS[token][0]
    where, arn, unread = f"{stack.name}: {word} {resource.name}", resource.props.get("arn"), policies.unread
    if not isinstance(arn, str) or f":{word}/" not in arn or not (account_of(arn) or "").isdigit():
        unread.add(where, f"it has no ARN of a {word}: export the stack after `pulumi up`")
        return None
    trust: Document | None = NO_TRUST
    if token == ROLE:
        trust = unread.policy(resource.props.get("assumeRolePolicy"), PolicyKind.TRUST, f"{where}, trust")
    owner = Owner(arn, where)
    documents = [*_documents(stack, resource, token, owner, policies)]
    if token == USER:
        for group_stack, group in groups_of(stack, resource):
            owner = Owner(arn, f"{stack.name}: group {group.name}")
            documents += _documents(group_stack, group, GROUP, owner, policies)
    boundary = resource.props.get("permissionsBoundary")
    limit = None
    if isinstance(boundary, str) and boundary:
        limit = policies.document(boundary, f"{where}, boundary", PolicyKind.BOUNDARY)
    name = arn.rpartition("/")[2]
    made = IamUser if token == USER else IamRole
    return made(
        arn=arn,
        account=account_of(arn) or "",
        name=name,
        path=arn.partition(f":{word}")[2].removesuffix(name),
        stack=stack.name,
        urn=resource.urn,
        kind=RoleKind.UNKNOWN,
        trust=trust or NO_TRUST,
        inline=tuple(documents),
        boundary=limit,
        boundary_arn=boundary if limit and isinstance(boundary, str) else None,
        tags=tags_of(resource),
    )


def _documents(
    stack: StackResources, resource: StackResource, token: str, owner: Owner, policies: ManagedPolicies
) -> Iterator[Document]:
    """All identity policies of a role, a user or a group."""
    where = owner.where
    unread, names_owner, word = policies.unread, *_PARTS[token]
    texts_of = [
        (f"{where}, policy {one.name}", one.props.get("policy"))
        for one in stack.pointing(f"aws:iam/{names_owner}Policy:{word}Policy", names_owner, resource)
    ]
    texts_of += [
        (f"{where}, policy {one.get('name')}", one.get("policy"))
        for one in mappings(resource.props.get("inlinePolicies"))
        if one.get("policy")
    ]
    for at, text in texts_of:
        if document := unread.policy(text, PolicyKind.IDENTITY, at):
            yield document
    for arn in sorted(_attached(stack, resource, token, where, unread)):
        if arn in policies.own:
            policies.attached.setdefault(arn, set()).add(owner.arn)
        if document := policies.document(arn, where, PolicyKind.IDENTITY):
            yield document


def _attached(stack: StackResources, owner: StackResource, token: str, where: str, unread: Unreadable) -> set[str]:
    """ARNs of the managed policies of a role, a user or a group, however they were attached."""
    names_owner, word = _PARTS[token]
    attachment = f"aws:iam/{names_owner}PolicyAttachment:{word}PolicyAttachment"
    exclusive = f"aws:iam/{names_owner}PolicyAttachmentsExclusive:{word}PolicyAttachmentsExclusive"
    found = [one.props.get("policyArn") for one in stack.pointing(attachment, names_owner, owner)]
    found += _items(owner.props.get("managedPolicyArns"))
    for one in stack.pointing(exclusive, f"{names_owner}Name", owner):
        found += _items(one.props.get("policyArns"))
    found += [one.props.get("policyArn") for one in _listing(stack, _TO_MANY, f"{names_owner}s", owner)]
    arns = {arn for arn in found if isinstance(arn, str) and arn.startswith("arn:")}
    if any(not isinstance(arn, str) or arn not in arns for arn in found):
        unread.add(where, "an attached policy has no ARN that is known: export the stack after `pulumi up`")
    return arns


def _listing(stack: StackResources, token: str, prop: str, owner: StackResource) -> Iterable[StackResource]:
    """Resources of a type, in any joined stack, whose property is a list in which the owner stands."""
    for other in stack.joined:
        names = stack.names_for(other, owner)
        yield from (one for one in other.of(token) if names.intersection(texts(one.props.get(prop))))


def _items(value: Any) -> list[Any]:
    if isinstance(value, Unknown):
        return [value]
    return list(value) if isinstance(value, list | tuple) else []
