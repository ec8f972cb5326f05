"""What the evaluator says about why: the deciding statement, or the missing one and what came nearest to it."""

from __future__ import annotations

from policies.access.authorization import KmsGrant
from policies.access.evaluator import explain
from tests.policies.access.evaluator.factories import (
    ACCOUNT,
    FULL,
    KEY,
    OTHER_ACCOUNT,
    ROLE,
    ROOT,
    allow,
    answer,
    authorization_request,
    deny,
    levels,
    policy,
)

OTHER_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/Guest"
READ = policy(allow("ec2:*"), allow("s3:GetObject", "arn:aws:s3:::models/*", Sid="ReadOwnModels"))


def test_an_allow_is_named_by_sid_and_policy() -> None:
    assert answer(identity=[policy(allow("ec2:*")), READ]).because == "Allow ReadOwnModels in identity policy 2"


def test_a_statement_without_sid_is_named_by_its_number() -> None:
    assert answer(identity=[policy(allow("ec2:*"), allow("s3:*"))]).because == "Allow statement 2 in identity policy 1"


def test_both_sides_of_two_accounts_are_named() -> None:
    bucket = policy(allow("s3:Get*", Principal={"AWS": OTHER_ACCOUNT}, Sid="AllowCrossAccount"))
    found = answer(principal=OTHER_ROLE, identity=[READ], resource_policy=bucket)
    assert (
        found.because == "Allow ReadOwnModels in identity policy 1 and Allow AllowCrossAccount in the resource policy"
    )


def test_every_explicit_deny_is_named() -> None:
    bucket = policy(deny("s3:*", Principal="*", Sid="DenyNoVPC"))
    found = answer(identity=[READ, policy(deny("s3:GetObject", Sid="Never"))], resource_policy=bucket)
    assert found.because == "Deny DenyNoVPC in the resource policy and Deny Never in identity policy 2"


def test_a_missing_allow_names_the_nearest_statement_and_its_failed_condition() -> None:
    document = policy(
        allow("s3:GetObject", "arn:aws:s3:::other/*", Sid="ReadOther"),
        allow("s3:GetObject", Sid="ReadViaS3", Condition={"StringEquals": {"kms:ViaService": "s3", "aws:x": "1"}}),
        allow("s3:GetObject", Sid="ReadInVpc", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
    )
    found = answer(identity=[document], context={"aws:SourceVpce": "vpce-2"})
    assert found.because == (
        "no statement of the identity policies allows s3:GetObject on arn:aws:s3:::models/a/model.tar.gz "
        "(nearest: ReadOther in identity policy 1 does not cover the resource)"
    )
    closer = policy(*document["Statement"][1:])
    assert "ReadInVpc in identity policy 1 fails its condition StringEquals aws:SourceVpce (it is vpce-2)" in (
        answer(identity=[closer], context={"aws:SourceVpce": "vpce-2"}).because
    )
    assert "(the key is absent)" in answer(identity=[closer]).because


def test_a_statement_that_lists_other_actions_of_the_service_is_near_as_well() -> None:
    because = answer(identity=[READ], action="s3:GetObjectVersion").because
    assert "nearest: ReadOwnModels in identity policy 1 does not name the action" in because


def test_without_any_near_statement_none_is_named() -> None:
    assert "nearest" not in answer(identity=[policy(allow("ec2:*"))]).because


def test_all_missing_sides_are_named_and_not_only_the_first() -> None:
    found = explain(
        authorization_request(
            principal=OTHER_ROLE, boundary=policy(allow("ec2:*")), scps=levels(policy(allow("ec2:*")))
        )
    )
    assert [lack.layer for lack in found.missing] == [
        "the SCPs of level 1",
        "the identity policies",
        "the permissions boundary",
        "the resource policy",
    ]
    assert not found.allowed
    assert found.because.count(";") == 3
    assert "the resource policy would have to allow s3:GetObject" in found.because


def test_a_policy_that_names_a_deleted_principal_says_so() -> None:
    bucket = policy(allow("s3:*", Principal={"AWS": "AROAEXAMPLEROLEID"}, Sid="Reader"))
    because = answer(principal=OTHER_ROLE, identity=[FULL], resource_policy=bucket).because
    assert "Reader in the resource policy does not name the principal" in because
    assert "AROAEXAMPLEROLEID, a principal that was deleted" in because


def test_a_grant_is_named_with_its_grantee() -> None:
    grant = KmsGrant(grantee=ROLE, operations=["Decrypt"])
    delegating = policy(allow("kms:*", Principal={"AWS": ROOT}))
    found = answer(action="kms:Decrypt", resource=KEY, resource_policy=delegating, grants=[grant])
    assert found.because == f"Allow to {ROLE} in grant 1"


def test_a_key_without_policy_says_what_is_missing() -> None:
    found = explain(authorization_request(action="kms:Decrypt", resource=KEY, identity=[FULL]))
    assert [lack.layer for lack in found.missing] == ["the key policy"]


def test_the_root_user_is_allowed_as_root() -> None:
    assert answer(principal=ROOT).because == "Allow full access of the account root"


def test_policies_of_identities_do_not_apply_to_the_root_user() -> None:
    nothing = policy(deny())
    assert answer(principal=ROOT, identity=[nothing], boundary=nothing, session=nothing).allowed
    assert not answer(principal=ROOT, resource_policy=policy(deny(Principal={"AWS": ROOT}))).allowed


def test_where_a_resource_policy_names_the_role_only_its_limits_can_be_missing() -> None:
    bucket = policy(allow(Principal={"AWS": ROLE}))
    found = explain(authorization_request(resource_policy=bucket, boundary=policy(allow("ec2:*"))))
    assert [lack.layer for lack in found.missing] == ["the permissions boundary"]


def test_an_explanation_shows_every_layer_in_the_order_of_evaluation() -> None:
    found = explain(
        authorization_request(
            identity=[READ],
            boundary=FULL,
            session=FULL,
            scps=levels(FULL, FULL),
            rcps=levels(policy(allow(Principal="*"))),
            endpoint_policy=policy(allow(Principal="*", Sid="Own")),
            resource_policy=policy(allow("s3:Put*", Principal={"AWS": ACCOUNT})),
        )
    )
    assert found.allowed
    assert found.decisive == ("Allow ReadOwnModels in identity policy 1",)
    assert [step.layer for step in found.steps] == [
        "the SCPs of level 1",
        "the SCPs of level 2",
        "the RCPs of level 1",
        "the endpoint policy",
        "the resource policy",
        "the identity policies",
        "the permissions boundary",
        "the session policy",
    ]
    assert found.steps[3].allows == ("Own in the endpoint policy",)
    assert found.steps[4].allows == ()
