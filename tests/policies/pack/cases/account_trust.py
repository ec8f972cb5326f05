"""Cases of the rule in `policies/pack/rules/account_trust.py`."""

from __future__ import annotations

from policies.pack.rules import account_trust
from tests.policies.pack.pack_factories import ROLE_ARN, ROOT
from tests.policies.pack.resources.identity import UNREAD_TRUST, trust
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=account_trust.RULE,
    passes=[on(trust(Principal={"AWS": ROLE_ARN}))],
    violations=[(on(trust(Principal={"AWS": ROOT})), f"Given trusts everybody in {ROOT}")],
    unknown=[UNREAD_TRUST],
)
