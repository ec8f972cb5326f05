"""Exports as they come: secrets, unknown values, several providers, what is half done, what is hostile."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from policies.access.graph import BadExport
from policies.access.inventory.entries import BadInventory, read_inventory
from policies.access.inventory.estate import Estate, read_estate
from policies.access.inventory.review import review_estate
from tests.policies.access.inventory import data_lake, studio, web_app
from tests.policies.access.inventory.conftest import Mistake, Reviewing, titles
from tests.policies.access.inventory.exports import SECRET, UNKNOWN, Export, allow, policy, write_inventory
from tests.policies.access.inventory.web_app import ACCOUNT, INVENTORY, UPLOADS


def _estate(tmp_path: Path, inventory: dict[str, Any], *exports: Export) -> Estate:
    files = [export.write(tmp_path) for export in exports]
    return read_estate(files, read_inventory(write_inventory(tmp_path, inventory)))


def _secret_trust(shop: Export) -> None:
    shop.role("hidden", SECRET)


def _unknown_policy(shop: Export) -> None:
    shop.add("aws:s3/bucketPolicy:BucketPolicy", "uploads", {"bucket": UPLOADS, "policy": UNKNOWN})


def _policy_for_a_secret(shop: Export) -> None:
    inputs = {"role": SECRET, "name": "x", "policy": json.dumps(policy(allow("s3:*", "*")))}
    shop.add("aws:iam/rolePolicy:RolePolicy", "secret", inputs)


def _policy_for_another_stack(shop: Export) -> None:
    shop.inline("made-elsewhere", "x", [allow("s3:*", "*")])


def _user_in_another_group(shop: Export) -> None:
    shop.add("aws:iam/userGroupMembership:UserGroupMembership", "eli", {"user": "eli", "groups": ["administrators"]})


def _managed_policy_of_another_stack(shop: Export) -> None:
    shop.attach("shop-api", f"arn:aws:iam::{ACCOUNT}:policy/made-elsewhere")


def _managed_policy_that_aws_does_not_have(shop: Export) -> None:
    shop.attach("dana", "arn:aws:iam::aws:policy/NoSuchPolicy", of="user")


def _attachment_of_a_secret(shop: Export) -> None:
    inputs = {"role": "shop-api", "policyArn": SECRET}
    shop.add("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "secret", inputs)


def _boundary_of_another_stack(shop: Export) -> None:
    shop.user("finn", permissionsBoundary=f"arn:aws:iam::{ACCOUNT}:policy/made-elsewhere")


def _policy_that_iam_refuses(shop: Export) -> None:
    shop.inline("shop-api", "wrong", [{"Effect": "allow", "Action": "s3:*", "Resource": "*"}])


def _policy_that_is_no_json(shop: Export) -> None:
    shop.add("aws:iam/rolePolicy:RolePolicy", "none", {"role": "shop-api", "name": "none", "policy": "<policy/>"})


def _two_bucket_policies(shop: Export) -> None:
    for name in ("one", "two"):
        text = json.dumps(policy({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}))
        shop.add("aws:s3/bucketPolicy:BucketPolicy", name, {"bucket": UPLOADS, "policy": text})


def _role_made_twice(shop: Export) -> None:
    shop.add(
        "aws:iam/role:Role",
        "again",
        dict(_made(shop, "shop-api")["inputs"]),
        arn=_made(shop, "shop-api")["outputs"]["arn"],
    )


def _function_with_a_role_that_is_secret(shop: Export) -> None:
    shop.function("other", SECRET)  # type: ignore[arg-type]


def _policy_changed_besides_the_program(shop: Export) -> None:
    _made(shop, "shop-api")["outputs"]["assumeRolePolicy"] = json.dumps(policy())


def _made(shop: Export, name: str) -> dict[str, Any]:
    return next(one for one in shop.resources if one["urn"].endswith(f":Role::{name}"))


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (_secret_trust, "role hidden, trust: is not known yet"),
        (_unknown_policy, "bucket shop-uploads, policy: is not known yet"),
        (_policy_for_a_secret, "RolePolicy secret: what it is for is not known"),
        (
            _policy_for_another_stack,
            "it is for made-elsewhere, which no export here made: give the export that holds it",
        ),
        (_user_in_another_group, "it is for administrators, which no export here made"),
        (_managed_policy_of_another_stack, "policy/made-elsewhere is attached, which no export here made"),
        (
            _managed_policy_that_aws_does_not_have,
            "policy/NoSuchPolicy is attached, a policy of AWS's that moto does not",
        ),
        (_attachment_of_a_secret, "role shop-api: an attached policy has no ARN that is known"),
        (
            _boundary_of_another_stack,
            "user finn, boundary: arn:aws:iam::630000000001:policy/made-elsewhere is attached",
        ),
        (_policy_that_iam_refuses, "role shop-api, policy shop-api-wrong"),
        (_policy_that_is_no_json, "role shop-api, policy none: is not JSON"),
        (_two_bucket_policies, "bucket shop-uploads: it has 2 of aws:s3/bucketPolicy:BucketPolicy"),
        (_role_made_twice, "role/shop-api is made twice"),
        (_function_with_a_role_that_is_secret, "the role of function other is not known"),
        (_policy_changed_besides_the_program, "AWS has another assumeRolePolicy than the program gave"),
    ],
)
def test_what_cannot_be_read_is_named_and_proves_nothing(tmp_path: Path, mistake: Mistake, words: str) -> None:
    shop = web_app.web_app()
    mistake(shop)
    found = [str(one) for one in _estate(tmp_path, INVENTORY, shop).unread]
    assert [one for one in found if words in one], found


def test_a_number_of_thousands_of_digits_in_a_policy_is_not_read(tmp_path: Path) -> None:
    shop = web_app.web_app()
    shop.add(
        "aws:iam/rolePolicy:RolePolicy", "odd", {"role": "shop-api", "policy": '{"Statement": ' + "9" * 5000 + "}"}
    )
    (unread,) = _estate(tmp_path, INVENTORY, shop).unread
    assert "role shop-api, policy odd: is not JSON" in str(unread)


def test_a_stack_that_another_reads_must_be_given(tmp_path: Path) -> None:
    shop, lake = web_app.web_app(), data_lake.data_lake()
    shop.add("pulumi:pulumi:StackReference", "lake", {"name": "acme/acme-lake/prod"}, outputs={"bucket": "x"})
    (unread,) = _estate(tmp_path, INVENTORY, shop).unread
    assert "it reads outputs of the stack prod, of which no export is here: give it too" in str(unread)
    assert _estate(tmp_path, INVENTORY, shop, lake).unread == ()


def test_what_awaits_deletion_is_no_longer_there(tmp_path: Path) -> None:
    shop = web_app.web_app()
    shop.attach("dana", "arn:aws:iam::aws:policy/NoSuchPolicy", of="user")
    shop.resources[-1]["delete"] = True
    assert _estate(tmp_path, INVENTORY, shop).unread == ()


def test_what_a_broken_update_left_open_is_not_read(tmp_path: Path) -> None:
    shop = web_app.web_app()
    shop.pending = [{"resource": _made(shop, "shop-api"), "type": "updating"}]
    assert "updating of it never ended" in str(_estate(tmp_path, INVENTORY, shop).unread)


def test_providers_of_other_accounts_make_what_is_theirs(review: Reviewing) -> None:
    shop = web_app.web_app()
    other = Export("shop", "live", "630000000002")
    shop.account, shop.region = other.account, "eu-west-1"
    shop.provider("archive", allowedAccountIds=[other.account])
    shop.bucket("shop-archive")
    shop.user("archivist")
    shop.inline("archivist", "read", [allow(["s3:GetObject", "kms:Decrypt"], "*")], of="user")
    found = review(INVENTORY, shop)
    # Neither bucket nor key of the first account let the second one in.
    assert found.holds, titles(found)


def test_an_account_that_nothing_tells_is_asked_for(tmp_path: Path) -> None:
    shop = Export("shop", "site", ACCOUNT)
    shop.bucket("shop-site")
    inventory = {"data": {"buckets": ["shop-site"]}}
    (unread,) = _estate(tmp_path, inventory, shop).unread
    assert str(unread).startswith("site: no ARN tells the account of 1 resources")
    assert _estate(tmp_path, {**inventory, "accounts": [ACCOUNT]}, shop).graph.accounts() == [ACCOUNT]


def test_stacks_of_two_programs_may_have_one_name(review: Reviewing) -> None:
    lake = data_lake.data_lake()
    lake.stack = "live"
    lake.resources = json.loads(json.dumps(lake.resources).replace("urn:pulumi:prod::", "urn:pulumi:live::"))
    found = review({**INVENTORY, "data": {**INVENTORY["data"], "buckets": [UPLOADS]}}, web_app.web_app(), lake)
    assert found.unread == ()
    assert set(titles(found)) <= {"no-escalation"}


ODD: list[Any] = [
    *(None, 5, -1.5, True, [], {}, "", "x", "*", [None], {"a": None}, [[[]]], UNKNOWN, SECRET, "\u0000", "{", "[]"),
    *('{"Statement": []}', '{"Statement": 5}', json.dumps(policy(allow("*", "*"))), 10**400, float("nan")),
    *("\ud800", "\U0010ffff", "\u202e\x1b[2J", "x" * 100_000),
    *("arn:aws:iam::", "arn:aws:s3:::", "arn:aws:iam::1:role/x", "arn:aws-cn:iam::123456789012:role/x"),
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))


@pytest.mark.parametrize("seed", range(12))
def test_a_hostile_export_is_refused_in_a_sentence_or_read(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    module, exports = chance.choice(
        [(web_app, [web_app.web_app()]), (studio, studio.studio()), (data_lake, [data_lake.data_lake()])]
    )
    for _ in range(chance.randint(1, 4)):
        resources: Any = chance.choice(exports).resources
        *path, last = chance.choice([place for place in _places(resources) if place])
        for step in path:
            resources = resources[step]
        resources[last] = copy.deepcopy(chance.choice(ODD))
    with suppress(BadExport, BadInventory):
        review_estate(_estate(tmp_path, module.INVENTORY, *exports), workers=1)
