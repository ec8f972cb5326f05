"""Cases of the rule in `policies/pack/rules/private_dns.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import private_dns
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.network import endpoint
from tests.policies.pack.rule_cases import Cases, on


def interface(**props: Any) -> StackResource:
    return having(endpoint(), **{"privateDnsEnabled": True, **props})


CASES = Cases(
    rule=private_dns.RULE,
    passes=[on(interface())],
    violations=[
        (on(interface(privateDnsEnabled=False)), "private DNS is off"),
        (on(endpoint()), "private DNS is off"),
    ],
    unknown=[(on(interface(privateDnsEnabled=UNKNOWN)), "privateDnsEnabled of kms")],
    not_applicable=[
        (on(endpoint(service="s3")), "an endpoint of type Gateway has no DNS names"),
        (on(having(endpoint(service="s3"), vpcEndpointType="Interface")), "the gateway endpoint answers for S3"),
    ],
)
