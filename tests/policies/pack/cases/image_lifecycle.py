"""Cases of the rule in `policies/pack/rules/image_lifecycle.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import image_lifecycle
from tests.policies.pack.pack_factories import having, make
from tests.policies.pack.resources.services import images
from tests.policies.pack.rule_cases import Cases, on


def image_lifecycle_policy(repository: str = "mlops/model") -> StackResource:
    return make("aws:ecr/lifecyclePolicy:LifecyclePolicy", "model-lifecycle", repository=repository, policy="{}")


def repository() -> StackResource:
    return having(images(), name="mlops/model")


CASES = Cases(
    rule=image_lifecycle.RULE,
    passes=[on(repository(), image_lifecycle_policy())],
    violations=[
        (on(repository()), "the repository has no lifecycle policy"),
        (on(repository(), image_lifecycle_policy("mlops/function")), "the repository has no lifecycle policy"),
    ],
    unknown=[(on(repository(), having(image_lifecycle_policy(), repository=UNKNOWN)), "repository of model-lif")],
)
