"""Cases of the rule in `policies/pack/rules/pass_role.py`."""

from __future__ import annotations

from policies.pack.rules import pass_role
from tests.policies.pack.resources.identity import BOUNDED, PASS, UNREAD, role_policy
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=pass_role.RULE,
    passes=[on(role_policy(**PASS))],
    violations=[(on(role_policy(**{**PASS, "Resource": "*"})), "Given of policy passes every role")],
    unknown=[UNREAD],
    not_applicable=[BOUNDED],
)
