"""Cases of the rule in `policies/pack/rules/default_security_group.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import default_security_group
from tests.policies.pack.pack_factories import make
from tests.policies.pack.resources.network import vpc
from tests.policies.pack.rule_cases import Cases, on


def default_group(**props: Any) -> StackResource:
    token = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    return make(token, "network-default", **{"vpcId": "vpc-1", "ingress": [], "egress": [], **props})


RULE = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["10.0.0.0/16"]}
CASES = Cases(
    rule=default_security_group.RULE,
    passes=[on(vpc(), default_group())],
    violations=[
        (on(vpc()), "nothing empties the VPC's default security group"),
        (on(vpc(), default_group(egress=[RULE])), "network-default has egress rules, allowed are none"),
        (on(vpc(), default_group(vpcId="vpc-2")), "nothing empties the VPC's default security group"),
    ],
    unknown=[(on(vpc(), default_group(ingress=UNKNOWN)), "ingress of network-default")],
)
