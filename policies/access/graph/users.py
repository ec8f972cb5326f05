"""IAM users that stacks made, with the policies of their groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.roles import RoleKind
from policies.access.authorization import Document
from policies.access.graph.model import BadExport, IamUser, account_of
from policies.access.graph.policy_documents import document
from policies.access.graph.stack_resources import StackResources, tags_of, texts
from policies.pack.model import StackResource

USER, GROUP = "aws:iam/user:User", "aws:iam/group:Group"
# Nobody assumes a user.
NO_TRUST: Document = {"Version": "2012-10-17", "Statement": []}


def users(stacks: Sequence[StackResources], policies: Mapping[str, Any]) -> Iterator[IamUser]:
    """Every user that the stacks made. `policies` are the managed policies by ARN. Raises BadExport."""
    for stack in stacks:
        for user in stack.of(USER):
            groups = groups_of(stack, user)
            inline, arns = list(_inline(stack, "user", user)), stack.attached_at_once("users", user)
            arns |= _attached(stack, "user", user)
            for owner, group in groups:
                inline += _inline(owner, "group", group)
                arns |= owner.attached_at_once("groups", group) | _attached(owner, "group", group)
            yield _user(stack, user, inline, sorted(arns), policies, [str(group.props["name"]) for _, group in groups])


def _user(
    stack: StackResources,
    user: StackResource,
    inline: Sequence[Document],
    arns: Sequence[str],
    policies: Mapping[str, Any],
    groups: Sequence[str],
) -> IamUser:
    where = f"{stack.name}: user {user.name}"
    unknown = [arn for arn in arns if arn not in policies]
    if unknown:
        raise BadExport(f"{where} has {', '.join(unknown)} attached, which no stack here made: give its stack too")
    boundary = str(user.props.get("permissionsBoundary") or "")
    arn = str(user.props.get("arn"))
    return IamUser(
        arn=arn,
        account=account_of(arn) or stack.scope.account,
        name=str(user.props.get("name")),
        path=str(user.props.get("path") or "/"),
        stack=stack.name,
        urn=user.urn,
        kind=RoleKind.UNKNOWN,
        trust=NO_TRUST,
        inline=tuple(inline),
        managed=tuple(document(policies[each], f"{where}, policy {each}") for each in arns),
        boundary=document(policies[boundary], f"{where}, boundary") if boundary in policies else None,
        boundary_arn=boundary or None,
        tags=tags_of(user),
        groups=tuple(sorted(groups)),
    )


def groups_of(stack: StackResources, user: StackResource) -> list[tuple[StackResources, StackResource]]:
    """Groups that the user is in, by whichever of the two types says so."""
    found: dict[str, tuple[StackResources, StackResource]] = {}
    for owner in stack.joined:
        for group in owner.of(GROUP):
            members = {
                name
                for one in owner.pointing("aws:iam/groupMembership:GroupMembership", "group", group)
                for name in texts(one.props.get("users"))
            }
            joined = {
                name
                for one in stack.pointing("aws:iam/userGroupMembership:UserGroupMembership", "user", user)
                for name in texts(one.props.get("groups"))
            }
            if members & stack.names_for(owner, user) or joined & owner.names_for(stack, group):
                found[group.urn] = owner, group
    return list(found.values())


def _inline(stack: StackResources, kind: str, principal: StackResource) -> list[Document]:
    token = f"aws:iam/{kind}Policy:{kind.capitalize()}Policy"
    found = sorted(stack.pointing(token, kind, principal), key=lambda one: str(one.props.get("name")))
    return [document(one.props.get("policy"), f"{stack.name}: {kind} policy {one.name}") for one in found]


def _attached(stack: StackResources, kind: str, principal: StackResource) -> set[str]:
    token = f"aws:iam/{kind}PolicyAttachment:{kind.capitalize()}PolicyAttachment"
    return {str(one.props.get("policyArn")) for one in stack.pointing(token, kind, principal)}
