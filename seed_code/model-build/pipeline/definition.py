"""The pipeline: prepare, train, evaluate, then register or fail."""

from __future__ import annotations

import json
from typing import Any

from sagemaker.mlops.workflow.pipeline import Pipeline

from pipeline.code import code_uri, tree
from pipeline.context import Context, make_parameters
from pipeline.gate import gate_step
from pipeline.jobs import evaluate_step, prepare_step, train_step
from pipeline.model import Model
from pipeline.project import Project
from pipeline.session import config_checked_once, pipeline_session


def define(project: Project, model: Model, commit: str) -> dict[str, Any]:
    """The pipeline's definition, as the SDK makes it. Calls nothing and uploads nothing.

    A step between the gate's condition and registration (a monitoring baseline, say) belongs into the
    `if_steps` of `gate_step`, with the registration depending on it.
    """
    context = Context(
        project=project,
        model=model,
        code_uri=code_uri(project.artifacts_uri, tree()),
        commit=commit,
        session=pipeline_session(project.region, project.artifacts_uri),
        parameters=make_parameters(project, model),
    )
    with config_checked_once():
        prepare = prepare_step(context)
        train = train_step(context, prepare)
        evaluate = evaluate_step(context, prepare, train)
        pipeline = Pipeline(
            name=project.pipeline_name,
            parameters=list(context.parameters.values()),
            # Experiments would be made for each run, by a role that has no need to.
            pipeline_experiment_config=None,
            steps=[prepare, train, evaluate, gate_step(context, train, evaluate)],
            sagemaker_session=context.session,
        )
        definition: dict[str, Any] = json.loads(pipeline.definition())
    return definition
