"""Cases of the rule in `policies/pack/rules/function_runtime.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import function_runtime
from tests.policies.pack.pack_factories import without
from tests.policies.pack.resources.builds import function
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=function_runtime.RULE,
    passes=[on(function())],
    violations=[
        (on(function(runtime="python3.9")), "runtime is python3.9, allowed are"),
        (on(without(function(), "runtime")), "runtime is none"),
    ],
    unknown=[(on(function(runtime=UNKNOWN)), "runtime of stop")],
    not_applicable=[(on(function(packageType="Image")), "its runtime is in its image")],
)
