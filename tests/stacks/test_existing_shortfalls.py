"""Each thing that the platform misses in what exists already, told by name and in words, before anything is made."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from policies.documents.trust import role_trust
from rehearsal.engine.state import StackFailed
from rehearsal.plan import PlannedStack, plan
from settings.config import NAMESPACE
from tests.stacks.conftest import Platform, platform_in
from tests.stacks.layouts import Layout
from tests.stacks.owned import CIDRS, Owned
from tests.stacks.test_existing import ADMINISTRATION, EXECUTION, HOME, HOME_SCOPE, STAGING, boundary

Section = dict[str, Any]
Spoil = Callable[[Owned], Section]


@dataclass(frozen=True)
class Empty:
    """An AWS in which no stack but foundations ever comes up, and the stacks that are tried other_region."""

    platform: Platform
    planned: Mapping[str, PlannedStack]

    def owner(self, account: str = STAGING, stack: str = "staging") -> Owned:
        """Whoever has something already."""
        return Owned(self.platform.world.cloud, account, CIDRS[stack])

    def shortfalls(self, existing: Section, stack: str = "staging") -> list[str]:
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


# ---- networks


def without_dns(own: Owned) -> Section:
    network = own.network()
    own.ec2.modify_vpc_attribute(VpcId=network["vpc"], EnableDnsSupport={"Value": False})
    return {"network": network}


def options(own: Owned, *servers: str) -> Section:
    network = own.network()
    own.name_servers(network["vpc"], *servers)
    return {"network": network}


def another_name_server(own: Owned) -> Section:
    return options(own, "10.20.0.2", "10.99.0.53")


def no_name_server(own: Owned) -> Section:
    network = own.network()
    own.ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=network["vpc"])
    return {"network": network}


def dockers_range(own: Owned) -> Section:
    network = own.network()
    own.ec2.associate_vpc_cidr_block(VpcId=network["vpc"], CidrBlock="172.17.16.0/20")
    return {"network": network}


def another_range(own: Owned) -> Section:
    return {"network": Owned(own.cloud, own.account, "10.99.0.0/16").network()}


def no_such_vpc(own: Owned) -> Section:
    return {"network": own.network() | {"vpc": "vpc-0123456789abcdef0"}}


def foreign_subnet(own: Owned) -> Section:
    network, other = own.network(), own.network(("c",))
    return {"network": network | {"subnets": [*network["subnets"], *other["subnets"]]}}


def public_subnet(own: Owned) -> Section:
    network = own.network()
    own.ec2.modify_subnet_attribute(SubnetId=network["subnets"][0], MapPublicIpOnLaunch={"Value": True})
    return {"network": network}


def same_zone(own: Owned) -> Section:
    network = own.network()
    again = own.subnet(network["vpc"], "a", 3, network["routeTables"][0])
    return {"network": network | {"subnets": [*network["subnets"], again]}}


def one_zone(own: Owned) -> Section:
    return {"network": own.network(("a",))}


def to_the_internet(own: Owned) -> Section:
    network = own.network()
    gateway = own.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    own.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network["vpc"])
    table = network["routeTables"][0]
    own.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    return {"network": network}


def to_nat(own: Owned) -> Section:
    network = own.network()
    address = own.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = own.ec2.create_nat_gateway(SubnetId=network["subnets"][0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    table = network["routeTables"][0]
    own.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    return {"network": network}


def unrouted(own: Owned) -> Section:
    network = own.network()
    alone = own.subnet(network["vpc"], "c", 3)
    return {"network": network | {"subnets": [*network["subnets"], alone]}}


def foreign_table(own: Owned) -> Section:
    network = own.network()
    return {"network": network | {"routeTables": [*network["routeTables"], *own.network()["routeTables"]]}}


def unmarked(own: Owned) -> Section:
    network = own.network()
    own.ec2.delete_tags(Resources=[network["vpc"]], Tags=[{"Key": "platform"}])
    return {"network": network}


# ---- security groups


def with_groups(own: Owned, spoil: Callable[[dict[str, str]], None]) -> Section:
    network = own.network()
    groups = own.groups(network["vpc"])
    spoil(groups)
    return {"network": network | {"securityGroups": groups}}


def foreign_group(own: Owned) -> Section:
    return {"network": own.network() | {"securityGroups": own.groups(own.network()["vpc"])}}


def silent_workloads(own: Owned) -> Section:
    network = own.network()
    return {"network": network | {"securityGroups": {"workloads": own.group(network["vpc"], "silent")}}}


def wide_workloads(own: Owned) -> Section:
    return with_groups(own, lambda groups: own.open(groups["workloads"], 443, out=True, cidr="0.0.0.0/0"))


def wide_endpoints(own: Owned) -> Section:
    return with_groups(own, lambda groups: own.open(groups["endpoints"], 22, cidr="0.0.0.0/0"))


def deaf_endpoints(own: Owned) -> Section:
    network = own.network()
    return {"network": network | {"securityGroups": {"endpoints": own.group(network["vpc"], "deaf")}}}


# ---- endpoints


def with_endpoint(own: Owned, service: str, made: str, **changed: Any) -> Section:
    network = own.network()
    return {"network": network, "endpoints": {service: own.endpoint(network, made, **changed)}}


def wrong_service(own: Owned) -> Section:
    return with_endpoint(own, "kms", "logs")


def no_private_name(own: Owned) -> Section:
    return with_endpoint(own, "kms", "kms", PrivateDnsEnabled=False)


def open_policy(own: Owned) -> Section:
    anything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return with_endpoint(own, "s3", "s3", PolicyDocument=json.dumps({"Statement": [anything]}))


def unrouted_s3(own: Owned) -> Section:
    return with_endpoint(own, "s3", "s3", RouteTableIds=[])


def interface_s3(own: Owned) -> Section:
    return with_endpoint(own, "s3", "s3", VpcEndpointType="Interface")


def foreign_endpoint(own: Owned) -> Section:
    return {"network": own.network(), "endpoints": {"kms": own.endpoint(own.network(), "kms")}}


def deaf_endpoint(own: Owned) -> Section:
    network = own.network()
    group = own.group(network["vpc"], "deaf")
    return {"network": network, "endpoints": {"kms": own.endpoint(network, "kms", SecurityGroupIds=[group])}}


def no_such_endpoint(own: Owned) -> Section:
    return {"network": own.network(), "endpoints": {"kms": "vpce-0123456789abcdef0"}}


# ---- keys and roles


def disabled_key(own: Owned) -> Section:
    key = own.key()
    own.disable(key)
    return {"keys": {"capture": key}}


def signing_key(own: Owned) -> Section:
    return {"keys": {"capture": own.key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")}}


def still_key(own: Owned) -> Section:
    return {"keys": {"capture": own.key(Description="does not rotate")}}


def anothers_key(own: Owned) -> Section:
    key = own.key()
    own.kms.tag_resource(KeyId=key.rpartition("/")[2], Tags=[{"TagKey": "platform", "TagValue": "acme"}])
    return {"keys": {"capture": key}}


def no_such_key(own: Owned) -> Section:
    return {"keys": {"capture": own.key().rpartition("/")[0] + "/12345678-1234-1234-1234-123456789012"}}


def another_name(own: Owned) -> Section:
    return {"roles": {"stackSetExecution": {"screening": f"arn:aws:iam::{own.account}:role/stacksets"}}}


def role(own: Owned, trust: str, boundary_arn: str | None) -> Section:
    name = EXECUTION.rpartition("/")[2]
    if name in {each["RoleName"] for each in own.iam.list_roles()["Roles"]}:
        own.iam.delete_role(RoleName=name)
    own.role(EXECUTION, trust, boundary_arn)
    return {"roles": {"stackSetExecution": {"screening": EXECUTION}}}


def unbounded_role(own: Owned) -> Section:
    return role(own, role_trust(HOME_SCOPE, [ADMINISTRATION]), None)


def trusting_all(own: Owned) -> Section:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "sts:AssumeRole"}
    return role(own, json.dumps({"Version": "2012-10-17", "Statement": [statement]}), boundary(STAGING))


# name: (what is spoilt, parts of the only message)
SHORT: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "a VPC without DNS": (without_dns, ("existing.network.vpc = 'vpc-", "has no DNS support")),
    "a VPC with a DNS server of its owner's": (
        another_name_server,
        ("existing.network.vpc = 'vpc-", "with 10.99.0.53", "need AmazonProvidedDNS", "associate-dhcp-options"),
    ),
    "a VPC without a DNS server": (no_name_server, ("existing.network.vpc", "has no DHCP options")),
    "a VPC with a part of Docker's bridge": (
        dockers_range,
        ("existing.network.vpc", "has the range 172.17.16.0/20 too", "SageMaker's hosts use for Docker's bridge"),
    ),
    "a VPC of another range": (another_range, ("existing.network.vpc", "has the range 10.99.0.0/16", "10.20.0.0/16")),
    "a subnet of another VPC": (foreign_subnet, ("existing.network.subnets = 'subnet-", "is in vpc-", "not in vpc-")),
    "a public subnet": (public_subnet, ("existing.network.subnets", "gives out public addresses")),
    "two subnets in a zone": (same_zone, ("existing.network.subnets", "is in eu-west-1a as subnet-")),
    "one zone": (one_zone, ("existing.network.subnets", "are in 1 zone", "needs subnets in 2")),
    "a way to the internet": (to_the_internet, ("existing.network.routeTables", "leads 0.0.0.0/0 to the internet")),
    "a way through NAT": (to_nat, ("existing.network.routeTables", "leads 0.0.0.0/0 to nat-", "set network.nat")),
    "a subnet without route table": (unrouted, ("existing.network.subnets", "is routed by none of rtb-")),
    "a route table of another VPC": (foreign_table, ("existing.network.routeTables = 'rtb-", "is in vpc-")),
    "workloads that reach nothing": (
        silent_workloads,
        ("existing.network.securityGroups.workloads = 'sg-", "add an egress rule for TCP 443"),
    ),
    "workloads that reach everything": (wide_workloads, ("securityGroups.workloads", "lets out to everywhere")),
    "endpoints that let in everybody": (wide_endpoints, ("securityGroups.endpoints", "lets in everybody")),
    "endpoints that let in nobody": (deaf_endpoints, ("securityGroups.endpoints", "lets no HTTPS in")),
    "an endpoint of another service": (
        wrong_service,
        (
            "existing.endpoints.kms = 'vpce-",
            "leads to com.amazonaws.eu-west-1.logs, not to com.amazonaws.eu-west-1.kms",
        ),
    ),
    "an endpoint without private name": (no_private_name, ("existing.endpoints.kms", "has no private DNS name")),
    "an endpoint that is open": (open_policy, ("existing.endpoints.s3", "lets anybody reach anything")),
    "an endpoint without routes": (unrouted_s3, ("existing.endpoints.s3", "is in no route of rtb-")),
    "an endpoint of another VPC": (foreign_endpoint, ("existing.endpoints.kms", "is in vpc-", "not in vpc-")),
    "an endpoint behind a shut group": (deaf_endpoint, ("existing.endpoints.kms", "its security group sg-")),
    "no such endpoint": (no_such_endpoint, ("existing.endpoints.kms = 'vpce-0123456789abcdef0'", "is not found in")),
    "a disabled key": (disabled_key, ("existing.keys.capture = 'arn:aws:kms:", "is Disabled: enable it")),
    "a key that signs": (signing_key, ("existing.keys.capture", "is for SIGN_VERIFY (RSA_2048)")),
    "a key that does not rotate": (still_key, ("existing.keys.capture", "does not rotate")),
    "a network that nobody handed over": (unmarked, ("existing.network.vpc", "is not tagged platform=mlops")),
    "a key that is somebody else's": (anothers_key, ("existing.keys.capture", "is not tagged platform=mlops")),
    "no such key": (no_such_key, ("existing.keys.capture", "is not found in account 222222222222, eu-west-1")),
    "a role of another name": (another_name, ("existing.roles.stackSetExecution.screening", f"it must be {EXECUTION}")),
    "a role without boundary": (
        unbounded_role,
        ("existing.roles.stackSetExecution.screening", f"set it to {boundary(STAGING)}"),
    ),
}


@pytest.mark.parametrize("name", sorted(SHORT))
def test_a_shortfall_is_told_by_setting_and_value_and_is_the_only_one(empty: Empty, name: str) -> None:
    spoil, parts = SHORT[name]
    found = empty.shortfalls(spoil(empty.owner()))
    assert len(found) == 1, found
    assert all(part in found[0] for part in parts), found


def test_a_network_that_does_not_exist_is_told_for_all_that_should_be_in_it(empty: Empty) -> None:
    found = empty.shortfalls(no_such_vpc(empty.owner()))
    assert "existing.network.vpc = 'vpc-0123456789abcdef0': is not found in account 222222222222" in found[0]
    assert all("not in vpc-0123456789abcdef0" in line for line in found[1:])


def test_an_interface_endpoint_of_s3_is_no_gateway(empty: Empty) -> None:
    found = empty.shortfalls(interface_s3(empty.owner()))
    assert any("existing.endpoints.s3" in line and "must be a gateway endpoint" in line for line in found)


def test_groups_of_another_network_are_all_told(empty: Empty) -> None:
    found = empty.shortfalls(foreign_group(empty.owner()))
    assert [line.split(" = ")[0].strip() for line in found] == [
        "existing.network.securityGroups.workloads",
        "existing.network.securityGroups.endpoints",
    ]


def test_a_role_that_trusts_too_many_lacks_the_right_trust_and_has_a_wrong_one(empty: Empty) -> None:
    lacking, wide = empty.shortfalls(trusting_all(empty.owner()))
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
