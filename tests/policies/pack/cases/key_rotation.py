"""Cases of the rule in `policies/pack/rules/key_rotation.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import key_rotation
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.keys import key
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=key_rotation.RULE,
    passes=[on(key())],
    violations=[(on(having(key(), enableKeyRotation=False)), "the key does not rotate")],
    unknown=[(on(having(key(), enableKeyRotation=UNKNOWN)), "enableKeyRotation of data")],
    not_applicable=[(on(having(key(), keyUsage="SIGN_VERIFY")), "KMS rotates no key")],
)
