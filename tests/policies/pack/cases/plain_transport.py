"""Cases of the rule in `policies/pack/rules/plain_transport.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import plain_transport
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.storage import bucket, policy, tls_only
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=plain_transport.RULE,
    passes=[on(bucket(), policy())],
    violations=[(on(bucket(), policy(tls_only(Action=["s3:GetObject"]))), "no statement that denies every request")],
    unknown=[(on(bucket(), having(policy(), policy=UNKNOWN)), "policy of data-policy")],
)
