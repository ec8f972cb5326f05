"""Each thing that the platform misses in what exists already, told by name and in words, before anything is made."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest

from rehearsal.engine.state import StackFailed
from rehearsal.plan import PlannedStack, plan
from settings.project_file import NAMESPACE
from tests.stacks import spoilt
from tests.stacks.conftest import Platform, platform_in
from tests.stacks.layouts import Layout
from tests.stacks.owned import CIDRS, Owned
from tests.stacks.test_existing import HOME, STAGING


@dataclass(frozen=True)
class Empty:
    """An AWS in which no stack but foundations ever comes up, and the stacks that are tried other_region."""

    platform: Platform
    planned: Mapping[str, PlannedStack]

    def owner(self, account: str = STAGING, stack: str = "staging") -> Owned:
        """Whoever has something already."""
        return Owned(self.platform.world.cloud, account, CIDRS[stack])

    def shortfalls(self, existing: spoilt.Section, stack: str = "staging") -> list[str]:
        """The shortfalls of a stack that is brought up, without their heading; nothing may have been changed."""
        world, recorder = self.platform.world, self.platform.recorder
        good = self.planned[stack]
        before = len(recorder.requests)
        with pytest.raises(StackFailed) as caught:
            world.up(replace(good, config={**good.config, f"{NAMESPACE}existing": json.dumps(existing)}))
        assert [line for line in recorder.since(before) if line.writes] == []
        return str(caught.value).splitlines()[1:]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Empty]:
    """One AWS for all: a stack that is short of something makes nothing."""
    directory = tmp_path_factory.mktemp("shortfalls")
    Layout(directory)
    for platform in platform_in(directory):
        platform.up("foundation", "foundation-staging")
        # A program that fails is collected: with what stands already, that takes a second for each test.
        gc.freeze()
        yield Empty(platform, {each.stack: each for each in plan(directory)})
        gc.unfreeze()


@pytest.mark.parametrize("name", sorted(spoilt.SHORT))
def test_a_shortfall_is_told_by_setting_and_value_and_is_the_only_one(empty: Empty, name: str) -> None:
    spoil, parts = spoilt.SHORT[name]
    found = empty.shortfalls(spoil(empty.owner()))
    assert len(found) == 1, found
    assert all(part in found[0] for part in parts), found


def test_a_network_that_does_not_exist_is_told_for_all_that_should_be_in_it(empty: Empty) -> None:
    found = empty.shortfalls(spoilt.no_such_vpc(empty.owner()))
    assert "existing.network.vpc = 'vpc-0123456789abcdef0': is not found in account 222222222222" in found[0]
    assert all("not in vpc-0123456789abcdef0" in line for line in found[1:])


def test_an_interface_endpoint_of_s3_is_no_gateway(empty: Empty) -> None:
    found = empty.shortfalls(spoilt.interface_s3(empty.owner()))
    assert any("existing.endpoints.s3" in line and "must be a gateway endpoint" in line for line in found)


def test_groups_of_another_network_are_all_told(empty: Empty) -> None:
    found = empty.shortfalls(spoilt.foreign_group(empty.owner()))
    assert [line.split(" = ")[0].strip() for line in found] == [
        "existing.network.securityGroups.workloads",
        "existing.network.securityGroups.endpoints",
    ]


def test_a_role_that_trusts_too_many_lacks_the_right_trust_and_has_a_wrong_one(empty: Empty) -> None:
    lacking, wide = empty.shortfalls(spoilt.trusting_all(empty.owner()))
    assert "its trust lacks this statement" in lacking
    assert "aws:PrincipalArn" in lacking
    assert "its trust also lets others in" in wide


def test_a_bucket_that_lacks_everything_is_told_so_at_once(empty: Empty) -> None:
    own = empty.owner(HOME, "dev")
    key = own.key()
    own.s3.create_bucket(Bucket="acme-bare", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    found = empty.shortfalls({"keys": {"data": key}, "buckets": {"data": "acme-bare"}}, "dev")
    assert all(line.strip().startswith("existing.buckets.data = 'acme-bare': ") for line in found)
    for part in (
        "encrypts with ",
        "is not versioned",
        "lets object owners set ACLs",
        "does not block",
        "logs its access",
    ):
        assert sum(part in line for line in found) == 1, (part, found)
    assert len(found) == 5


def test_a_bucket_of_another_region_or_account_or_none_at_all_is_told_so(empty: Empty) -> None:
    own, other = empty.owner(HOME, "dev"), empty.owner()
    keys = {"data": own.key(), "models": own.key()}
    other_region = own.client("s3", "eu-central-1")
    other_region.create_bucket(Bucket="acme-there", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    other.bucket("acme-theirs", other.key())
    both = {"keys": keys, "buckets": {"data": "acme-there", "models": "acme-nothing"}}
    [elsewhere, nowhere] = empty.shortfalls(both, "dev")
    assert "is in eu-central-1, not in eu-west-1" in elsewhere
    assert "existing.buckets.models = 'acme-nothing': is not found" in nowhere
    [theirs] = empty.shortfalls({"keys": {"data": keys["data"]}, "buckets": {"data": "acme-theirs"}}, "dev")
    assert "acme-theirs" in theirs
    assert "is another account's" in theirs or "is not found in account 111111111111" in theirs


@pytest.mark.parametrize(("bucket_key", "part"), [(True, "encrypts with arn:aws:kms"), (False, "has no bucket key")])
def test_a_bucket_with_another_key_or_without_bucket_key_is_told_so(empty: Empty, bucket_key: bool, part: str) -> None:
    own = empty.owner(HOME, "dev")
    key, name = own.key(), f"acme-{str(bucket_key).lower()}"
    own.bucket(name, own.key())
    own.encrypt(name, own.key() if bucket_key else key, bucket_key=bucket_key)
    [line] = empty.shortfalls({"keys": {"data": key}, "buckets": {"data": name}}, "dev")
    assert part in line


def test_studio_groups_must_let_apps_reach_each_other(empty: Empty) -> None:
    own = empty.owner(HOME, "dev")
    network = own.network()
    groups = {"studio": own.group(network["vpc"], "studio")}
    own.open(groups["studio"], 443, out=True)
    found = empty.shortfalls({"network": network | {"securityGroups": groups}}, "dev")
    assert [line.split("each other on ")[1].split(":")[0] for line in found] == ["2049", "8192", "65535"]
