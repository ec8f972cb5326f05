"""Cases of the rule in `policies/pack/rules/key_use_everywhere.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import key_use_everywhere
from tests.policies.pack.pack_factories import ACCOUNT, KEY_ARN, REGION, having
from tests.policies.pack.resources.identity import boundary, role, role_policy
from tests.policies.pack.rule_cases import Cases, on

EVERY_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"


def decrypt(resource: object = KEY_ARN, **elements: Any) -> StackResource:
    return role_policy(Action=["kms:Decrypt"], Resource=resource, **elements)


def alias(operator: str) -> dict[str, Any]:
    return {operator: {"kms:ResourceAliases": "alias/mlops/dev/models"}}


CASES = Cases(
    rule=key_use_everywhere.RULE,
    passes=[
        on(decrypt()),
        on(decrypt(EVERY_KEY, Condition=alias("ForAnyValue:StringEquals"))),
        on(role_policy(Action="kms:DescribeKey", Resource="*")),
    ],
    violations=[
        (on(decrypt("*")), "Given of policy decrypts with every key"),
        (on(decrypt([KEY_ARN, "*"])), "Given of policy decrypts with every key"),
        (on(decrypt(EVERY_KEY)), "Given of policy decrypts with every key"),
        (on(decrypt(EVERY_KEY, Condition=alias("ForAllValues:StringEquals"))), "decrypts with every key"),
        (on(role_policy(Action="kms:*", Resource="arn:aws:kms:*:*:key/*")), "decrypts with every key"),
    ],
    unknown=[(on(having(decrypt(), policy=UNKNOWN)), "policy of training")],
    not_applicable=[
        (on(boundary(), role(permissionsBoundary=boundary().props["arn"])), "it is a permissions boundary")
    ],
)
