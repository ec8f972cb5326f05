"""Cases of the rule in `policies/pack/rules/bucket_encryption.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import bucket_encryption
from tests.policies.pack.pack_factories import at
from tests.policies.pack.resources.storage import FIRST_RULE, bucket, encryption, logging
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=bucket_encryption.RULE,
    passes=[on(bucket(), encryption())],
    violations=[(on(bucket(), at(encryption(), f"{FIRST_RULE}.sseAlgorithm", "AES256")), "encrypts with AES256")],
    unknown=[
        (on(bucket(), at(encryption(), f"{FIRST_RULE}.sseAlgorithm", UNKNOWN)), "sseAlgorithm of data-encryption")
    ],
    not_applicable=[(on(bucket(), logging()), "only to a bucket with SSE-S3")],
)
