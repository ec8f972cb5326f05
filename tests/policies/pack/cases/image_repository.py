"""Cases of the rule in `policies/pack/rules/image_repository.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import image_repository
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.services import images
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=image_repository.RULE,
    passes=[on(images())],
    violations=[(on(having(images(), imageTagMutability="MUTABLE")), "imageTagMutability is MUTABLE")],
    unknown=[(on(having(images(), imageTagMutability=UNKNOWN)), "imageTagMutability of model")],
)
