"""Operators change what they say, in a copy, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.policies.access.random_mutations import policy_operators as operators
from tests.policies.access.random_mutations.policy_operators import POLICY_OPERATORS, PolicyOperator
from tests.policies.access.random_mutations.random_mutation import PolicyMutations, seeded, statements_changed
from tests.policies.access.random_mutations.setting_operators import SettingMutations
from tests.policies.access.random_mutations.vocabulary import Vocabulary

_STATEMENTS: list[dict[str, Any]] = [
    {
        "Sid": "ReadOwn",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:role/reader"},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": "arn:aws:s3:::data/diabetes/*",
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0123456789", "aws:SourceAccount": "111111111111"}},
    },
    {
        "Sid": "DenyOthers",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ["111111111111", "222222222222"]}},
    },
]
_WORDS = Vocabulary(
    accounts=("111111111111", "222222222222"),
    projects=("diabetes", "screening"),
    roles=("arn:aws:iam::111111111111:role/reader", "arn:aws:iam::222222222222:role/model"),
    services=("sns.amazonaws.com",),
    actions=("s3:GetObject", "s3:ListBucket", "s3:PutObject"),
    resources=("arn:aws:s3:::data", "arn:aws:s3:::models"),
    statements=(
        {"Sid": "X", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "arn:aws:s3:::x"},
    ),
)


def _record(type_: str, **inputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::mlops-platform::{type_}::one"
    return {"stack": "dev", "urn": urn, "type": type_, "name": "one", "id": "one", "inputs": inputs, "outputs": inputs}


@pytest.mark.parametrize("operator", POLICY_OPERATORS, ids=lambda operator: operator.__name__)
def test_an_operator_changes_some_policy(operator: PolicyOperator) -> None:
    drawn = [operator(seeded(seed), copy.deepcopy(_STATEMENTS), _WORDS) for seed in range(20)]
    assert any(found is not None and found != _STATEMENTS for found in drawn)


def test_a_denial_that_is_dropped_is_the_only_difference() -> None:
    assert operators.drop_deny(seeded(1), copy.deepcopy(_STATEMENTS), _WORDS) == _STATEMENTS[:1]


def test_an_action_becomes_all_others() -> None:
    found = operators.action_to_not_action(seeded(1), copy.deepcopy(_STATEMENTS), _WORDS)
    (changed,) = [one for one in found or [] if "NotAction" in one]
    assert "Action" not in changed


def test_a_principal_is_named_besides() -> None:
    found = operators.widen_principal(seeded(3), copy.deepcopy(_STATEMENTS), _WORDS)
    assert found is not None
    assert "arn:aws:iam::111111111111:role/reader" in str(found[0]["Principal"])
    assert found[0]["Principal"] != _STATEMENTS[0]["Principal"]


def test_an_operator_without_a_place_answers_nothing() -> None:
    plain = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]
    assert operators.drop_deny(seeded(1), plain, _WORDS) is None
    assert operators.drop_condition(seeded(1), plain, _WORDS) is None


def test_a_number_draws_the_same_mutation_again_and_changes_no_record() -> None:
    records = [_record("aws:s3/bucketPolicy:BucketPolicy", policy={"Statement": _STATEMENTS}, bucket="data")]
    before = copy.deepcopy(records)
    drawing = PolicyMutations.of(records, _WORDS)
    first, again = (drawing.draw(seeded("1 7"), 7) for _ in range(2))
    assert (first, records) == (again, before)


def test_inputs_and_outputs_stay_in_step() -> None:
    records = [_record("aws:s3/bucketPolicy:BucketPolicy", policy={"Statement": _STATEMENTS}, bucket="data")]
    for seed in range(20):
        drawn = PolicyMutations.of(records, _WORDS).draw(seeded(seed), seed)
        assert drawn.changed is not None
        assert drawn.changed["inputs"] == drawn.changed["outputs"] != records[0]["inputs"]


def test_statements_of_either_side_count_as_changed() -> None:
    before, after = {"Statement": _STATEMENTS}, {"Statement": _STATEMENTS[:1]}
    assert list(statements_changed(before, after)) == _STATEMENTS[1:]


def test_a_guard_is_loosened_in_inputs_and_outputs() -> None:
    flags = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
    record = _record("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", bucket="data", **flags)
    drawing = SettingMutations.of([record], _WORDS)
    for seed in range(30):
        drawn = drawing._loosened(seeded(seed), seed)
        assert drawn is not None
        assert drawn.guards == "a bucket may become public"
        assert drawn.applied([record]) == ([drawn.changed] if drawn.changed else [])
        assert drawn.changed is None or drawn.changed["inputs"] == drawn.changed["outputs"] != record["inputs"]
