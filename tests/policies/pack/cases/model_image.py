"""Cases of the rule in `policies/pack/rules/model_image.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import model_image
from tests.policies.pack.resources.studio import DIGEST, IMAGE, model
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=model_image.RULE,
    passes=[on(model()), on(model(primaryContainer={"modelPackageName": "arn:aws:sagemaker:x"}))],
    violations=[
        (on(model(primaryContainer={"image": IMAGE + ":1.4"})), f"{IMAGE}:1.4, which has no digest"),
        (on(model(containers=[{"image": IMAGE + DIGEST}, {"image": IMAGE}])), "the image of containers.1"),
    ],
    unknown=[(on(model(primaryContainer={"image": UNKNOWN})), "primaryContainer.image of screening")],
)
