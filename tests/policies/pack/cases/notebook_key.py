"""Cases of the rule in `policies/pack/rules/notebook_key.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import notebook_key
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.resources.studio import notebook
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=notebook_key.RULE,
    passes=[on(notebook()), on(notebook(kmsKeyId=UNKNOWN))],
    violations=[
        (on(lacking(notebook(), "kmsKeyId")), "the volume is not encrypted with a customer managed key"),
        (on(notebook(kmsKeyId="alias/aws/sagemaker")), "not encrypted with a customer managed key"),
    ],
)
