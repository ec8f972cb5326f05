"""Cases of the rule in `policies/pack/rules/artifact_store.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import artifact_store
from tests.policies.pack.pack_factories import KEY_ARN, having, make
from tests.policies.pack.rule_cases import Cases, on


def pipeline(*stores: dict[str, Any]) -> StackResource:
    return make("aws:codepipeline/pipeline:Pipeline", "build", artifactStores=list(stores))


STORE = {"type": "S3", "location": "artifacts", "encryptionKey": {"type": "KMS", "id": KEY_ARN}}
CASES = Cases(
    rule=artifact_store.RULE,
    passes=[on(pipeline(STORE)), on(pipeline({**STORE, "encryptionKey": {"type": "KMS", "id": UNKNOWN}}))],
    violations=[
        (on(pipeline(STORE, {"type": "S3", "location": "x"})), "artifactStores.1 has no customer managed key"),
        (on(pipeline({**STORE, "encryptionKey": {"id": "alias/aws/s3"}})), "artifactStores.0 has no customer"),
    ],
    unknown=[(on(having(pipeline(), artifactStores=UNKNOWN)), "artifactStores of build")],
)
