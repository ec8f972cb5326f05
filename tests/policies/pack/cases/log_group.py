"""Cases of the rule in `policies/pack/rules/log_group.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import log_group
from tests.policies.pack.pack_factories import having, without
from tests.policies.pack.resources.services import logs
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=log_group.RULE,
    passes=[on(logs())],
    violations=[(on(without(logs(), "kmsKeyId")), "the log group is not encrypted")],
    unknown=[(on(having(logs(), retentionInDays=UNKNOWN)), "retentionInDays of flow")],
)
