"""Cases of the rule in `policies/pack/rules/public_subnet.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import public_subnet
from tests.policies.pack.pack_factories import make, without
from tests.policies.pack.rule_cases import Cases, on


def subnet(**props: Any) -> StackResource:
    return make("aws:ec2/subnet:Subnet", "private", **{"vpcId": "vpc-1", "mapPublicIpOnLaunch": False, **props})


CASES = Cases(
    rule=public_subnet.RULE,
    passes=[on(subnet()), on(without(subnet(), "mapPublicIpOnLaunch"))],
    violations=[
        (on(subnet(mapPublicIpOnLaunch=True)), "mapPublicIpOnLaunch is true"),
        (on(subnet(assignIpv6AddressOnCreation=True)), "assignIpv6AddressOnCreation is true"),
    ],
    unknown=[(on(subnet(mapPublicIpOnLaunch=UNKNOWN)), "mapPublicIpOnLaunch of private")],
)
