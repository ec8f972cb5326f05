"""Cases of the rule in `policies/pack/rules/key_separation.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import key_separation
from tests.policies.pack.pack_factories import having, make
from tests.policies.pack.resources.keys import administration, key
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=key_separation.RULE,
    passes=[on(key())],
    violations=[(on(key(administration(Action="kms:*"))), "administers the key")],
    unknown=[(on(having(key(), policy=UNKNOWN)), "policy of data")],
    not_applicable=[
        (
            on(having(key(), policy=None), make("aws:kms/keyPolicy:KeyPolicy", "data-policy", keyId="0f1e2d3c")),
            "its policy is a resource of its own",
        )
    ],
)
