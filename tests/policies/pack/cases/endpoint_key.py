"""Cases of the rule in `policies/pack/rules/endpoint_key.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import endpoint_key
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.resources.studio import endpoint_config
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=endpoint_key.RULE,
    passes=[on(endpoint_config()), on(endpoint_config(kmsKeyArn=UNKNOWN))],
    violations=[
        (on(lacking(endpoint_config(), "kmsKeyArn")), "the endpoint's volumes are not encrypted"),
        (
            on(endpoint_config(kmsKeyArn=None, shadowProductionVariants=[{"serverlessConfig": {"memory": 1}}])),
            "not encrypted with a customer managed key",
        ),
    ],
    unknown=[(on(endpoint_config(productionVariants=UNKNOWN)), "productionVariants of screening")],
    not_applicable=[(on(endpoint_config(productionVariants=[{"serverlessConfig": UNKNOWN}])), "a serverless endpoint")],
)
