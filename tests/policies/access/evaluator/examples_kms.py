"""AWS's published examples of KMS key policies and grants."""

from __future__ import annotations

from typing import Any

from policies.access.authorization import KmsGrant
from tests.policies.access.evaluator.factories import (
    ACCOUNT,
    FULL,
    KEY,
    OTHER_ACCOUNT,
    ROLE,
    ROOT,
    Example,
    allow,
    deny,
    example,
    policy,
)

KMS_DEFAULT = 'AWS KMS Developer Guide, "Default key policy"'

KMS_FLOW = 'AWS KMS Developer Guide, "Troubleshooting AWS KMS permissions"'

KMS_ABROAD = 'AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS key"'

KMS_GRANTS = 'AWS KMS Developer Guide, "Grants in AWS KMS"'

_DELEGATES = policy(allow("kms:*", Principal={"AWS": ROOT}, Sid="Delegate to IAM policies"))

_KEY: dict[str, Any] = {"action": "kms:Decrypt", "resource": KEY}

_ALICE = f"arn:aws:iam::{ACCOUNT}:user/Alice"

_ENGINEERING = f"arn:aws:iam::{OTHER_ACCOUNT}:role/Engineering"

_ACCOUNT_2 = policy(
    allow("kms:*", Principal={"AWS": ROOT}),
    allow(["kms:Decrypt", "kms:Encrypt"], Principal={"AWS": OTHER_ACCOUNT}, Sid="Allow use of the key"),
)

_GRANT = KmsGrant(
    grantee=ROLE, operations=["Decrypt"], constraints={"EncryptionContextSubset": {"Department": "Finance"}}
)

_EXACT = KmsGrant(
    grantee=ROLE, operations=["Decrypt", "DescribeKey"], constraints={"EncryptionContextEquals": {"a": "1"}}
)

KMS = (
    example(
        KMS_FLOW,
        "the key delegates, but no identity policy allows",
        False,
        principal=_ALICE,
        resource_policy=_DELEGATES,
        **_KEY,
    ),
    example(
        KMS_DEFAULT,
        "the key delegates and an identity policy allows",
        True,
        principal=_ALICE,
        identity=[FULL],
        resource_policy=_DELEGATES,
        **_KEY,
    ),
    example(
        KMS_DEFAULT,
        "without the delegation identity policies are without effect",
        False,
        principal=_ALICE,
        identity=[FULL],
        resource_policy=policy(allow("kms:*", Principal={"AWS": ROLE})),
        **_KEY,
    ),
    example(
        KMS_DEFAULT,
        "a key policy that names the role is enough",
        True,
        resource_policy=policy(allow("kms:*", Principal={"AWS": ROLE})),
        **_KEY,
    ),
    example(
        KMS_DEFAULT,
        "without the delegation an identity policy can still deny",
        False,
        identity=[policy(deny("kms:*"))],
        resource_policy=policy(allow("kms:*", Principal={"AWS": ROLE})),
        **_KEY,
    ),
    example(
        KMS_DEFAULT,
        "not even the root user uses a key whose policy is silent",
        False,
        principal=ROOT,
        resource_policy=policy(allow("kms:*", Principal={"AWS": ROLE})),
        **_KEY,
    ),
    example(
        KMS_FLOW,
        "key policy and the caller's identity policy allow across accounts",
        True,
        principal=_ENGINEERING,
        identity=[policy(allow("kms:Decrypt", KEY))],
        resource_policy=_ACCOUNT_2,
        **_KEY,
    ),
    example(
        KMS_ABROAD,
        "across accounts the key policy alone is not enough",
        False,
        principal=_ENGINEERING,
        resource_policy=_ACCOUNT_2,
        **_KEY,
    ),
    example(
        KMS_ABROAD,
        "naming the role abroad does not spare its identity policy",
        False,
        principal=_ENGINEERING,
        resource_policy=policy(allow("kms:*", Principal={"AWS": _ENGINEERING})),
        **_KEY,
    ),
    example(
        KMS_ABROAD,
        "across accounts the identity policy alone is not enough",
        False,
        principal=_ENGINEERING,
        identity=[FULL],
        resource_policy=_DELEGATES,
        **_KEY,
    ),
    example(
        KMS_GRANTS,
        "a grant allows its operation in the constrained context",
        True,
        resource_policy=_DELEGATES,
        grants=[_GRANT],
        context={"kms:EncryptionContext:Department": "Finance", "kms:EncryptionContext:Purpose": "x"},
        **_KEY,
    ),
    example(
        KMS_GRANTS,
        "a grant does not allow another context",
        False,
        resource_policy=_DELEGATES,
        grants=[_GRANT],
        context={"kms:EncryptionContext:Department": "Sales"},
        **_KEY,
    ),
    example(
        KMS_GRANTS,
        "a grant does not allow other operations",
        False,
        resource_policy=_DELEGATES,
        grants=[_GRANT],
        action="kms:Encrypt",
        resource=KEY,
        context={"kms:EncryptionContext:Department": "Finance"},
    ),
    example(
        KMS_GRANTS,
        "an exact context allows nothing more",
        False,
        resource_policy=_DELEGATES,
        grants=[_EXACT],
        context={"kms:EncryptionContext:a": "1", "kms:EncryptionContext:b": "2"},
        **_KEY,
    ),
    example(
        "botocore kms GrantConstraints",
        "a constraint does not apply to DescribeKey",
        True,
        resource_policy=_DELEGATES,
        grants=[_EXACT],
        action="kms:DescribeKey",
        resource=KEY,
    ),
    example(
        KMS_GRANTS,
        "a grant cannot deny and a deny beats it",
        False,
        identity=[policy(deny("kms:*"))],
        resource_policy=_DELEGATES,
        grants=[_EXACT],
        context={"kms:EncryptionContext:a": "1"},
        **_KEY,
    ),
)

EXAMPLES: tuple[Example, ...] = KMS
