"""Which theorems speak of an estate, and what an inventory changes about them."""

from __future__ import annotations

from typing import Any

import pytest

from policies.access.inventory.theorems import THEOREMS, UNSPEAKING
from policies.access.proofs import all as platform
from tests.policies.access.inventory.conftest import Reviewing, titles
from tests.policies.access.inventory.exports import allow, policy
from tests.policies.access.inventory.web_app import ACCOUNT, INVENTORY, web_app

GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "token.actions.githubusercontent.com:sub"


def test_each_theorem_of_the_platform_speaks_of_estates_or_says_why_not() -> None:
    speaking = {theorem.id for theorem in THEOREMS}
    of_platform = {theorem.id for theorem in platform.THEOREMS}
    assert of_platform - speaking == set(UNSPEAKING)
    assert speaking - of_platform == {"listed-readers", "listed-writers", "listed-key-users"}
    assert len(speaking) == len(THEOREMS)


def test_no_sentence_speaks_of_the_platform() -> None:
    assert [theorem.id for theorem in THEOREMS if "platform" in theorem.statement] == []


def _by_github(condition: dict[str, Any] | None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Federated": GITHUB}, "Action": "sts:AssumeRoleWithWebIdentity"}
    return policy({**statement, "Condition": condition} if condition else statement)


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ({"StringEquals": {SUBJECT: "repo:acme/shop:ref:refs/heads/main"}}, True),
        ({"StringLike": {SUBJECT: ["repo:acme/shop:*"]}}, True),
        ({"StringLike": {SUBJECT: "*"}}, False),
        ({"StringLike": {SUBJECT: "repo:*"}}, False),
        ({"StringLike": {SUBJECT: "repo:acme*/shop:*"}}, False),
        ({"StringLike": {SUBJECT: ["repo:acme/shop:*", "*"]}}, False),
        ({"StringEquals": {SUBJECT.replace("sub", "aud"): "sts.amazonaws.com"}}, False),
        ({"StringNotEquals": {SUBJECT: "repo:other"}}, False),
        (None, False),
    ],
)
def test_a_listed_provider_lets_in_whom_a_trust_compares(
    review: Reviewing, condition: dict[str, Any] | None, held: bool
) -> None:
    shop = web_app()
    shop.role("shop-release", _by_github(condition))
    found = review({**INVENTORY, "trusted": {"identityProviders": [GITHUB]}}, shop)
    assert ("no-strangers" not in titles(found)) is held


def test_a_provider_that_is_not_listed_is_a_stranger(review: Reviewing) -> None:
    shop = web_app()
    shop.role("shop-release", _by_github({"StringEquals": {SUBJECT: "repo:acme/shop:ref:refs/heads/main"}}))
    (title,) = titles(review(INVENTORY, shop))["no-strangers"]
    assert title == f"Federated {GITHUB} has access by the trust of shop-release"


def test_instances_assume_their_role_and_are_printed(review: Reviewing) -> None:
    shop = web_app()
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = shop.role("shop-worker", policy(trust))
    found = review(INVENTORY, shop)
    assert found.holds, titles(found)
    (verdict,) = [one for one in found.verdicts if one.id == "services-from-home"]
    assert f"ec2.amazonaws.com assumes {arn}" in verdict.outcome.named


def test_a_way_around_somebody_as_whom_a_role_may_act_is_found(review: Reviewing) -> None:
    shop = web_app()
    found = review(INVENTORY, shop)
    assert "no-escalation" not in titles(found)
    # Dana may act as whoever is on call, who reaches nothing; the function's role is reached by another way.
    shop.inline("shop-oncall", "code", [allow("lambda:UpdateFunctionCode", "*")])
    over = titles(review(INVENTORY, shop))["no-escalation"]
    assert over == [f"arn:aws:iam::{ACCOUNT}:role/shop-oncall comes to arn:aws:iam::{ACCOUNT}:role/shop-api"]
    shop.inline("developers", "code", [allow("lambda:UpdateFunctionConfiguration", "*")], of="group")
    around = titles(review(INVENTORY, shop))["no-escalation"]
    assert f"arn:aws:iam::{ACCOUNT}:user/dana comes to arn:aws:iam::{ACCOUNT}:role/shop-api" in around
