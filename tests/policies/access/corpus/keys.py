"""KMS keys: key policies, grants, and what other accounts can have."""

from __future__ import annotations

from typing import Any

from tests.policies.access.corpus.question import (
    ALLOWED,
    DENIED,
    FULL,
    GUEST_ROLE,
    GUEST_ROOT,
    HERE,
    KEY,
    ROLE,
    ROOT,
    SESSION,
    THERE,
    USER,
    Answer,
    Question,
    allow,
    deny,
    everybody,
    policy,
    topic,
)

DEFAULT = 'AWS KMS Developer Guide, "Default key policy"'
KEY_POLICIES = 'AWS KMS Developer Guide, "Key policies in AWS KMS"'
PERMISSIONS = 'AWS KMS Developer Guide, "AWS KMS permissions"'
ACCOUNTS = 'AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS key"'
GRANTS = 'AWS KMS Developer Guide, "Grants in AWS KMS"'
RETIRING = 'AWS KMS Developer Guide, "Retiring and revoking grants"'
CONSTRAINTS = 'AWS KMS API Reference, "GrantConstraints"'
CONTEXT = 'AWS KMS Developer Guide, "AWS KMS condition keys"'

_key = topic("key policies", action="kms:Decrypt", resource=KEY)
_DELEGATED = policy(allow("kms:*", Principal={"AWS": ROOT}))
_DECRYPT = policy(allow("kms:Decrypt"))

KEYS = (
    _key(KEY_POLICIES, "an IAM policy alone gives nothing on a key", DENIED, identity=[FULL]),
    _key(KEY_POLICIES, "with a key policy that is silent on the account it does not either", DENIED, identity=[FULL],
         resource_policy=policy(allow("kms:*", Principal={"AWS": ROLE}))),
    _key(DEFAULT, "the key policy lets IAM policies decide", ALLOWED, identity=[_DECRYPT], resource_policy=_DELEGATED),
    _key(DEFAULT, "they must then allow", DENIED, resource_policy=_DELEGATED),
    _key(DEFAULT, "the root user is one of the account", ALLOWED, principal=ROOT, resource_policy=_DELEGATED),
    _key(KEY_POLICIES, "the root user has no permission that the key policy does not give", DENIED, principal=ROOT,
         resource_policy=policy(allow("kms:*", Principal={"AWS": ROLE}))),
    _key(KEY_POLICIES, "a key policy that names the user is enough", ALLOWED,
         resource_policy=policy(allow("kms:Decrypt", Principal={"AWS": USER}))),
    _key(KEY_POLICIES, "one that names the role is enough for its sessions", ALLOWED, principal=SESSION,
         resource_policy=policy(allow("kms:Decrypt", Principal={"AWS": ROLE}))),
    _key(KEY_POLICIES, "an IAM policy can deny what the key policy allows", DENIED,
         identity=[policy(deny("kms:Decrypt"))], resource_policy=policy(allow("kms:Decrypt", Principal={"AWS": USER}))),
    _key(KEY_POLICIES, "a denial of the key policy counts", DENIED, identity=[FULL],
         resource_policy=policy(allow("kms:*", Principal={"AWS": ROOT}), deny("kms:Decrypt", Principal={"AWS": USER}))),
    _key(KEY_POLICIES, "the account is delegated some actions only", DENIED, identity=[FULL],
         resource_policy=policy(allow("kms:Describe*", Principal={"AWS": HERE}))),
    _key(CONTEXT, "only through a service", DENIED, identity=[FULL],
         resource_policy=policy(allow("kms:*", Principal={"AWS": ROOT}, Condition={
             "StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}))),
    _key(CONTEXT, "and through it", ALLOWED, identity=[FULL],
         resource_policy=policy(allow("kms:*", Principal={"AWS": ROOT}, Condition={
             "StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}})),
         context={"kms:ViaService": "s3.eu-central-1.amazonaws.com", "aws:ViaAWSService": "true"}),
    _key(CONTEXT, "an encryption context", ALLOWED, identity=[FULL],
         resource_policy=policy(allow("kms:*", Principal={"AWS": ROOT}, Condition={
             "StringEquals": {"kms:EncryptionContext:app": "shop"}})), context={"kms:EncryptionContext:app": "shop"}),
)  # fmt: skip

# The column "Cross-account use" of the page, for operations on a key.
_ACROSS = (
    *("CreateGrant", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encrypt", "GenerateDataKey"),
    *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext"),
    *("GenerateMac", "GetKeyRotationStatus", "GetPublicKey", "ListGrants", "ReEncryptFrom", "ReEncryptTo"),
    *("RevokeGrant", "Sign", "Verify", "VerifyMac"),
)
_NOT_ACROSS = (
    *("CancelKeyDeletion", "CreateAlias", "DeleteAlias", "DeleteImportedKeyMaterial", "DisableKey"),
    *("DisableKeyRotation", "EnableKey", "EnableKeyRotation", "GetKeyPolicy", "GetParametersForImport"),
    *("ImportKeyMaterial", "ListKeyPolicies", "ListKeyRotations", "ListResourceTags", "PutKeyPolicy", "ReplicateKey"),
    *("RotateKeyOnDemand", "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias"),
    *("UpdateKeyDescription", "UpdatePrimaryRegion"),
)


def _across(name: str, answer: Answer, **fields: Any) -> Question:
    """A role of another account, for which both accounts allow everything."""
    given = {
        "principal": GUEST_ROLE,
        "owner": HERE,
        "identity": [FULL],
        "resource_policy": everybody("kms:*"),
        **fields,
    }
    said = "can be had" if answer is ALLOWED else "cannot be had"
    return _key(PERMISSIONS, f"{name} {said} by another account", answer, action=f"kms:{name}", **given)


OTHER_ACCOUNTS = (
    *(_across(name, ALLOWED) for name in _ACROSS),
    *(_across(name, DENIED) for name in _NOT_ACROSS),
    _key(PERMISSIONS, "the other account's root cannot either", DENIED, principal=GUEST_ROOT, owner=HERE,
         action="kms:ScheduleKeyDeletion", resource_policy=policy(allow("kms:*", Principal={"AWS": THERE}))),
    _key(PERMISSIONS, "the key's own account can", ALLOWED, action="kms:ScheduleKeyDeletion", identity=[FULL],
         resource_policy=_DELEGATED),
    _key(ACCOUNTS, "the other account must allow as well", DENIED, principal=GUEST_ROLE, owner=HERE,
         resource_policy=policy(allow("kms:Decrypt", Principal={"AWS": GUEST_ROLE}))),
    _key(ACCOUNTS, "and the key policy must", DENIED, principal=GUEST_ROLE, owner=HERE, identity=[FULL],
         resource_policy=_DELEGATED),
    _key(ACCOUNTS, "both do", ALLOWED, principal=GUEST_ROLE, owner=HERE, identity=[_DECRYPT],
         resource_policy=policy(allow("kms:Decrypt", Principal={"AWS": THERE}))),
)  # fmt: skip

_grant = topic("grants", action="kms:Decrypt", resource=KEY, resource_policy=_DELEGATED)


def _to(grantee: str, *operations: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"grantee": grantee, "operations": list(operations) or ["Decrypt"], **fields}]


_OF_APP = {"EncryptionContextSubset": {"app": "shop"}}

GRANT = (
    _grant(GRANTS, "a grant gives what policies do not", ALLOWED, grants=_to(USER)),
    _grant(GRANTS, "to its grantee alone", DENIED, grants=_to(f"{USER}2")),
    _grant(GRANTS, "for its operations alone", DENIED, grants=_to(USER, "Encrypt")),
    _grant(GRANTS, "a grant to a role is for its sessions", ALLOWED, principal=SESSION, grants=_to(ROLE)),
    _grant(GRANTS, "an explicit deny of an IAM policy beats it", DENIED, grants=_to(USER),
           identity=[policy(deny("kms:*"))]),
    _grant(GRANTS, "an explicit deny of the key policy beats it", DENIED, grants=_to(USER),
           resource_policy=policy(deny("kms:Decrypt", Principal="*"))),
    _grant(CONSTRAINTS, "a subset of the encryption context", ALLOWED, grants=_to(USER, constraints=_OF_APP),
           context={"kms:EncryptionContext:app": "shop", "kms:EncryptionContext:tier": "1"}),
    _grant(CONSTRAINTS, "that is missing", DENIED, grants=_to(USER, constraints=_OF_APP)),
    _grant(CONSTRAINTS, "the whole encryption context", DENIED,
           grants=_to(USER, constraints={"EncryptionContextEquals": {"app": "shop"}}),
           context={"kms:EncryptionContext:app": "shop", "kms:EncryptionContext:tier": "1"}),
    _grant(CONSTRAINTS, "and nothing besides", ALLOWED,
           grants=_to(USER, constraints={"EncryptionContextEquals": {"app": "shop"}}),
           context={"kms:EncryptionContext:app": "shop"}),
    _grant(CONSTRAINTS, "values mind the case", DENIED, grants=_to(USER, constraints=_OF_APP),
           context={"kms:EncryptionContext:app": "Shop"}),
    _grant(CONSTRAINTS, "DescribeKey has no encryption context to constrain", ALLOWED, action="kms:DescribeKey",
           grants=_to(USER, "DescribeKey", constraints=_OF_APP)),
    _grant(RETIRING, "the retiring principal retires its grant without a permission", ALLOWED,
           action="kms:RetireGrant", grants=_to(ROLE, retiring_principal=USER)),
    _grant(RETIRING, "the grantee does not", DENIED, action="kms:RetireGrant", principal=ROLE,
           grants=_to(ROLE, retiring_principal=USER)),
    _grant(RETIRING, "unless the grant has the operation", ALLOWED, action="kms:RetireGrant", principal=ROLE,
           grants=_to(ROLE, "Decrypt", "RetireGrant")),
    _grant(RETIRING, "a key policy gives nobody the permission to retire", DENIED, action="kms:RetireGrant",
           resource_policy=policy(allow("kms:*", Principal={"AWS": USER}))),
    _grant(RETIRING, "nor takes it from the retiring principal", ALLOWED, action="kms:RetireGrant",
           resource_policy=policy(deny("kms:RetireGrant", Principal="*")), grants=_to(ROLE, retiring_principal=USER)),
    _grant(RETIRING, "an IAM policy can deny it", DENIED, action="kms:RetireGrant",
           identity=[policy(deny("kms:RetireGrant"))], grants=_to(ROLE, retiring_principal=USER)),
    _grant(RETIRING, "the key's account delegates it by an IAM policy", ALLOWED, action="kms:RetireGrant",
           identity=[policy(allow("kms:RetireGrant", KEY))]),
    _grant(RETIRING, "the root user of the key's account retires grants", ALLOWED, action="kms:RetireGrant",
           principal=ROOT),
    _grant(RETIRING, "revoking follows the policies", ALLOWED, action="kms:RevokeGrant",
           resource_policy=policy(allow("kms:RevokeGrant", Principal={"AWS": USER}))),
)  # fmt: skip

QUESTIONS = (*KEYS, *OTHER_ACCOUNTS, *GRANT)
