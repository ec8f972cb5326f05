"""A web application with Lambda, users and groups: clean, and with mistakes that its reviews must name."""

from __future__ import annotations

import json

import pytest

from tests.policies.access.inventory.conftest import Mistake, Reviewing, titles
from tests.policies.access.inventory.exports import Export, allow, policy
from tests.policies.access.inventory.web_app import ACCOUNT, INVENTORY, UPLOADS, web_app


def test_the_application_as_it_should_be_holds_what_is_asked_of_it(review: Reviewing) -> None:
    found = review(INVENTORY, web_app())
    assert found.holds, found.as_json()
    assert [one.id for one in found.verdicts if one.word(everything_read=True) == "proved"] == sorted(
        INVENTORY["theorems"], key=[one.id for one in found.verdicts].index
    )


def _developers_read_everything(shop: Export) -> None:
    shop.attach("developers", "arn:aws:iam::aws:policy/ReadOnlyAccess", of="group")
    shop.inline("developers", "keys", [allow("kms:Decrypt", "*")], of="group")


def _one_developer_by_membership(shop: Export) -> None:
    group = f"arn:aws:iam::{ACCOUNT}:group/testers"
    shop.add("aws:iam/group:Group", "testers", {"name": "testers"}, arn=group, id="testers")
    shop.inline("testers", "all", [allow(["s3:*", "kms:*"], "*")], of="group")
    shop.add("aws:iam/userGroupMembership:UserGroupMembership", "eli", {"user": "eli", "groups": ["testers"]})


def _user_with_a_policy_attached_to_many(shop: Export) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/uploads"
    text = json.dumps(policy(allow(["s3:*", "kms:*"], "*")))
    shop.add("aws:iam/policy:Policy", "uploads", {"name": "uploads", "policy": text}, arn=arn)
    attachment = {"name": "uploads", "policyArn": arn, "users": ["eli"], "roles": ["shop-api"]}
    shop.add("aws:iam/policyAttachment:PolicyAttachment", "uploads", attachment)


def _anybody_calls_the_function(shop: Export) -> None:
    everybody = {"action": "lambda:InvokeFunction", "function": "shop-api", "principal": "*", "statementId": "all"}
    shop.add("aws:lambda/permission:Permission", "everybody", everybody)


def _any_gateway_calls_the_function(shop: Export) -> None:
    gateway = {"action": "lambda:InvokeFunction", "function": "shop-api", "principal": "apigateway.amazonaws.com"}
    shop.add("aws:lambda/permission:Permission", "any-gateway", {**gateway, "statementId": "any"})


def _developers_change_the_code(shop: Export) -> None:
    shop.inline("developers", "code", [allow("lambda:UpdateFunctionCode", "*")], of="group")


def _developers_make_keys_for_anybody(shop: Export) -> None:
    shop.inline("developers", "keys", [allow("iam:CreateAccessKey", "*")], of="group")


def _function_widens_itself(shop: Export) -> None:
    shop.inline("shop-api", "roles", [allow("iam:PutRolePolicy", "*")])


def _topic_of_everybody(shop: Export) -> None:
    arn = shop.arn("sns", "shop-orders").replace("us-east-1", "eu-central-1")
    public = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish", "Resource": arn}
    shop.add("aws:sns/topicPolicy:TopicPolicy", "orders", {"arn": arn, "policy": json.dumps(policy(public))})


@pytest.mark.parametrize(
    ("mistake", "noticed_by", "words"),
    [
        (_developers_read_everything, "listed-readers", "user/eli reads objects of shop-uploads"),
        (_one_developer_by_membership, "listed-writers", "user/eli deletes objects of shop-uploads"),
        (_user_with_a_policy_attached_to_many, "listed-key-users", "user/eli decrypts with key alias/shop"),
        (_anybody_calls_the_function, "no-strangers", "an anonymous caller (a foreign account) has access to function"),
        (_any_gateway_calls_the_function, "services-from-home", "apigateway.amazonaws.com has access to function"),
        (_developers_change_the_code, "no-escalation", "user/dana comes to arn:aws:iam::630000000001:role/shop-api"),
        (_developers_make_keys_for_anybody, "no-escalation", "user/eli comes to rights that nothing limits"),
        (_function_widens_itself, "no-escalation", "role/shop-api comes to arn:aws:iam::630000000001:role/shop-oncall"),
        (_topic_of_everybody, "no-strangers", "has access to topic shop-orders"),
    ],
)
def test_a_mistake_is_named(review: Reviewing, mistake: Mistake, noticed_by: str, words: str) -> None:
    shop = web_app()
    mistake(shop)
    found = review(INVENTORY, shop)
    assert any(words in title for title in titles(found)[noticed_by]), titles(found)
    assert not found.holds


@pytest.mark.parametrize(
    ("token", "inputs", "words"),
    [
        ("aws:lambda/functionUrl:FunctionUrl", {"functionName": "shop-api"}, "resources of aws:lambda/functionUrl"),
        (
            "aws:s3/bucket:Bucket",
            {"bucket": "open", "acl": "public-read"},
            "acl of aws:s3/bucket:Bucket looks like a grant",
        ),
        ("aws-native:s3:Bucket", {"bucketName": "other"}, "only the package aws is read, not aws-native"),
        ("kubernetes:core/v1:Secret", {}, "what the package kubernetes gives access to is not known"),
        ("aws:s3/bucketObject:BucketObject", {"bucket": UPLOADS, "acl": "public-read"}, "acl of aws:s3/bucketObject"),
        ("pulumi:providers:kubernetes", {}, "what the package kubernetes gives access to is not known"),
    ],
)
def test_what_is_not_read_is_named_and_proves_nothing(
    review: Reviewing, token: str, inputs: dict[str, str], words: str
) -> None:
    shop = web_app()
    shop.add(token, "planted", inputs)
    found = review(INVENTORY, shop)
    assert [one for one in found.unread if words in str(one)], found.unread
    assert not found.holds
    assert "proved" not in {one.word(not found.unread) for one in found.verdicts}
