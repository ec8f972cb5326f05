"""Cases of the rule in `policies/pack/rules/endpoint_policy.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import endpoint_policy
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.network import endpoint, statement
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=endpoint_policy.RULE,
    passes=[on(endpoint())],
    violations=[
        (on(endpoint(statement(Condition={}))), "everybody do everything through the endpoint"),
        (on(having(endpoint(), policy="")), "the endpoint has no policy"),
    ],
    unknown=[(on(having(endpoint(), policy=UNKNOWN)), "policy of kms")],
    not_applicable=[(on(having(endpoint(), vpcEndpointType="GatewayLoadBalancer")), "takes no policy")],
)
