"""What the rules say of security groups and endpoints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import endpoint_policy, flow_logs, internet_route, open_network
from policies.pack.stack_settings import settings_in
from tests.policies.pack.pack_factories import (
    ACCOUNT,
    document,
    having,
    make,
    not_applicable,
    not_decided,
    of_stack,
    violations,
    without,
)
from tests.policies.pack.resources.network import egress, endpoint, statement


def group(**props: Any) -> StackResource:
    rule = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/16"]}
    return make("aws:ec2/securityGroup:SecurityGroup", "endpoints", **{"ingress": [rule], **props})


def test_a_rule_to_the_vpc_passes() -> None:
    assert violations(open_network.RULE, egress()) == []


@pytest.mark.parametrize(
    ("key", "block"),
    [("cidrIpv4", "0.0.0.0/0"), ("cidrIpv6", "::/0"), ("cidrIpv4", "128.0.0.0/1"), ("cidrIpv6", "2000::/3")],
)
def test_a_rule_to_the_world_is_named(key: str, block: str) -> None:
    assert violations(open_network.RULE, egress(**{key: block})) == [f"{key} is {block}"]


def test_the_widest_private_range_passes() -> None:
    assert violations(open_network.RULE, egress(cidrIpv4="10.0.0.0/8")) == []
    assert violations(open_network.RULE, egress(cidrIpv6="fc00::/7")) == []


def test_a_rule_of_the_older_kind_is_read_too() -> None:
    older = make("aws:ec2/securityGroupRule:SecurityGroupRule", "open", type="ingress", cidrBlocks=["0.0.0.0/0"])
    assert violations(open_network.RULE, older) == ["cidrBlocks is 0.0.0.0/0"]


def test_rules_inside_a_group_are_read_in_both_directions() -> None:
    assert violations(open_network.RULE, group()) == []
    open_rule = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["10.0.0.0/16", "0.0.0.0/0"]}]
    assert violations(open_network.RULE, group(egress=open_rule)) == ["egress.0.cidrBlocks is 0.0.0.0/0"]
    assert violations(open_network.RULE, group(ingress=open_rule)) == ["ingress.0.cidrBlocks is 0.0.0.0/0"]


def test_what_is_a_nats_is_excused_where_the_settings_ask_for_it() -> None:
    named = egress("access-jobs-nat", cidrIpv4="0.0.0.0/0")
    assert "Pulumi.asking.yaml" in not_applicable(open_network.RULE, of_stack("asking", named))
    assert violations(open_network.RULE, named) == ["cidrIpv4 is 0.0.0.0/0"]


def test_with_nat_other_groups_stay_shut() -> None:
    other = of_stack("asking", egress("signature-egress", cidrIpv4="0.0.0.0/0"))
    assert len(violations(open_network.RULE, other)) == 1


@pytest.mark.parametrize(
    ("config", "asked"),
    [
        ('{"mlops-platform:network": "{\\"nat\\": true}"}', True),
        ('{"mlops-platform:network": "{\\"nat\\": false}"}', False),
        ('{"mlops-platform:network": "nat"}', False),
        ("{}", False),
        ("[", False),
    ],
)
def test_in_a_preview_the_cli_says_what_the_settings_are(
    monkeypatch: pytest.MonkeyPatch, config: str, asked: bool
) -> None:
    monkeypatch.setenv("PULUMI_STACK", "dev")
    monkeypatch.setenv("PULUMI_CONFIG", config)
    gateway = make("aws:ec2/natGateway:NatGateway", "network-nat-0")
    assert (violations(internet_route.RULE, gateway) == []) is asked


@pytest.mark.parametrize("content", ["", "[", "config:", "config: {mlops-platform:network: {nat: 1}}", "\x00"])
def test_a_stack_file_that_cannot_be_read_asks_for_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(content, encoding="utf-8")
    with settings_in(tmp_path):
        gateway = make("aws:ec2/natGateway:NatGateway", "network-nat-0")
        assert len(violations(internet_route.RULE, gateway)) == 1


def test_a_range_that_is_not_known_yet_is_not_decided() -> None:
    assert not_decided(open_network.RULE, egress(cidrIpv4=UNKNOWN)) == "cidrIpv4 of endpoints-egress"


def test_a_range_that_is_known_to_be_open_is_named_beside_an_unknown_one() -> None:
    assert violations(open_network.RULE, egress(cidrIpv4=UNKNOWN, cidrIpv6="::/0")) == ["cidrIpv6 is ::/0"]


def test_an_endpoint_for_the_platforms_accounts_passes() -> None:
    assert violations(endpoint_policy.RULE, endpoint()) == []
    assert violations(endpoint_policy.RULE, endpoint(statement(Action="s3:*"), service="s3")) == []


def test_an_endpoint_without_a_policy_is_named() -> None:
    expected = ["the endpoint has no policy, and AWS's default lets everything through"]
    assert violations(endpoint_policy.RULE, without(endpoint(), "policy")) == expected


@pytest.mark.parametrize("condition", [{}, {"StringEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT}}])
def test_a_policy_that_lets_everything_through_is_named(condition: object) -> None:
    expected = ["Given lets everybody do everything through the endpoint"]
    assert violations(endpoint_policy.RULE, endpoint(statement(Condition=condition))) == expected


def test_a_policy_apart_from_its_endpoint_counts() -> None:
    token = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
    apart = make(token, "kms", vpcEndpointId="vpce-1", policy=document(statement()))
    bare = without(endpoint(), "policy")
    assert violations(endpoint_policy.RULE, bare, apart) == []
    assert len(violations(endpoint_policy.RULE, bare, having(apart, policy=document(statement(Condition={}))))) == 1


@pytest.mark.parametrize("name", ["*sagemaker*", "*", "mlops-?"])
def test_a_pattern_of_bucket_names_is_named(name: str) -> None:
    pattern = statement(Action="s3:GetObject", Resource=f"arn:aws:s3:::{name}/*", Condition={})
    expected = [f"Given reaches buckets called {name} of any account"]
    assert violations(endpoint_policy.RULE, endpoint(statement(), pattern, service="s3")) == expected


def test_the_caller_alone_does_not_limit_where_data_goes() -> None:
    caller = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    spoiled = endpoint(statement(Action="s3:*", Condition=caller), service="s3")
    assert violations(endpoint_policy.RULE, spoiled) == ["Given reaches buckets called * of any account"]


def test_a_bucket_of_aws_named_in_full_passes() -> None:
    layers = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"
    named = statement(Action="s3:GetObject", Resource=layers, Condition={})
    assert violations(endpoint_policy.RULE, endpoint(statement(), named, service="s3")) == []


def test_an_endpoint_that_takes_no_policy_is_excused() -> None:
    assert "takes no policy" in not_applicable(
        endpoint_policy.RULE, having(endpoint(), vpcEndpointType="GatewayLoadBalancer")
    )


def test_an_endpoint_policy_that_is_not_known_yet_is_not_decided() -> None:
    assert not_decided(endpoint_policy.RULE, having(endpoint(), policy=UNKNOWN)) == "policy of kms"


def test_a_known_id_belongs_to_the_resource_that_it_was_made_from_where_that_ones_own_is_not_shown() -> None:
    vpc = make("aws:ec2/vpc:Vpc", "network", cidrBlock="10.0.0.0/16")
    property_dependencies = {"vpcId": (vpc.urn,)}
    log = make("aws:ec2/flowLog:FlowLog", "flow-logs", property_dependencies, vpcId="vpc-1", trafficType="ALL")
    assert violations(flow_logs.RULE, vpc, log) == []
    assert len(violations(flow_logs.RULE, having(vpc, id="vpc-2"), log)) == 1
    assert len(violations(flow_logs.RULE, vpc, replace(log, property_dependencies={}))) == 1
