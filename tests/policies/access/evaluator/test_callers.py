"""Callers that are decided differently: grantees of other accounts, service-linked roles, federated identities."""

from __future__ import annotations

import pytest

from policies.access.authorization import KmsGrant
from tests.policies.access.evaluator.factories import (
    ACCOUNT,
    FULL,
    KEY,
    OTHER_ACCOUNT,
    ROLE,
    ROOT,
    SESSION,
    allow,
    allowed,
    answer,
    deny,
    levels,
    policy,
)

OTHER_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/Guest"
LINKED = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForSageMaker/s"
DELEGATING = policy(allow("kms:*", Principal={"AWS": ROOT}))
ALLOWS_ANOTHER_ACTION = policy(allow("ec2:*"))


def _granted(grantee: str, **fields: object) -> bool:
    grant = KmsGrant(grantee=grantee, operations=["Decrypt"])
    fixed = {"action": "kms:Decrypt", "resource": KEY, "resource_policy": DELEGATING, "grants": [grant]}
    return allowed(**{"principal": OTHER_ROLE, **fixed, **fields})


def test_a_grant_to_a_role_of_another_account_stands_for_both_sides() -> None:
    assert _granted(OTHER_ROLE)
    assert not _granted(OTHER_ROLE, principal=f"arn:aws:iam::{OTHER_ACCOUNT}:role/Else", identity=[FULL])


def test_a_grant_to_a_role_is_limited_by_its_boundary_as_a_key_policy_would_be() -> None:
    assert not _granted(OTHER_ROLE, boundary=ALLOWS_ANOTHER_ACTION)
    assert _granted(OTHER_ROLE, boundary=FULL)
    assert not _granted(ROLE, principal=ROLE, boundary=ALLOWS_ANOTHER_ACTION)
    assert _granted(ROLE, principal=ROLE, boundary=FULL)
    assert _granted(SESSION, principal=SESSION, boundary=ALLOWS_ANOTHER_ACTION)


def test_a_grant_to_a_session_of_another_account_is_not_limited() -> None:
    session = f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/Guest/s"
    assert _granted(session, principal=session, session=ALLOWS_ANOTHER_ACTION)


def test_a_grant_to_an_account_leaves_the_rest_to_its_identity_policies() -> None:
    root = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    assert not _granted(root)
    assert _granted(root, identity=[FULL])


def test_a_grant_does_not_escape_scps_and_denies() -> None:
    assert not _granted(OTHER_ROLE, scps=levels(ALLOWS_ANOTHER_ACTION))
    assert not _granted(OTHER_ROLE, resource_policy=policy(deny("kms:*", Principal="*")))


def test_a_grant_counts_for_keys_only() -> None:
    assert not _granted(ROLE, principal=ROLE, resource="arn:aws:s3:::b/k")


@pytest.mark.parametrize(
    ("principal", "context"),
    [
        (LINKED, {}),
        (SESSION, {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/Reader"}),
    ],
)
def test_a_session_of_a_service_linked_role_is_known_by_its_name_or_its_principal_arn(
    principal: str, context: dict[str, str]
) -> None:
    assert allowed(principal=principal, identity=[FULL], scps=levels(ALLOWS_ANOTHER_ACTION), context=context)
    assert not allowed(principal=SESSION, identity=[FULL], scps=levels(ALLOWS_ANOTHER_ACTION))


def test_a_provider_of_tokens_is_a_federated_identity_only_when_it_brings_a_token() -> None:
    trust = policy(allow("sts:*", None, Principal={"Federated": "accounts.google.com"}))
    fields = {"principal": "accounts.google.com", "resource": ROLE, "resource_policy": trust}
    assert allowed(action="sts:AssumeRoleWithWebIdentity", **fields)
    assert not allowed(action="sts:AssumeRole", **fields)


def test_a_role_listed_with_its_account_is_left_out_by_not_principal_and_the_account_alone_is_not_enough() -> None:
    def with_resource_policy(*named: str) -> dict[str, object]:
        exception = {"Effect": "Deny", "NotPrincipal": {"AWS": list(named)}, "Action": "*", "Resource": "*"}
        return policy(allow(Principal="*"), exception)

    assert allowed(resource_policy=with_resource_policy(ROLE, ACCOUNT))
    assert not allowed(resource_policy=with_resource_policy(ACCOUNT))
    assert not allowed(resource_policy=with_resource_policy(ROLE))
    assert allowed(principal=ROOT, resource_policy=with_resource_policy(ACCOUNT))
    assert not allowed(principal="*", resource_policy=with_resource_policy(ACCOUNT))


def test_a_service_that_not_principal_lists_is_left_out() -> None:
    exception = {"Effect": "Deny", "NotPrincipal": {"Service": "sns.amazonaws.com"}, "Action": "*", "Resource": "*"}
    with_resource_policy = policy(allow(Principal="*"), exception)
    assert allowed(principal="sns.amazonaws.com", resource_policy=with_resource_policy)
    assert not allowed(principal="sqs.amazonaws.com", resource_policy=with_resource_policy)


def test_a_statement_for_the_action_is_nearer_than_one_for_another_action() -> None:
    document = policy(
        allow("s3:PutObject", Sid="Write"),
        allow("s3:GetObject", "arn:aws:s3:::x/*", Sid="Read", Condition={"Bool": {"a:b": "true"}}),
    )
    because = answer(identity=[document]).because
    assert "nearest: Read in identity policy 1 does not cover the resource and fails its condition Bool a:b" in because
