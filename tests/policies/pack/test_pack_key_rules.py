"""What the rules say of keys."""

from __future__ import annotations

import pytest

from policies.pack.model import UNKNOWN
from policies.pack.rules import key_rotation, key_separation
from tests.policies.pack.pack_factories import ACCOUNT, ROOT, allow, document, having, make, not_applicable, not_decided
from tests.policies.pack.pack_factories import violations as found
from tests.policies.pack.resources.keys import administration, key, use

ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/administrator"


def test_a_key_that_rotates_passes() -> None:
    assert found(key_rotation.RULE, key()) == []


def test_a_key_that_does_not_rotate_is_named() -> None:
    assert found(key_rotation.RULE, having(key(), enableKeyRotation=False)) == ["the key does not rotate"]


@pytest.mark.parametrize(
    "props", [{"keyUsage": "SIGN_VERIFY"}, {"keyUsage": "GENERATE_VERIFY_MAC"}, {"customerMasterKeySpec": "RSA_2048"}]
)
def test_a_key_that_kms_cannot_rotate_is_excused(props: dict[str, str]) -> None:
    assert "KMS rotates no key" in not_applicable(key_rotation.RULE, having(key(), enableKeyRotation=False, **props))


def test_a_rotation_that_is_not_known_yet_is_not_decided() -> None:
    planned = having(key(), enableKeyRotation=UNKNOWN)
    assert not_decided(key_rotation.RULE, planned) == "enableKeyRotation of data"


def test_a_key_with_separate_administrators_and_users_passes() -> None:
    assert found(key_separation.RULE, key()) == []


def test_one_statement_with_both_is_named() -> None:
    both = administration(Action=["kms:Put*", "kms:Decrypt"])
    assert found(key_separation.RULE, key(both)) == [
        f"{ROOT} administers the key (Administer) and uses it (Administer)"
    ]


def test_two_statements_for_one_role_are_named() -> None:
    named = {"Principal": {"AWS": ADMINISTRATOR}, "Condition": {}}
    expected = [f"{ADMINISTRATOR} administers the key (Administer) and uses it (Use)"]
    assert found(key_separation.RULE, key(administration(**named), use(**named))) == expected


def test_an_account_that_uses_without_a_named_role_is_named() -> None:
    loose = use(Condition={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}})
    assert len(found(key_separation.RULE, key(administration(), loose))) == 1


def test_a_grant_is_use() -> None:
    granting = administration(Action=["kms:PutKeyPolicy", "kms:CreateGrant"])
    assert len(found(key_separation.RULE, key(granting))) == 1


def test_delegation_to_identity_policies_must_be_said() -> None:
    everything = allow(Principal={"AWS": ROOT}, Action="kms:*", Resource="*")
    assert len(found(key_separation.RULE, key(everything))) == 1
    assert found(key_separation.RULE, key({**everything, "Sid": "DelegatesToIdentityPolicies"})) == []


def test_a_key_without_a_policy_has_awss_default() -> None:
    expected = ["the key has no policy, and AWS's default lets the account administer and use it"]
    assert found(key_separation.RULE, having(key(), policy=None)) == expected


def test_a_key_whose_policy_is_a_resource_of_its_own_is_excused_and_that_one_judged() -> None:
    both = document(administration(Action="kms:*"))
    apart = make("aws:kms/keyPolicy:KeyPolicy", "data-policy", keyId="0f1e2d3c", policy=both)
    assert (
        not_applicable(key_separation.RULE, having(key(), policy=None), apart) == "its policy is a resource of its own"
    )
    assert len(found(key_separation.RULE, apart)) == 1


def test_a_key_policy_that_is_not_known_yet_is_not_decided() -> None:
    assert not_decided(key_separation.RULE, having(key(), policy=UNKNOWN)) == "policy of data"
