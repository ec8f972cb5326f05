"""The pipeline that brings a stage back to an earlier version: what that version delivered, without building anything.

It stands beside the deploy pipeline and not in it: a release that waits for an approval never holds it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components import pipelines
from components.build_project import BuildProject
from stacks.project_context import ProjectContext


@dataclass(frozen=True, kw_only=True)
class DeliveryBuilds:
    """The builds that render what is delivered, say what it changes, and call endpoints by `test` and `verify`."""

    render: BuildProject
    changes: BuildProject
    tests: Mapping[str, BuildProject]


def execution(context: ProjectContext, purpose: str) -> dict[str, str]:
    """What rendering is told of the run that it belongs to: it keeps aside what it renders, below the run's id."""
    return {
        "PIPELINE": context.project_names.code_pipeline(purpose),
        "PIPELINE_EXECUTION": "#{codepipeline.PipelineExecutionId}",
    }


def stages(
    context: ProjectContext,
    packages: BuildProject,
    builds: DeliveryBuilds,
    of_stages: Mapping[str, Sequence[pipelines.Stage]],
) -> list[pipelines.Stage]:
    """Source, rendering, and of the stage that is rolled back its delivery and its verification.

    Whoever starts a run gives values for its variables. None of them becomes part of an action's configuration, where
    a quotation mark would end one value and begin another; rendering asks CodePipeline for them.
    """
    environment = {"STEP": "rollback", **execution(context, "rollback")}
    render = pipelines.Stage(
        name="Render",
        actions=[
            pipelines.build("Packages", packages.name),
            pipelines.build("Render", builds.render.name, outputs=["Rendered"], environment=environment, order=2),
        ],
    )
    return [
        pipelines.source(context.data_science.artifacts_bucket, context.source_key("model-deploy")),
        render,
        *(
            pipelines.only_where(pipelines.STAGE, stage, each)
            for stage, its_stages in of_stages.items()
            for each in its_stages
        ),
    ]
