"""Cases of the rule in `policies/pack/rules/data_capture.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import data_capture
from tests.policies.pack.pack_factories import at
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.resources.studio import endpoint_config
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=data_capture.RULE,
    passes=[on(endpoint_config())],
    violations=[(on(at(endpoint_config(), "dataCaptureConfig.kmsKeyId", None)), "captured data is not encrypted")],
    unknown=[
        (
            on(at(endpoint_config(), "dataCaptureConfig.enableCapture", UNKNOWN)),
            "dataCaptureConfig.enableCapture of screening",
        )
    ],
    not_applicable=[(on(lacking(endpoint_config(), "dataCaptureConfig")), "it captures nothing")],
)
