"""Identity policies, wherever Pulumi's AWS types keep them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from policies.pack.model import NotApplicable, StackResource, Unknown, UnknownValue
from policies.pack.related_resources import points_at
from policies.pack.statements import StatementView, parse

INLINE = (
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
)
MANAGED = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
ATTACHED = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
)
# Every role of an account, or of all, by whatever path of wildcards alone.
EVERY_ROLE = re.compile(r"\*|arn:[^:]*:(iam|\*):[^:]*:[^:]*:(\*|role\*|role/[*/]*)")


def documents(resource: StackResource) -> Iterator[tuple[str, StatementView]]:
    """Statements of the resource's identity policies, each with the name of the policy that holds it."""
    if resource.type in INLINE or resource.type == MANAGED:
        for statement in parse(resource.get("policy")):
            yield "policy", statement
    if resource.type != ROLE:
        return
    for number, inline in enumerate(resource.values("inlinePolicies")):
        document = inline.get("policy") if isinstance(inline, Mapping) else None
        if isinstance(document, Unknown):
            raise UnknownValue(f"inlinePolicies.{number}.policy", resource.name)
        # An empty inline policy is how Terraform's provider says that there is to be none.
        if document:
            where = f"inline policy {number + 1}"
            for statement in parse(document, where):
                yield where, statement


def exclude_boundaries(resource: StackResource, stack: Sequence[StackResource]) -> None:
    """Raises `NotApplicable` for a permissions boundary, which grants nothing unless it is attached as a policy.

    It bounds a role of the stack, or is named as a boundary for roles of other stacks: IAM-02 refuses to attach it.
    """
    if resource.type != MANAGED or _attached_as_policy(resource, stack):
        return
    name = resource.props.get("name")
    named = isinstance(name, str) and is_boundary(name)
    if named or any(points_at(other, "permissionsBoundary", resource, stack) for other in stack if other.type == ROLE):
        raise NotApplicable("it is a permissions boundary, attached to nobody as a policy")


def is_boundary(name: str) -> bool:
    """Whether a managed policy's name or ARN says that it is a boundary."""
    return re.search(r"(^|[-/])boundary$", name) is not None


def _attached_as_policy(policy: StackResource, stack: Sequence[StackResource]) -> bool:
    """Whether it is attached to anybody, or, in a preview, might be."""
    if any(points_at(other, "policyArn", policy, stack) is not False for other in stack if other.type in ATTACHED):
        return True
    arn = policy.props.get("arn")
    return any(_lists(role, arn) for role in stack if role.type == ROLE)


def _lists(role: StackResource, arn: object) -> bool:
    arns = role.props.get("managedPolicyArns")
    return isinstance(arns, list | tuple) and any(value == arn for value in arns)
