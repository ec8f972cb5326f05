"""Cases of the rule in `policies/pack/rules/stack_sets.py`."""

from __future__ import annotations

from policies.pack.rules import stack_sets
from tests.policies.pack.pack_factories import make
from tests.policies.pack.rule_cases import Cases, NoCases, on

CASES = Cases(
    rule=stack_sets.RULE,
    passes=NoCases(because="to declare such a resource at all is the mistake"),
    violations=[
        (on(make("aws:cloudformation/stackSet:StackSet", "release")), "StackSet release belongs to the deploy")
    ],
    unknown=NoCases(because="no property of such a resource matters"),
)
