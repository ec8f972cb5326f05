"""CodeBuild projects and CodePipeline pipelines."""

from __future__ import annotations

from typing import Any

from rehearsal.engine.table.row import Call, Read, Row, Values

_BUILD = {
    "places": {
        "buildTimeout": "timeoutInMinutes",
        "queuedTimeout": "queuedTimeoutInMinutes",
    },
    # The provider's schema has these defaults (pulumi_aws: codebuild.Project's arguments).
    "defaults": {
        "logsConfig.cloudwatchLogs.status": "ENABLED",
        "logsConfig.s3Logs.status": "DISABLED",
        "environment.imagePullCredentialsType": "CODEBUILD",
        "environment.environmentVariables.type": "PLAINTEXT",
    },
}
PROJECT = Row(
    type="aws:codebuild/project:Project",
    service="codebuild",
    create=Call(operation="CreateProject", **_BUILD),  # type: ignore[arg-type]
    id="project.arn",
    name="name",
    read=Read(
        operation="BatchGetProjects",
        fills={"names": ["{name}"]},
        at="projects[0]",
        gives={"buildTimeout": "timeoutInMinutes", "queuedTimeout": "queuedTimeoutInMinutes"},
    ),
    update=(Call(operation="UpdateProject", **_BUILD),),  # type: ignore[arg-type]
    replaces=("name",),
    delete=(Call(operation="DeleteProject", fills={"name": "{name}"}),),
    gives={"arn": "project.arn"},
)

_TYPE = ("category", "owner", "provider", "version")


def _action(action: Values) -> dict[str, Any]:
    rest = {name: value for name, value in action.items() if name not in _TYPE}
    for name in ("inputArtifacts", "outputArtifacts"):
        if name in rest:
            rest[name] = [{"name": artifact} for artifact in rest[name]]
    return {**rest, "actionTypeId": {name: action[name] for name in _TYPE if name in action}}


def _pipeline(values: Values, _: Values) -> Values:
    """One structure holds the whole pipeline; stores with a region are a map, the one without is alone."""
    rest = {name: value for name, value in values.items() if name not in ("stages", "artifactStores")}
    stages = [
        {**stage, "actions": [_action(action) for action in stage.get("actions", [])]}
        for stage in values.get("stages", [])
    ]
    stores: list[dict[str, Any]] = [dict(store) for store in values.get("artifactStores", [])]
    regional = {store.pop("region"): store for store in stores if "region" in store}
    placed = {"artifactStores": regional} if regional else {"artifactStore": stores[0]} if stores else {}
    return {"pipeline": {**rest, **placed, "stages": stages}}


PIPELINE = Row(
    type="aws:codepipeline/pipeline:Pipeline",
    service="codepipeline",
    create=Call(operation="CreatePipeline", shapes=_pipeline),
    id="{name}",
    name="name",
    read=Read(
        operation="GetPipeline",
        at="pipeline",
        gives={"artifactStores": "artifactStore && [artifactStore] || values(artifactStores)"},
    ),
    update=(Call(operation="UpdatePipeline", shapes=_pipeline),),
    replaces=("name",),
    delete=(Call(operation="DeletePipeline"),),
    gives={"arn": "arn:{partition}:codepipeline:{region}:{account}:{name}"},
)

ROWS = (PROJECT, PIPELINE)
