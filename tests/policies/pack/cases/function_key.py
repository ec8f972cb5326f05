"""Cases of the rule in `policies/pack/rules/function_key.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import function_key
from tests.policies.pack.pack_factories import without
from tests.policies.pack.resources.builds import function
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=function_key.RULE,
    passes=[
        on(function()),
        on(function(kmsKeyArn=UNKNOWN)),
        on(function(environment={"variables": UNKNOWN})),
    ],
    violations=[(on(without(function(), "kmsKeyArn")), "the environment is not encrypted")],
    not_applicable=[(on(without(function(), "environment")), "it has no environment variables")],
)
