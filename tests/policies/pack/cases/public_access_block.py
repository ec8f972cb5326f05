"""Cases of the rule in `policies/pack/rules/public_access_block.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import public_access_block
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.storage import block, bucket
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=public_access_block.RULE,
    passes=[on(bucket(), block())],
    violations=[(on(bucket()), "no public access block")],
    unknown=[(on(bucket(), having(block(), ignorePublicAcls=UNKNOWN)), "ignorePublicAcls of data-block")],
)
