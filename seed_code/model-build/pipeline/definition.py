"""The pipeline: prepare, train, evaluate, then register or fail."""

from __future__ import annotations

import json
from typing import Any

from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import Step

from pipeline.code import code_uri, tree
from pipeline.context import PipelineContext, shared_parameters
from pipeline.model import ModelSettings
from pipeline.project import ProjectParameters
from pipeline.session import config_checked_once, pipeline_session
from pipeline.steps.evaluate import evaluate_step
from pipeline.steps.gate import gate_step
from pipeline.steps.prepare import prepare_step
from pipeline.steps.register import register_step
from pipeline.steps.train import train_step


def define(project: ProjectParameters, model: ModelSettings, commit: str) -> dict[str, Any]:
    """The pipeline's definition, as the SDK makes it. Calls nothing and uploads nothing."""
    context = PipelineContext(
        project=project,
        model=model,
        code_uri=code_uri(project.artifacts_uri, tree()),
        commit=commit,
        session=pipeline_session(project.region, project.artifacts_uri),
        parameters=shared_parameters(project, model),
    )
    with config_checked_once():
        steps = make_steps(context)
        pipeline = Pipeline(
            name=project.pipeline_name,
            parameters=list(context.parameters.values()),
            # Experiments would be made for each run, by a role that has no need to.
            pipeline_experiment_config=None,
            steps=steps,
            sagemaker_session=context.session,
        )
        definition: dict[str, Any] = json.loads(pipeline.definition())
    return definition


def make_steps(context: PipelineContext) -> list[Step]:
    """The steps in their order.

    A step of your own is a module in `pipeline/steps`, which also adds the parameters that no other step
    reads, and its place here; if it runs a job, also a script of the same name. What must be there before the
    model is registered, such as a monitoring baseline, goes before `register`, behind the gate.
    """
    prepare = prepare_step(context)
    train = train_step(context, prepare)
    evaluate = evaluate_step(context, prepare, train)
    register = register_step(context, prepare, train, evaluate)
    return [prepare, train, evaluate, gate_step(context, evaluate, [register])]
