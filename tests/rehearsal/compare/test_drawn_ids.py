"""Ids that AWS draws by lot differ from rehearsal to rehearsal, and are no difference."""

from __future__ import annotations

from rehearsal.compare.capture import captured
from rehearsal.compare.drawn_ids import DrawnIds
from rehearsal.compare.resources import compare_resources
from tests.rehearsal.compare.samples import KEY, NAT, SUBNET, VPC, record

_DRAWS = (
    {"vpc": "vpc-0123456789abcdef0", "subnet": "subnet-0123456789abcdef0", "nat": "nat-0123456789abcdef0",
     "key": "11111111-2222-3333-4444-555555555555", "group": "sg-0123456789abcdef0"},
    {"vpc": "vpc-0fedcba9876543210", "subnet": "subnet-0fedcba9876543210", "nat": "nat-0fedcba9876543210",
     "key": "99999999-2222-3333-4444-555555555555", "group": "sg-0fedcba9876543210"},
)  # fmt: skip


def _platform(drawn: dict[str, str], cidr: str = "10.0.0.0/16") -> list[dict[str, object]]:
    vpc = record("net", VPC, drawn["vpc"], {"cidrBlock": cidr}, {"defaultSecurityGroupId": drawn["group"]})
    subnet = record("private", SUBNET, drawn["subnet"], {"vpcId": drawn["vpc"]}, {})
    # A gateway's outputs name its VPC, its inputs do not.
    nat = record("a-nat", NAT, drawn["nat"], {"subnetId": drawn["subnet"]}, {"vpcId": drawn["vpc"]})
    key = record("key", KEY, drawn["key"], {}, {"arn": f"arn:aws:kms:us-east-1:111111111111:key/{drawn['key']}"})
    user = record(
        "user", "aws:sqs/queue:Queue", "https://queue",
        {"policy": f"{drawn['key']} {drawn['group']}"}, {},
    )  # fmt: skip
    return [nat, vpc, subnet, key, user]


def test_other_draws_of_the_same_platform_are_no_difference() -> None:
    sides = [captured(records, DrawnIds.of(records)) for records in map(_platform, _DRAWS)]
    assert compare_resources(*sides) == []


def test_an_id_is_called_by_the_resource_that_it_belongs_to() -> None:
    records = _platform(_DRAWS[0])
    inputs = {each.name: each.inputs for each in captured(records, DrawnIds.of(records))}
    assert inputs["private"] == {"vpcId": "<id of net in dev>"}
    assert inputs["user"] == {"policy": "<id of key in dev> <defaultSecurityGroupId of net in dev>"}


def test_an_id_from_the_settings_stays_what_it_is() -> None:
    records = [record("private", SUBNET, "subnet-0123456789abcdef0", {"vpcId": "vpc-0a000000000000000"}, {})]
    assert captured(records, DrawnIds.of(records))[0].inputs == {"vpcId": "vpc-0a000000000000000"}
