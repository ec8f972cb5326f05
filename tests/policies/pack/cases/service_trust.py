"""Cases of the rule in `policies/pack/rules/service_trust.py`."""

from __future__ import annotations

from policies.pack.rules import service_trust
from tests.policies.pack.resources.identity import SOURCE, UNREAD_TRUST, trust
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=service_trust.RULE,
    passes=[on(trust(Principal={"Service": "sagemaker.amazonaws.com"}, Condition=SOURCE))],
    violations=[(on(trust(Principal={"Service": "sagemaker.amazonaws.com"})), "act for any AWS account's resources")],
    unknown=[UNREAD_TRUST],
)
