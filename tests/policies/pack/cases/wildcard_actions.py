"""Cases of the rule in `policies/pack/rules/wildcard_actions.py`."""

from __future__ import annotations

from policies.pack.rules import wildcard_actions
from tests.policies.pack.resources.identity import BOUNDED, READ, UNREAD, role_policy
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=wildcard_actions.RULE,
    passes=[on(role_policy(**READ))],
    violations=[(on(role_policy(Action="s3:*", Resource="*")), "allows s3:* on every resource")],
    unknown=[UNREAD],
    not_applicable=[BOUNDED],
)
