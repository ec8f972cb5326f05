"""Properties are compared down to the statements of policies."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from rehearsal.compare.properties import Difference, differences


def _policy(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_a_statement_is_found_by_its_sid_whatever_its_place() -> None:
    read = {"Sid": "Read", "Action": ["s3:GetObject"]}
    before = {"policy": _policy(read, {"Sid": "List", "Action": "s3:ListBucket"})}
    after = {"policy": _policy({"Sid": "New"}, {"Sid": "Read", "Action": ["s3:GetObject", "s3:PutObject"]})}
    assert differences(before, after) == [
        Difference("policy.Statement[Read].Action", None, "s3:PutObject"),
        Difference("policy.Statement[List]", {"Sid": "List", "Action": "s3:ListBucket"}, None),
        Difference("policy.Statement[New]", None, {"Sid": "New"}),
    ]


def test_one_text_that_becomes_a_list_gains_only_what_is_new() -> None:
    before, after = {"principals": "alice"}, {"principals": ["alice", "bob"]}
    assert differences(before, after) == [Difference("principals", None, "bob")]


def test_the_order_of_a_list_is_a_difference() -> None:
    assert differences({"stages": ["a", "b"]}, {"stages": ["b", "a"]}) == [
        Difference("stages (order)", ["a", "b"], ["b", "a"])
    ]


def test_the_order_of_drawn_ids_is_none() -> None:
    ids = ["arn:aws:kms:::key/<id of a in dev>", "arn:aws:kms:::key/<id of b in dev>"]
    assert differences({"subnets": ids}, {"subnets": ids[::-1]}) == []


def test_a_tag_is_told_once_though_the_engine_repeats_it() -> None:
    before = {"tags": {"owner": "a"}, "tagsAll": {"owner": "a", "stage": "x"}}
    after = {"tags": {"owner": "b"}, "tagsAll": {"owner": "b", "stage": "y"}}
    assert [each.path for each in differences(before, after)] == ["tags.owner", "tagsAll.stage"]


@pytest.mark.parametrize("text", ["{", "[1", "{not json}"])
def test_a_text_that_only_looks_like_a_document_is_compared_as_text(text: str) -> None:
    assert differences({"value": text}, {"value": "other"}) == [Difference("value", text, "other")]
