"""What a VPC lets through: builds that would stop in a real account stop here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.codesuite.account import CodeSuiteAccount, action
from tests.rehearsal.codesuite.conftest import *  # noqa: F403 - the fixtures
from tests.rehearsal.codesuite.test_codebuild import commands, network, with_endpoints


def failure(dev: CodeSuiteAccount, vpc_config: dict[str, Any]) -> str:
    """Why a build that does nothing fails in that network; empty where it does not."""
    dev.source({"buildspec.yml": commands(build=["true"])})
    dev.project("builder", vpcConfig=vpc_config)
    dev.pipeline("flow", ("Build", [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")]))
    dev.run("flow")
    return dev.failure("flow")


def test_a_build_passes_where_the_network_is_whole(dev: CodeSuiteAccount) -> None:
    vpc_config = network(dev)
    with_endpoints(dev, vpc_config, "s3", "logs")
    assert failure(dev, vpc_config) == ""


@pytest.mark.aws_behavior("reachable")
def test_a_security_group_of_endpoints_that_lets_nobody_in_fails_the_build(dev: CodeSuiteAccount) -> None:
    vpc_config = network(dev)
    with_endpoints(dev, vpc_config, "s3", "logs")
    group = dev.client("ec2").describe_security_groups(GroupIds=vpc_config["securityGroupIds"])["SecurityGroups"][0]
    dev.client("ec2").revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    assert f"{group['GroupId']} of interface endpoint" in failure(dev, vpc_config)


@pytest.mark.aws_behavior("reachable")
def test_a_gateway_endpoint_outside_the_builds_route_table_fails_the_build(dev: CodeSuiteAccount) -> None:
    vpc_config, ec2 = network(dev), dev.client("ec2")
    with_endpoints(dev, vpc_config, "s3", "logs")
    table = ec2.create_route_table(VpcId=vpc_config["vpcId"])["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=vpc_config["subnets"][0])
    assert f"is not in {table}, the route table of {vpc_config['subnets'][0]}" in failure(dev, vpc_config)
