"""Cases of the rule in `policies/pack/rules/trail_validation.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import trail_validation
from tests.policies.pack.pack_factories import without
from tests.policies.pack.resources.operations import trail
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=trail_validation.RULE,
    passes=[on(trail())],
    violations=[(on(without(trail(), "enableLogFileValidation")), "log files are not validated")],
    unknown=[(on(trail(enableLogFileValidation=UNKNOWN)), "enableLogFileValidation of trail")],
)
