"""The function that writes down which version serves where: its config, its names, its rules and its rights."""

from __future__ import annotations

import json

import pulumi

from catalog.roles import RoleKind
from components import pipeline_events
from components.release_recorder import ReleaseRecorder, ReleaseRecorderArgs
from policies.documents.buckets import PROJECT_TAG
from policies.documents.project_scope import MODEL_BUILD, ProjectScope
from policies.documents.release_recorder import release_recorder as recorder_policy
from stacks.project_context import ProjectContext

# CodePipelines that deliver, and what a delivery by each is called in the records.
CAUSES = {"deploy": "release", "rollback": "rollback"}


def release_recorder(context: ProjectContext, scope: pulumi.Output[ProjectScope]) -> ReleaseRecorder:
    """Declare it. `scope` is what the project's policies speak of."""
    project, data_science = context.project_names, context.data_science
    # The role of a function has the function's name.
    function = project.role(RoleKind.RELEASE_RECORDER)
    announces = context.settings.announce_releases

    def policy(queue: pulumi.Output[str]) -> pulumi.Output[str]:
        readers = context.workload_roles(RoleKind.RELEASE_READER)
        return pulumi.Output.all(scope, context.workload_accounts(), readers, queue).apply(
            lambda known: recorder_policy(
                *known[:3],
                pipelines=[project.code_pipeline(purpose) for purpose in CAUSES],
                build=project.code_pipeline("build"),
                sets=context.stack_sets(),
                stages=context.stages,
                event_source=project.release_events(),
                function=function,
                queue=known[3],
                topic=context.alarm_topic() if announces else None,
            )
        )

    args = ReleaseRecorderArgs(
        name=function,
        project=context.settings.id,
        scope=context.scope,
        path=project.path(),
        boundary=context.boundary,
        config=config(context),
        policy=policy,
        rules={
            project.name("release-deliveries"): (
                "A delivery to a stage ended",
                pipeline_events.deliveries_ended([project.code_pipeline(purpose) for purpose in CAUSES]),
            ),
            project.name("release-decisions"): (
                "A model of the project was registered, approved or rejected",
                pipeline_events.model_decided(project.group()),
            ),
        },
        queue=project.release_dead_letters(),
        alarm=project.name("lost-releases"),
        topic_arn=data_science.alarm_topic_arn,
        key_arn=data_science.operations_key_arn,
        tags={PROJECT_TAG: context.settings.id},
    )
    return ReleaseRecorder("release-recorder", args, context.child_options())


def config(context: ProjectContext) -> str:
    """The config.json in the function's archive, which `functions.release_recorder.config.read_config` reads."""
    project, scope = context.project_names, context.scope
    return json.dumps(
        {
            "partition": scope.partition,
            "account": scope.account,
            "region": scope.region,
            "project": context.settings.id,
            # Named, not asked for: an archive holds what is known when it is made.
            "bucket": context.artifacts_bucket,
            "group": project.group(),
            "build": project.code_pipeline("build"),
            "source_key": context.source_key(MODEL_BUILD),
            "pipelines": {project.code_pipeline(purpose): cause for purpose, cause in CAUSES.items()},
            "stack_sets": {stage: project.stack_set(stage) for stage in context.stages},
            "endpoints": {stage: project.endpoint(stage) for stage in context.stages},
            "readers": {
                stage: f"{project.path().lstrip('/')}{project.stage_role(stage, RoleKind.RELEASE_READER)}"
                for stage in context.stages
            },
            "role": project.role(RoleKind.RELEASE_RECORDER),
            "topic": context.alarm_topic() if context.settings.announce_releases else "",
            "event_source": project.release_events(),
        }
    )
