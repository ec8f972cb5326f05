"""Cases of the rule in `policies/pack/rules/key_deletion.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import key_deletion
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.keys import key
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=key_deletion.RULE,
    passes=[on(key()), on(having(key(), deletionWindowInDays=30))],
    violations=[(on(having(key(), deletionWindowInDays=7)), "deletionWindowInDays is 7, allowed is 30")],
    unknown=[(on(having(key(), deletionWindowInDays=UNKNOWN)), "deletionWindowInDays of data")],
)
