"""Cases of the rule in `policies/pack/rules/threat_detection.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import threat_detection
from tests.policies.pack.pack_factories import make
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=threat_detection.RULE,
    passes=[on(make("aws:guardduty/detector:Detector", "detector"))],
    violations=[(on(make("aws:guardduty/detector:Detector", "detector", enable=False)), "the detector is off")],
    unknown=[(on(make("aws:guardduty/detector:Detector", "detector", enable=UNKNOWN)), "enable of detector")],
)
