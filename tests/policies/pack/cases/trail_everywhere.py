"""Cases of the rule in `policies/pack/rules/trail_everywhere.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import trail_everywhere
from tests.policies.pack.pack_factories import without
from tests.policies.pack.resources.operations import trail
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=trail_everywhere.RULE,
    passes=[on(trail())],
    violations=[
        (on(without(trail(), "isMultiRegionTrail")), "the trail records one region"),
        (on(trail(enableLogging=False)), "the trail is off"),
        (on(trail(includeGlobalServiceEvents=False)), "events of global services are left out"),
    ],
    unknown=[(on(trail(isMultiRegionTrail=UNKNOWN)), "isMultiRegionTrail of trail")],
)
