"""Cases of the rule in `policies/pack/rules/queue_key.py`."""

from __future__ import annotations

from policies.pack.rules import queue_key
from tests.policies.pack.resources.operations import queue
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=queue_key.RULE,
    passes=[on(queue())],
    violations=[(on(queue(kmsMasterKeyId=None, sqsManagedSseEnabled=True)), "the queue is not encrypted with a")],
)
