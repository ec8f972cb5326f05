"""A web application: Lambda behind an address, certificates in another Region, users in groups, a pipeline's user."""

from __future__ import annotations

import json
from typing import Any

from tests.policies.access.inventory.exports import SECRET, Export, account_trust, allow, policy, service_trust

ACCOUNT = "630000000001"
UPLOADS, SITE = "shop-uploads", "shop-site"
INVENTORY: dict[str, Any] = {
    "data": {
        "buckets": [UPLOADS],
        "keys": ["alias/shop"],
        "readers": ["shop-api", "shop-oncall"],
        "writers": ["shop-api"],
    },
    "code": {"buckets": ["shop-code"], "readers": ["shop-ci"], "writers": ["shop-ci"]},
    "roles": {"deployers": ["shop-ci"]},
    # Its buckets take objects under any key.
    "theorems": [
        "configuration-stays-home",
        "listed-key-users",
        "listed-readers",
        "listed-writers",
        "no-escalation",
        "no-strangers",
        "policies-stay",
        "services-from-home",
    ],
    "delegations": [{"role": "dana", "actsAs": "shop-oncall", "because": "whoever is on call assumes it"}],
}


def web_app() -> Export:
    """The estate as it should be."""
    shop = Export("shop", "live", ACCOUNT)
    key = shop.key(1, "shop")
    uploads, _ = shop.bucket(UPLOADS, key), shop.bucket(SITE)
    code = shop.bucket("shop-code")
    api = shop.role("shop-api", service_trust("lambda.amazonaws.com", ACCOUNT))
    shop.attach("shop-api", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    shop.inline("shop-api", "uploads", [allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{uploads}/*")])
    shop.inline("shop-api", "key", [allow(["kms:Decrypt", "kms:GenerateDataKey"], key)])
    function = shop.function("shop-api", api)
    shop.resources[-1]["inputs"]["environment"] = {"variables": {"TOKEN": SECRET}}
    shop.add("aws:lambda/alias:Alias", "live", {"name": "live", "functionName": function, "functionVersion": "7"})
    topic = shop.arn("sns", "shop-orders")
    shop.add("aws:sns/topic:Topic", "orders", {"name": "shop-orders"}, arn=topic, id=topic)
    orders = {"action": "lambda:InvokeFunction", "function": "shop-api", "principal": "sns.amazonaws.com"}
    shop.add("aws:lambda/permission:Permission", "orders", {**orders, "sourceArn": topic, "statementId": "orders"})
    _people(shop, uploads, key)
    shop.user("shop-ci")
    release = [
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{code}/*"),
        allow("lambda:UpdateFunctionCode", function),
    ]
    shop.inline("shop-ci", "release", release, of="user")
    shop.add("aws:iam/accessKey:AccessKey", "ci", {"user": "shop-ci"}, secret=SECRET, id="AKIAIOSFODNN7EXAMPLE")
    shop.region = "us-east-1"
    shop.provider("us-east-1")
    shop.add(
        "aws:acm/certificate:Certificate", "site", {"domainName": "shop.example"}, arn=shop.arn("acm", "certificate/1")
    )
    return shop


def _people(shop: Export, uploads: str, key: str) -> None:
    """Developers in a group, one of whom may be on call."""
    dana = shop.user("dana")
    shop.user("eli")
    group = f"arn:aws:iam::{ACCOUNT}:group/developers"
    shop.add("aws:iam/group:Group", "developers", {"name": "developers"}, arn=group, id="developers")
    shop.attach("developers", "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess", of="group")
    shop.add("aws:iam/groupMembership:GroupMembership", "developers", {"group": "developers", "users": ["dana", "eli"]})
    oncall = shop.role("shop-oncall", account_trust(dana))
    shop.inline("shop-oncall", "look", [allow("s3:GetObject", f"{uploads}/*"), allow("kms:Decrypt", key)])
    shop.add("aws:iam/policy:Policy", "oncall", _oncall_policy(oncall), arn=f"arn:aws:iam::{ACCOUNT}:policy/oncall")
    attachment = {"name": "oncall", "policyArn": f"arn:aws:iam::{ACCOUNT}:policy/oncall", "users": ["dana"]}
    shop.add("aws:iam/policyAttachment:PolicyAttachment", "oncall", attachment)


def _oncall_policy(role: str) -> dict[str, Any]:
    return {"name": "oncall", "policy": json.dumps(policy(allow("sts:AssumeRole", role)))}
