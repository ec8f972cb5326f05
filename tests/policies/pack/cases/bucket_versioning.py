"""Cases of the rule in `policies/pack/rules/bucket_versioning.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import bucket_versioning
from tests.policies.pack.pack_factories import at
from tests.policies.pack.resources.storage import bucket, versioning
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=bucket_versioning.RULE,
    passes=[on(bucket(), versioning())],
    violations=[(on(bucket(), at(versioning(), "versioningConfiguration.status", "Suspended")), "Suspended")],
    unknown=[(on(bucket(), at(versioning(), "versioningConfiguration.status", UNKNOWN)), "status of data-version")],
)
