"""Whether a pipeline's `JsonGet` may stand inside `Join`."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="json-get-within-join",
    question="May JsonGet, which reads a property file, be an operand of Join in a pipeline's definition?",
    if_it_holds="Texts with figures of a property file are put together when the step runs.",
    if_it_fails="CreatePipeline or the step fails with a validation error.",
    design="No definition puts JsonGet into Join: figures stand in the step's report alone.",
    leans_on=("seed_code/model-build/pipeline/steps/gate.py",),
    sources=('SageMaker Developer Guide, "Pipelines steps": JsonGet is described for conditions and parameters only',),
    no_probe="Nothing leans on the answer any more.",
)
