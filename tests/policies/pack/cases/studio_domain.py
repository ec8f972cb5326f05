"""Cases of the rule in `policies/pack/rules/studio_domain.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import studio_domain
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.services import domain
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=studio_domain.RULE,
    passes=[on(domain())],
    violations=[(on(having(domain(), appNetworkAccessType="PublicInternetOnly")), "allowed is VpcOnly")],
    unknown=[(on(having(domain(), appNetworkAccessType=UNKNOWN)), "appNetworkAccessType of studio")],
)
