"""Cases of the rule in `policies/pack/rules/bounded_creation.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import StackResource
from policies.pack.rules import bounded_creation
from tests.policies.pack.pack_factories import ROLE_ARN
from tests.policies.pack.resources.identity import BOUNDARY, BOUNDED, UNREAD, role_policy
from tests.policies.pack.rule_cases import Cases, on


def makes_roles(**elements: Any) -> StackResource:
    return role_policy(Action=["iam:CreateRole", "iam:PutRolePolicy"], Resource=ROLE_ARN, **elements)


CASES = Cases(
    rule=bounded_creation.RULE,
    passes=[
        on(makes_roles(Condition={"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}})),
        on(role_policy(Action=["iam:GetRole", "iam:ListRoles"], Resource="*")),
    ],
    violations=[
        (on(makes_roles()), "allows iam:CreateRole, iam:PutRolePolicy without iam:PermissionsBoundary"),
        (
            on(makes_roles(Condition={"StringEqualsIfExists": {"iam:PermissionsBoundary": BOUNDARY}})),
            "without iam:PermissionsBoundary",
        ),
        (
            on(role_policy(Action="iam:DeleteRolePermissionsBoundary", Resource=ROLE_ARN)),
            "Given of policy allows iam:DeleteRolePermissionsBoundary",
        ),
        (on(role_policy(Action="iam:*", Resource=ROLE_ARN)), "iam:DeleteUserPermissionsBoundary"),
    ],
    unknown=[UNREAD],
    not_applicable=[BOUNDED],
)
