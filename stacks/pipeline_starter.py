"""The function that starts a project's pipelines: its config, its names and its rights."""

from __future__ import annotations

import json

import pulumi

from catalog.roles import RoleKind
from components import pipelines
from components.pipeline_starter import PipelineStarter, PipelineStarterArgs
from policies.documents.buckets import PROJECT_TAG
from policies.documents.pipeline_starter import pipeline_starter as starter_policy
from policies.documents.project_scope import MODEL_BUILD, ProjectScope
from stacks.project_context import ProjectContext


def pipeline_starter(context: ProjectContext, scope: pulumi.Output[ProjectScope]) -> PipelineStarter:
    """Declare it. `scope` is what the project's policies speak of."""
    project, data_science = context.project_names, context.data_science
    # The role of a function has the function's name.
    function = project.role(RoleKind.PIPELINE_STARTER)
    started = [project.code_pipeline(purpose) for purpose in ("build", "deploy", "rollback")]

    def policy(queue: pulumi.Output[str]) -> pulumi.Output[str]:
        return pulumi.Output.all(scope, queue).apply(
            lambda known: starter_policy(known[0], started, function, known[1])
        )

    args = PipelineStarterArgs(
        name=function,
        project=context.settings.id,
        scope=context.scope,
        path=project.path(),
        boundary=context.boundary,
        config=config(context),
        policy=policy,
        # A rule that starts a pipeline has the pipeline's name.
        rules=started,
        queue=project.dead_letters(),
        alarm=project.name("lost-events"),
        topic_arn=data_science.alarm_topic_arn,
        key_arn=data_science.operations_key_arn,
        tags={PROJECT_TAG: context.settings.id},
    )
    return PipelineStarter("pipeline-starter", args, context.child_options())


def config(context: ProjectContext) -> str:
    """The config.json in the function's archive, which `functions.pipeline_starter.read_config` reads."""
    project, scope = context.project_names, context.scope
    return json.dumps(
        {
            "partition": scope.partition,
            "account": scope.account,
            "region": scope.region,
            # Named, not asked for: an archive holds what is known when it is made.
            "bucket": context.artifacts_bucket,
            "key": context.source_key(MODEL_BUILD),
            "group": project.group(),
            "build": {"pipeline": project.code_pipeline("build"), "variable": pipelines.SOURCE_VERSION.name},
            "deploy": {"pipeline": project.code_pipeline("deploy"), "variable": pipelines.PACKAGE.name},
            "rollback": {"pipeline": project.code_pipeline("rollback"), "variable": pipelines.STAGE.name},
            "releases": project.release_events(),
        }
    )
