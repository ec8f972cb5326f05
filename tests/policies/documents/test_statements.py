"""Statements are refused while they are written, not when AWS reads them."""

import json

import pytest

from policies.documents.statement import EVERYBODY, BadStatement, Principals, Statement, document


def test_a_wildcard_resource_in_an_allow_needs_its_reason() -> None:
    with pytest.raises(BadStatement, match="reason"):
        Statement(sid="ReadAll", actions=["s3:GetObject"], resources=["*"])
    assert Statement(sid="ReadAll", actions=["s3:GetObject"], resources=["*"], reason="because")


def test_a_whole_service_in_an_allow_needs_its_reason() -> None:
    with pytest.raises(BadStatement, match="reason"):
        Statement(sid="AllOfIt", actions=["s3:*"], resources=["arn:aws:s3:::one"])


def test_a_denial_may_be_as_wide_as_it_likes() -> None:
    statement = Statement(sid="DenyAll", effect="Deny", actions=["*"], resources=["*"])
    assert statement.render()["Effect"] == "Deny"


def test_everybody_without_a_condition_needs_its_reason() -> None:
    with pytest.raises(BadStatement, match="reason"):
        Statement(sid="Open", principals=EVERYBODY, actions=["s3:GetObject"], resources=["arn:aws:s3:::one/*"])


@pytest.mark.parametrize("sid", ["", "with space", "with-hyphen", "a" * 101])
def test_a_sid_that_aws_would_refuse_is_refused(sid: str) -> None:
    with pytest.raises(BadStatement, match="sid"):
        Statement(sid=sid, actions=["s3:GetObject"], resources=["arn:aws:s3:::one/*"])


def test_a_sid_stands_once_in_a_document() -> None:
    one = Statement(sid="Same", actions=["s3:GetObject"], resources=["arn:aws:s3:::one/*"])
    with pytest.raises(BadStatement, match="twice"):
        document(one, one)


def test_a_document_is_the_same_whatever_the_order_of_its_lists() -> None:
    def render(*accounts: str) -> str:
        principals = Principals(aws=accounts)
        objects = ["arn:aws:s3:::one/*"]
        return document(Statement(sid="Same", principals=principals, actions=["s3:GetObject"], resources=objects))

    one, other = "1" * 12, "2" * 12
    assert render(one, other) == render(other, one, other)
    assert json.loads(render(one))["Statement"][0]["Principal"] == {"AWS": one}
