"""Whether a pipeline's `JsonGet` may stand inside `Join`."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="json-get-within-join",
    question="May JsonGet, which reads a property file, be an operand of Join in a pipeline's definition?",
    if_it_holds="Texts with figures of a property file are put together when the step runs.",
    if_it_fails="CreatePipeline or the step fails with a validation error.",
    design="No definition puts JsonGet into Join, nor into a request: conditions alone read the property file. What a "
    "failure or a package must say of an evaluation is the job's ExitMessage, a property of the step.",
    leans_on=(
        "seed_code/model-build/pipeline/steps/evaluate.py:figure",
        "seed_code/model-build/pipeline/steps/gate.py:fail_step",
        "seed_code/model-build/pipeline/steps/register.py:metadata",
    ),
    sources=('SageMaker Developer Guide, "Pipelines steps": JsonGet is described for conditions and parameters only',),
    no_probe="Nothing leans on the answer any more.",
)
