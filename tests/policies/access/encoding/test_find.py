"""Looking for a request finds one where there is one, says None only where there is none, and never guesses."""

from __future__ import annotations

from typing import Any

import pytest
import z3

from policies.access.encoding import CallerType, SymbolicCaller, Undecided, Unsupported, Witness, decide, find
from policies.access.encoding.string_solver import Abstraction
from tests.policies.access.encoding.factories import (
    ACCOUNT,
    BUCKET,
    OTHER_ACCOUNT,
    READER,
    allow,
    authorization_request,
    deny,
    document,
    encode_open,
)

ANYTHING = allow("*", "*")
FULL = document(ANYTHING)


def test_a_witness_is_a_request_that_is_allowed() -> None:
    request = authorization_request(
        allow("s3:Get*", f"{BUCKET}/*", Condition={"StringEquals": {"aws:SourceVpce": ["vpce-1"]}})
    )
    formula, symbolic = encode_open(request)
    witness = find(formula, symbolic, query="reads")
    assert witness is not None
    assert witness.action.startswith("s3:get")
    assert witness.resource.startswith(f"{BUCKET}/")
    assert witness.context == {"aws:sourcevpce": ("vpce-1",)}
    again = authorization_request(
        *request.identity[0]["Statement"], action=witness.action, resource=witness.resource, context=witness.context
    )
    assert decide(again)


def test_what_every_policy_denies_has_no_witness() -> None:
    endpoint_denial = deny("s3:*", "*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    formula, symbolic = encode_open(authorization_request(ANYTHING, endpoint_denial))
    outside = z3.Not(z3.And(z3.Bool("aws:sourcevpce#0;present"), z3.String("aws:sourcevpce#0;text") == "vpce-1"))
    reads = z3.PrefixOf("s3:", symbolic.action)
    assert find(formula, symbolic, query="reads from outside", given=[reads, outside]) is None
    assert find(formula, symbolic, query="does something else from outside", given=[outside]) is not None


def test_an_exception_in_a_denial_is_found() -> None:
    endpoint_denial = deny("s3:*", "*", Condition={
        "StringNotEquals": {"aws:SourceVpce": "vpce-1"}, "Bool": {"aws:ViaAWSService": "false"},
    })  # fmt: skip
    formula, symbolic = encode_open(authorization_request(ANYTHING, endpoint_denial), action="s3:GetObject")
    outside = z3.Not(z3.Bool("aws:sourcevpce#0;present"))
    witness = find(formula, symbolic, query="reads from outside", given=[outside])
    assert witness is not None
    assert witness.context.get("aws:viaawsservice") in {None, ("true",)}


@pytest.mark.parametrize("kind", [CallerType.ROLE, CallerType.USER])
def test_no_outsider_passes_a_resource_policy_that_names_one_account(kind: CallerType) -> None:
    shared = document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}))
    formula, symbolic = encode_open(
        authorization_request(ANYTHING, resource_policy=shared), SymbolicCaller.outsider(kind)
    )
    account = symbolic.caller.account
    elsewhere = [account != ACCOUNT, account != OTHER_ACCOUNT]
    assert find(formula, symbolic, query="a stranger reads", given=elsewhere) is None
    witness = find(formula, symbolic, query="an invited account reads", given=[account != ACCOUNT])
    assert witness is not None
    assert witness.principal.startswith(
        f"arn:aws:iam::{OTHER_ACCOUNT}:{'role' if kind is CallerType.ROLE else 'user'}/"
    )


def test_an_outsider_whose_arn_only_looks_alike_is_found() -> None:
    trusted = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER_ACCOUNT}:role/mlops/*-model"}}
    shared = document(allow("s3:GetObject", "*", Principal="*", Condition=trusted))
    formula, symbolic = encode_open(authorization_request(ANYTHING, resource_policy=shared), SymbolicCaller.outsider())
    given = [
        symbolic.caller.account != ACCOUNT,
        symbolic.caller.arn != f"arn:aws:iam::{OTHER_ACCOUNT}:role/mlops/real-model",
    ]
    witness = find(formula, symbolic, query="another reads", given=given)
    assert witness is not None
    assert witness.principal.startswith(f"arn:aws:iam::{OTHER_ACCOUNT}:role/mlops/")
    assert witness.principal.endswith("-model")


def test_a_role_reads_only_below_its_own_tag() -> None:
    own = allow("s3:GetObject", f"{BUCKET}/${{aws:PrincipalTag/project}}/*")
    formula, symbolic = encode_open(authorization_request(own), pinned={"aws:PrincipalTag/project": "red"})
    others = z3.Not(z3.PrefixOf(f"{BUCKET}/red/", symbolic.resource))
    assert find(formula, symbolic, query="reads another project", given=[others]) is None
    formula, symbolic = encode_open(authorization_request(own))
    tag = z3.String("aws:principaltag/project#0;text")
    witness = find(formula, symbolic, query="reads with another tag", given=[others, tag == "blue"])
    assert witness is not None
    assert witness.resource.startswith(f"{BUCKET}/blue/")
    below = z3.PrefixOf(z3.Concat(z3.StringVal(f"{BUCKET}/"), tag, z3.StringVal("/")), symbolic.resource)
    assert find(formula, symbolic, query="reads beside its tag", given=[z3.Not(below)]) is None


def test_two_set_operators_on_a_key_need_two_values() -> None:
    both = {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringLike": {"aws:TagKeys": "b*"}}
    formula, symbolic = encode_open(authorization_request(allow(Condition=both)))
    witness = find(formula, symbolic, query="two tags")
    assert witness is not None
    assert {found[:1] for found in witness.context["aws:tagkeys"]} == {"a", "b"}


@pytest.mark.parametrize(
    ("operator", "key", "value", "kind"),
    [
        ("Bool", "aws:SecureTransport", "false", "false"),
        ("DateGreaterThan", "aws:CurrentTime", "2026-06-01T00:00:00Z", "20"),
        ("IpAddress", "aws:SourceIp", "10.1.0.0/16", "10.1."),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32", "2001:db8:"),
        ("NumericLessThan", "s3:max-keys", "-4.5", "-"),
    ],
)
def test_a_witness_writes_typed_values_as_aws_does(operator: str, key: str, value: str, kind: str) -> None:
    formula, symbolic = encode_open(authorization_request(allow(Condition={operator: {key: value}})))
    witness = find(formula, symbolic, query="typed")
    assert witness is not None
    (found,) = witness.context[key.lower()]
    assert found.startswith(kind)


def test_a_witness_reads_like_a_request() -> None:
    witness = Witness(principal=READER, action="s3:getobject", resource=BUCKET, context={"aws:tagkeys": ("a", "b")})
    assert witness.render().splitlines() == [
        READER, "  does s3:getobject", f"  to {BUCKET}", '  with aws:tagkeys = "a", "b"',
    ]  # fmt: skip


def test_a_key_compared_as_two_types_is_not_silently_decided() -> None:
    both: dict[str, Any] = {"NumericEquals": {"s3:max-keys": "7"}, "StringNotLike": {"s3:max-keys": "*7*"}}
    formula, symbolic = encode_open(authorization_request(allow(Condition=both)))
    with pytest.raises(Undecided, match=r"seven without a 7: a key is compared as two types"):
        find(formula, symbolic, query="seven without a 7")


def test_no_time_is_no_proof() -> None:
    formula, symbolic = encode_open(authorization_request(ANYTHING, deny("s3:*")))
    with pytest.raises(Undecided, match=r"hurried: the solver does not know within 0 ms: timeout"):
        find(formula, symbolic, query="hurried", timeout_ms=0)


def test_a_variable_between_wildcards_is_refused_while_it_is_open_and_decided_when_it_is_known() -> None:
    odd = allow("s3:GetObject", f"{BUCKET}/*/${{aws:PrincipalTag/project}}/*")
    with pytest.raises(Unsupported, match=r"identity policy 1, statement 1: .* between wildcards"):
        encode_open(authorization_request(odd))
    tag = {"aws:PrincipalTag/project": "red"}
    assert decide(authorization_request(odd, resource=f"{BUCKET}/x/red/key", context=tag))
    assert not decide(authorization_request(odd, resource=f"{BUCKET}/x/blue/key", context=tag))


def test_conditions_on_texts_leave_the_formula_before_the_solver_sees_it() -> None:
    formula, _ = encode_open(authorization_request(ANYTHING, deny("s3:*", f"{BUCKET}/*/x")))
    assert isinstance(formula, z3.BoolRef)
    found = Abstraction.of(formula)
    assert {name for atom in found.constraints.values() for name in atom.names} == {"action", "resource"}
    assert not Abstraction.of(found.formula).constraints


@pytest.mark.parametrize(
    ("principal", "key", "found"),
    [
        (READER, "aws:username", False),
        (READER, "aws:SourceArn", False),
        (READER, "aws:SourceIdentity", True),
        ("*", "aws:PrincipalOrgID", False),
        ("*", "aws:PrincipalTag/team", False),
        ("events.amazonaws.com", "aws:SourceArn", True),
        ("events.amazonaws.com", "aws:TokenIssueTime", False),
    ],
)
def test_no_request_has_a_key_that_aws_never_gives_to_its_caller(principal: str, key: str, found: bool) -> None:
    asked = document(allow("s3:*", Principal="*", Condition={"Null": {key: "false"}}))
    account = ACCOUNT if principal.startswith("arn:") else None
    request = authorization_request(principal=principal, account=account, resource_policy=asked)
    formula, symbolic = encode_open(request, action="s3:GetObject")
    assert (find(formula, symbolic, query="has the key") is not None) is found


@pytest.mark.parametrize(("action", "found"), [("kms:Decrypt", True), ("kms:ScheduleKeyDeletion", False)])
def test_no_request_of_another_account_does_to_a_key_what_its_own_account_alone_can(action: str, found: bool) -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    open_to_all = document(allow("kms:*", Principal="*"))
    guest = SymbolicCaller.outsider()
    request = authorization_request(
        resource=key, resource_policy=open_to_all, principal=f"arn:aws:iam::{OTHER_ACCOUNT}:role/g", identity=[FULL]
    )
    formula, symbolic = encode_open(request, guest, resource=key)
    does = symbolic.action == action.lower()
    foreign = z3.Not(guest.account == ACCOUNT)
    assert (find(formula, symbolic, query="uses a key", given=[does, foreign]) is not None) is found


def test_no_request_of_a_federated_user_without_a_session_policy_is_allowed_by_its_users_policies() -> None:
    request = authorization_request(ANYTHING, principal=f"arn:aws:sts::{ACCOUNT}:federated-user/guest")
    formula, symbolic = encode_open(request)
    assert find(formula, symbolic, query="does anything") is None


def test_the_owners_root_user_is_never_locked_out_of_its_buckets_policy() -> None:
    locked = document(deny("s3:*", BUCKET, Principal="*"))
    root = f"arn:aws:iam::{ACCOUNT}:root"
    formula, symbolic = encode_open(
        authorization_request(principal=root, resource=BUCKET, resource_policy=locked), resource=BUCKET
    )
    reads = symbolic.action == "s3:getbucketpolicy"
    assert find(formula, symbolic, query="reads the policy", given=[reads]) is not None
    lists = symbolic.action == "s3:listbucket"
    assert find(formula, symbolic, query="lists the bucket", given=[lists]) is None
