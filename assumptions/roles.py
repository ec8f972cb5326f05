"""What probes share that need roles of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from assumptions.assumption import ProbedStack
from catalog.names import BOUNDARY, foundation_path
from catalog.roles import RolePath
from catalog.scope import Scope

# Until IAM's changes have reached other services: seconds as a rule (IAM User Guide, "Troubleshoot IAM": changes are
# not always immediately visible). What a probe concludes from a refusal has a control all the same.
PROPAGATION_SECONDS = 20
# What whoever runs such a probe must be allowed.
NEEDS = ("iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PassRole", "iam:PutRolePolicy")

_POLICY = "probe"


def scope_of(stack: ProbedStack) -> Scope:
    """The stack's account, as ARNs are made from it."""
    return Scope(partition=stack.partition, account=stack.account, region=stack.region, prefix=stack.prefix)


def allow(actions: str | Sequence[str], resources: str | Sequence[str], **conditions: Any) -> Mapping[str, Any]:
    """One statement of a role's policy; `conditions` are operators with their keys."""
    condition = {"Condition": conditions} if conditions else {}
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **condition}


@contextmanager
def role(
    stack: ProbedStack,
    name: str,
    principal: Mapping[str, str],
    condition: Mapping[str, Any],
    *rights: Mapping[str, Any],
    boundary: str = BOUNDARY,
    path: RolePath = RolePath.PLATFORM,
) -> Iterator[str]:
    """A role inside the platform's boundary while the context lasts, or inside another of the foundation's: its ARN.

    `principal` and `condition` are those of its trust policy, `rights` the statements of its only policy.
    """
    iam = stack.client("iam")
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}
    foundation = foundation_path(stack.prefix)
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=_document(trust),
        Path=path.format(prefix=stack.prefix),
        PermissionsBoundary=scope_of(stack).arn("iam", f"policy{foundation}{stack.prefix}-{boundary}", region=""),
        Description="A probe of the platform's assumptions",
    )
    with ExitStack() as removed:
        removed.callback(iam.delete_role, RoleName=name)
        may(stack, name, *rights)
        removed.callback(iam.delete_role_policy, RoleName=name, PolicyName=_POLICY)
        yield str(made["Role"]["Arn"])


def may(stack: ProbedStack, name: str, *rights: Mapping[str, Any]) -> None:
    """Give a probe's role these rights instead of those that it has."""
    stack.client("iam").put_role_policy(RoleName=name, PolicyName=_POLICY, PolicyDocument=_document(*rights))


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
