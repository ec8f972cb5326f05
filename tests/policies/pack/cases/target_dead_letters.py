"""Cases of the rule in `policies/pack/rules/target_dead_letters.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import target_dead_letters
from tests.policies.pack.resources.operations import QUEUE_ARN, target
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=target_dead_letters.RULE,
    passes=[
        on(target(deadLetterConfig={"arn": QUEUE_ARN})),
        on(target(deadLetterConfig={"arn": UNKNOWN})),
    ],
    violations=[
        (on(target()), "events that cannot be delivered are lost after a day"),
        (on(target(deadLetterConfig={})), "events that cannot be delivered are lost after a day"),
    ],
)
