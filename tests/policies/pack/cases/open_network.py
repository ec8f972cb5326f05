"""Cases of the rule in `policies/pack/rules/open_network.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import open_network
from tests.policies.pack.pack_factories import of_stack
from tests.policies.pack.resources.network import egress
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=open_network.RULE,
    passes=[on(egress())],
    violations=[
        (on(egress("access-endpoints-nat", cidrIpv4="0.0.0.0/0")), "cidrIpv4 is 0.0.0.0/0"),
        (on(egress(cidrIpv4="0.0.0.0/0")), "cidrIpv4 is 0.0.0.0/0"),
    ],
    unknown=[(on(egress(cidrIpv4=UNKNOWN)), "cidrIpv4 of endpoints-egress")],
    not_applicable=[(on(of_stack("asking", egress("access-jobs-nat", cidrIpv4="0.0.0.0/0"))), "it is a NAT's")],
)
