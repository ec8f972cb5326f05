"""Cases of the rule in `policies/pack/rules/session_duration.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import session_duration
from tests.policies.pack.resources.identity import role
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=session_duration.RULE,
    passes=[on(role()), on(role(maxSessionDuration=14_400)), on(role(maxSessionDuration=3_600.0))],
    violations=[
        (on(role(maxSessionDuration=43_200)), "maxSessionDuration is 43200 seconds, allowed are at most 14400")
    ],
    unknown=[(on(role(maxSessionDuration=UNKNOWN)), "maxSessionDuration of training")],
)
