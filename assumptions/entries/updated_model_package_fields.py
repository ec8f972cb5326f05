"""Whether events of model packages say which fields changed."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="updated-model-package-fields",
    question="Does every event of a model package that was updated hold `UpdatedModelPackageFields`?",
    if_it_holds="A rule tells an approval from any other change of an approved package.",
    if_it_fails="An approval's event has no such field, and neither has that of any other change.",
    design="The rule takes events with the field that name the approval status, and events without the field. In the "
    "other case a change of an approved package's metadata deploys that package again: only approvers may make it, "
    "staging and the question to production come first, and a stack that has the package already is left as it is.",
    leans_on=("components/pipelines.py:model_approved",),
    sources=(
        'SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge": the field stands '
        "in one example and in no description",
    ),
    no_probe="It takes an approval in a real registry; the rule works either way.",
)
