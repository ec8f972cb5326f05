"""Whether captures of a shadow's answers carry the inference id of the request that was copied."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="shadows-are-captured-with-ids",
    question="Do captured events of a shadow variant carry the inference id that the caller gave with the request?",
    if_it_holds="A shadow's answer is put beside the first model's by the id.",
    if_it_fails="The shadow's events have no id, and none of a caller's ids is found among them.",
    design="where an event has no id, its request stands for one: the same request gets the same answer of a model, so "
    "that pairs are the same; the staging test finds its own requests by their content.",
    leans_on=(
        "seed_code/model-deploy/deploy/observations.py",
        "seed_code/model-deploy/deploy/shadow_test.py:ShadowTest",
        "rehearsal/sagemaker/hosting.py:Hosting",
    ),
    sources=(
        'SageMaker Developer Guide, "Create a shadow test": data capture logs requests and responses of both variants',
        'SageMaker Developer Guide, "Testing models with shadow variants"',
        "botocore, service models of sagemaker and sagemaker-runtime",
    ),
    no_probe="It takes an endpoint of two instances, a model and minutes of captured requests; the staging test of a "
    "project with a shadow sees it.",
)
