"""The way out of a VPC: what opens it, and what each missing part is called in the refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from rehearsal.network.deciding import reachable
from rehearsal.network.hosts import destination
from rehearsal.network.model import (
    EVERYWHERE,
    Destination,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    Unreachable,
    VpcAttachment,
    VpcEndpoint,
    VpcNetwork,
)

REGION = "eu-west-1"
SOURCE = VpcAttachment(
    account="111111111111", region=REGION, vpc="vpc-1", subnets=("subnet-a", "subnet-b"), security_groups=("sg-jobs",)
)
S3 = VpcEndpoint(
    id="vpce-s3",
    service="com.amazonaws.eu-west-1.s3",
    gateway=True,
    route_tables=("rtb-a", "rtb-b"),
    prefix_list="pl-s3",
)
SSM = VpcEndpoint(
    id="vpce-ssm",
    service="com.amazonaws.eu-west-1.ssm",
    gateway=False,
    subnets=("subnet-a",),
    security_groups=("sg-endpoints",),
    private_dns=True,
)


def https(**to: str) -> SecurityGroupRule:
    return SecurityGroupRule(protocol="tcp", from_port=443, to_port=443, **to)


def network(**more: object) -> VpcNetwork:
    """Two private subnets with S3's and SSM's endpoints, each open to the jobs' group and to nothing else."""
    known: dict[str, object] = {
        "id": "vpc-1",
        "subnets": {
            name: Subnet(cidr=f"10.0.{number}.0/24", table=RouteTable(id=f"rtb-{name[-1]}"))
            for number, name in enumerate(SOURCE.subnets)
        },
        "endpoints": (S3, SSM),
        "groups": {
            "sg-jobs": SecurityGroup(egress=(https(group="sg-endpoints"), https(prefix_list="pl-s3"))),
            "sg-endpoints": SecurityGroup(ingress=(https(group="sg-jobs"),)),
        },
    }
    return VpcNetwork(**{**known, **more})  # type: ignore[arg-type]


def with_nat(made: VpcNetwork) -> VpcNetwork:
    """The same with a NAT gateway for both subnets and a group that lets HTTPS out to the internet."""
    outer = Subnet(cidr="10.0.9.0/24", table=RouteTable(id="rtb-public", default="igw-1"))
    inner = {
        name: replace(subnet, table=replace(subnet.table, default="nat-1")) for name, subnet in made.subnets.items()
    }
    jobs = made.groups["sg-jobs"]
    return replace(
        made,
        subnets={**inner, "subnet-public": outer},
        nat_gateways={"nat-1": "subnet-public"},
        internet_gateways=frozenset({"igw-1"}),
        groups={**made.groups, "sg-jobs": replace(jobs, egress=(*jobs.egress, https(cidr=EVERYWHERE)))},
    )


def to(host: str) -> Destination:
    return destination(host, region=REGION)


def reason(made: VpcNetwork, host: str, source: VpcAttachment = SOURCE) -> str:
    way = reachable(made, source, to(host))
    assert isinstance(way, Unreachable), way
    return way.reason


@pytest.mark.parametrize(
    ("host", "endpoint"),
    [("data.s3.eu-west-1.amazonaws.com", "vpce-s3"), ("ssm.eu-west-1.amazonaws.com", "vpce-ssm")],
)
def test_services_with_an_endpoint_are_reached_through_it_with_and_without_nat(host: str, endpoint: str) -> None:
    assert reachable(network(), SOURCE, to(host)) == Route(endpoint)
    assert reachable(with_nat(network()), SOURCE, to(host)) == Route(endpoint)


def test_other_hosts_are_reached_through_nat_alone() -> None:
    assert reachable(with_nat(network()), SOURCE, to("pypi.org")) == Route(None)
    assert reason(network(), "pypi.org") == (
        "rtb-a, the route table of subnet-a, has no route to the internet: set the stack's network.nat"
    )


def without_table(made: VpcNetwork) -> VpcNetwork:
    return replace(made, endpoints=(replace(S3, route_tables=("rtb-a",)), SSM))


def without_prefix_list(made: VpcNetwork) -> VpcNetwork:
    return regroup(made, "sg-jobs", SecurityGroup(egress=(https(group="sg-endpoints"),)))


def without_egress(made: VpcNetwork) -> VpcNetwork:
    return regroup(made, "sg-jobs", SecurityGroup(egress=(https(prefix_list="pl-s3"),)))


def without_ingress(made: VpcNetwork) -> VpcNetwork:
    return regroup(made, "sg-endpoints", SecurityGroup(ingress=(https(group="sg-others"),)))


def without_port(made: VpcNetwork) -> VpcNetwork:
    rule = SecurityGroupRule(protocol="tcp", from_port=80, to_port=80, group="sg-jobs")
    return regroup(made, "sg-endpoints", SecurityGroup(ingress=(rule,)))


def without_private_dns(made: VpcNetwork) -> VpcNetwork:
    return replace(made, endpoints=(S3, replace(SSM, private_dns=False)))


def without_names(made: VpcNetwork) -> VpcNetwork:
    return replace(made, resolves_private_names=False)


def without_address(made: VpcNetwork) -> VpcNetwork:
    return replace(made, endpoints=(S3, replace(SSM, subnets=())))


def without_endpoint(made: VpcNetwork) -> VpcNetwork:
    return replace(made, endpoints=(S3,))


def regroup(made: VpcNetwork, name: str, group: SecurityGroup) -> VpcNetwork:
    return replace(made, groups={**made.groups, name: group})


_S3, _SSM = "data.s3.eu-west-1.amazonaws.com", "ssm.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("broken", "host", "named"),
    [
        (without_table, _S3, "vpce-s3 (com.amazonaws.eu-west-1.s3) is not in rtb-b, the route table of subnet-b"),
        (without_prefix_list, _S3, "sg-jobs lets nothing out on 443 to pl-s3"),
        (without_egress, _SSM, "sg-jobs lets nothing out on 443 to sg-endpoints"),
        (without_ingress, _SSM, "sg-endpoints of interface endpoint vpce-ssm"),
        (without_port, _SSM, "lets nothing in on 443 from sg-jobs"),
        (without_private_dns, _SSM, "lacks private DNS"),
        (without_names, _SSM, "lacks the DNS support or host names of vpc-1"),
        (without_address, _SSM, "is in no subnet"),
        (without_endpoint, _SSM, "vpc-1 has no endpoint com.amazonaws.eu-west-1.ssm"),
    ],
)
def test_a_missing_part_of_an_endpoint_is_named(
    broken: Callable[[VpcNetwork], VpcNetwork], host: str, named: str
) -> None:
    assert named in reason(broken(network()), host)


@pytest.mark.parametrize("broken", [without_table, without_private_dns, without_endpoint])
def test_nat_takes_what_no_endpoint_takes(broken: Callable[[VpcNetwork], VpcNetwork]) -> None:
    host = _S3 if broken is without_table else _SSM
    assert reachable(with_nat(broken(network())), SOURCE, to(host)) == Route(None)


def test_nat_does_not_help_where_an_endpoint_has_the_name_and_is_shut() -> None:
    assert "lets nothing in on 443" in reason(with_nat(without_ingress(network())), _SSM)


@pytest.mark.parametrize(
    ("default", "named"),
    [
        ("igw-1", "what AWS attaches to a VPC has no public address"),
        ("tgw-1", "sends subnet-a to tgw-1, which is no available NAT gateway"),
        ("", "rtb-a, the route table of subnet-a, has no route to the internet"),
    ],
)
def test_a_route_that_does_not_lead_to_a_nat_gateway_is_named(default: str, named: str) -> None:
    made = with_nat(network())
    subnet = made.subnets["subnet-a"]
    other = replace(subnet, table=replace(subnet.table, default=default))
    assert named in reason(replace(made, subnets={**made.subnets, "subnet-a": other}), "pypi.org")


def test_a_nat_gateway_needs_an_internet_gateway_and_the_group_a_rule() -> None:
    made = with_nat(network())
    assert "has no route to an internet gateway" in reason(replace(made, internet_gateways=frozenset()), "pypi.org")
    shut = regroup(made, "sg-jobs", network().groups["sg-jobs"])
    assert "sg-jobs lets nothing out on 443 to the internet" in reason(shut, "pypi.org")


def test_an_endpoint_serves_its_own_region_alone() -> None:
    assert "no route to the internet" in reason(network(), "ssm.us-east-1.amazonaws.com")


def test_ranges_open_an_endpoint_only_if_they_hold_the_subnets() -> None:
    by_range = regroup(network(), "sg-endpoints", SecurityGroup(ingress=(https(cidr="10.0.0.0/16"),)))
    assert reachable(by_range, SOURCE, to(_SSM)) == Route("vpce-ssm")
    too_small = regroup(network(), "sg-endpoints", SecurityGroup(ingress=(https(cidr="10.0.0.0/24"),)))
    assert "lets nothing in" in reason(too_small, _SSM)


def test_what_is_attached_nowhere_reaches_nothing() -> None:
    assert "subnet-x is not in vpc-1" in reason(network(), _SSM, replace(SOURCE, subnets=("subnet-x",)))
    assert "no security group" in reason(network(), _SSM, replace(SOURCE, security_groups=()))
