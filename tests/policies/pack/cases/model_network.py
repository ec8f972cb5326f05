"""Cases of the rule in `policies/pack/rules/model_network.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import model_network
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.resources.studio import model
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=model_network.RULE,
    passes=[on(model()), on(model(vpcConfig=UNKNOWN))],
    violations=[
        (on(lacking(model(), "vpcConfig")), "the model runs outside the VPC"),
        (on(model(enableNetworkIsolation=False)), "network isolation is off"),
    ],
    unknown=[(on(model(enableNetworkIsolation=UNKNOWN)), "enableNetworkIsolation of screening")],
)
