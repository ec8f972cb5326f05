"""Cases of the rule in `policies/pack/rules/trail_key.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import trail_key
from tests.policies.pack.pack_factories import without
from tests.policies.pack.resources.operations import trail
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=trail_key.RULE,
    passes=[on(trail()), on(trail(kmsKeyId=UNKNOWN))],
    violations=[(on(without(trail(), "kmsKeyId")), "the trail is not encrypted with a customer managed key")],
)
