"""Endpoints, routes and security groups. Each passes every rule unless an argument spoils it."""

from __future__ import annotations

from typing import Any

from policies.pack.model import StackResource
from tests.policies.pack.pack_factories import ACCOUNT, allow, document, make

PLATFORM = {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT], "aws:ResourceAccount": [ACCOUNT]}}


def egress(name: str = "endpoints-egress", **props: Any) -> StackResource:
    token = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    return make(
        token, name, **{"cidrIpv4": "10.0.0.0/16", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, **props}
    )


def statement(**changes: Any) -> dict[str, Any]:
    return {**allow(Principal="*", Action="*", Resource="*", Condition=PLATFORM), **changes}


def endpoint(*statements: dict[str, Any], service: str = "kms") -> StackResource:
    return make(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        service,
        id="vpce-1",
        vpcEndpointType="Gateway" if service == "s3" else "Interface",
        serviceName=f"com.amazonaws.eu-west-1.{service}",
        policy=document(*(statements or (statement(),))),
    )


def vpc() -> StackResource:
    return make("aws:ec2/vpc:Vpc", "network", id="vpc-1", cidrBlock="10.0.0.0/16")
