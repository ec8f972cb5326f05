"""KMS keys and their policies. Each passes every rule unless an argument spoils it."""

from __future__ import annotations

from typing import Any

from policies.pack.model import StackResource
from tests.policies.pack.pack_factories import KEY_ARN, ROLE_ARN, ROOT, allow, document, make


def administration(**changes: Any) -> dict[str, Any]:
    actions = ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey"]
    return {**allow(Sid="Administer", Principal={"AWS": ROOT}, Action=actions, Resource="*"), **changes}


def use(**changes: Any) -> dict[str, Any]:
    statement = allow(
        Sid="Use",
        Principal={"AWS": ROOT},
        Action=["kms:Decrypt", "kms:GenerateDataKey"],
        Resource="*",
        Condition={"ArnLike": {"aws:PrincipalArn": [ROLE_ARN]}},
    )
    return {**statement, **changes}


def key(*statements: dict[str, Any]) -> StackResource:
    text = document(*(statements or (administration(), use())))
    return make("aws:kms/key:Key", "data", enableKeyRotation=True, policy=text, arn=KEY_ARN, keyId="0f1e2d3c")
