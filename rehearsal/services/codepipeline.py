"""CodePipeline. Actions: Service Authorization Reference, "AWS CodePipeline"."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from assumptions.entries.codepipeline_names_its_source import ASSUMPTION as SOURCE
from assumptions.entries.pipelines_pass_action_roles import ASSUMPTION as PASSED
from assumptions.outcomes import holds
from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    arn_template,
    pass_role,
    requires,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Values
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

_TYPE = ("category", "owner", "provider", "version")


def _action(action: Values) -> dict[str, Any]:
    rest = {name: value for name, value in action.items() if name not in _TYPE}
    for name in ("inputArtifacts", "outputArtifacts"):
        if name in rest:
            rest[name] = [{"name": artifact} for artifact in rest[name]]
    return {**rest, "actionTypeId": {name: action[name] for name in _TYPE if name in action}}


def _stage(stage: Values) -> dict[str, Any]:
    """A stage has lists of conditions in the API, one condition in the provider."""
    made = {**stage, "actions": [_action(action) for action in stage.get("actions", [])]}
    if "beforeEntry" in stage:
        made["beforeEntry"] = {"conditions": [stage["beforeEntry"]["condition"]]}
    if "onFailure" in stage:
        rest = {name: value for name, value in stage["onFailure"].items() if name != "condition"}
        conditions = [stage["onFailure"]["condition"]] if "condition" in stage["onFailure"] else []
        made["onFailure"] = {**rest, **({"conditions": conditions} if conditions else {})}
    return made


def _pipeline(values: Values, _: Values) -> Values:
    """One structure holds the whole pipeline; stores with a region are a map, the one without is alone."""
    rest = {name: value for name, value in values.items() if name not in ("stages", "artifactStores")}
    stages = [_stage(stage) for stage in values.get("stages", [])]
    stores: list[dict[str, Any]] = [dict(store) for store in values.get("artifactStores", [])]
    regional = {store.pop("region"): store for store in stores if "region" in store}
    placed = {"artifactStores": regional} if regional else {"artifactStore": stores[0]} if stores else {}
    return {"pipeline": {**rest, **placed, "stages": stages}}


PIPELINE = ResourceType(
    type="aws:codepipeline/pipeline:Pipeline",
    create=ApiCall(operation="CreatePipeline", transform=_pipeline),
    id="{name}",
    name="name",
    read=ReadCall(
        operation="GetPipeline",
        path="pipeline",
        outputs={"artifactStores": "artifactStore && [artifactStore] || values(artifactStores)"},
    ),
    update=(ApiCall(operation="UpdatePipeline", transform=_pipeline),),
    replace_on=("name",),
    delete=(ApiCall(operation="DeletePipeline"),),
    outputs={"arn": "arn:{partition}:codepipeline:{region}:{account}:{name}"},
    sample=Sample(
        {
            "name": "sample-pipeline",
            "roleArn": "${aws:iam/role:Role.arn}",
            "pipelineType": "V2",
            "executionMode": "QUEUED",
            "artifactStores": [
                {
                    "location": "${aws:s3/bucket:Bucket.bucket}",
                    "type": "S3",
                    "encryptionKey": {"id": "${aws:kms/key:Key.arn}", "type": "KMS"},
                }
            ],
            "stages": [
                {
                    "name": "Source",
                    "actions": [
                        {
                            "name": "Source",
                            "category": "Source",
                            "owner": "AWS",
                            "provider": "S3",
                            "version": "1",
                            "outputArtifacts": ["Source"],
                            "configuration": {
                                "S3Bucket": "${aws:s3/bucket:Bucket.bucket}",
                                "S3ObjectKey": "source.zip",
                            },
                        }
                    ],
                },
                {
                    "name": "Build",
                    "actions": [
                        {
                            "name": "Build",
                            "category": "Build",
                            "owner": "AWS",
                            "provider": "CodeBuild",
                            "version": "1",
                            "inputArtifacts": ["Source"],
                            "configuration": {"ProjectName": "${aws:codebuild/project:Project.name}"},
                            "runOrder": 1,
                        }
                    ],
                },
            ],
        },
        update={"executionMode": "SUPERSEDED"},
    ),
)

_PIPELINE_ARN = arn_template("codepipeline", "{name}")
_STRUCTURE = arn_template("codepipeline", "{pipeline.name}")
_ACTION = arn_template("codepipeline", "{pipelineName}/{stageName}/{actionName}")
_RUNNER = pass_role("pipeline.roleArn", "codepipeline.amazonaws.com")
_TAGGING = RequiredAction(action="codepipeline:TagResource", resource=_STRUCTURE, tags="tags", when="tags")


def _on_pipeline(action: str) -> tuple[RequiredAction, ...]:
    return requires(f"codepipeline:{action}", arn_template("codepipeline", "{pipelineName}"))


_ADMINISTRATION = pass_role("pipeline.stages.actions.configuration.AdministrationRoleArn", "codepipeline.amazonaws.com")


def _roles_of_actions(request: ApiRequest) -> list[Right]:
    """Roles that a pipeline's actions name, where who makes the pipeline must be allowed to pass them too."""
    return [] if holds(PASSED) else _ADMINISTRATION.rights(request)


OPERATIONS: Operations = {
    "CreatePipeline": (
        *requires("codepipeline:CreatePipeline", _STRUCTURE, tags="tags"),
        _RUNNER,
        _roles_of_actions,
        _TAGGING,
    ),
    "DeletePipeline": requires("codepipeline:DeletePipeline", _PIPELINE_ARN),
    "DisableStageTransition": requires(
        "codepipeline:DisableStageTransition", arn_template("codepipeline", "{pipelineName}/{stageName}")
    ),
    "EnableStageTransition": requires(
        "codepipeline:EnableStageTransition", arn_template("codepipeline", "{pipelineName}/{stageName}")
    ),
    "GetPipeline": requires("codepipeline:GetPipeline", _PIPELINE_ARN),
    "GetPipelineExecution": _on_pipeline("GetPipelineExecution"),
    "GetPipelineState": requires("codepipeline:GetPipelineState", _PIPELINE_ARN),
    "ListActionExecutions": _on_pipeline("ListActionExecutions"),
    "ListPipelineExecutions": _on_pipeline("ListPipelineExecutions"),
    "ListTagsForResource": requires("codepipeline:ListTagsForResource", "{resourceArn}"),
    "PutApprovalResult": requires("codepipeline:PutApprovalResult", _ACTION),
    "PutJobFailureResult": requires("codepipeline:PutJobFailureResult"),
    "PutJobSuccessResult": requires("codepipeline:PutJobSuccessResult"),
    "RetryStageExecution": requires(
        "codepipeline:RetryStageExecution", arn_template("codepipeline", "{pipelineName}/{stageName}")
    ),
    "StartPipelineExecution": requires("codepipeline:StartPipelineExecution", _PIPELINE_ARN),
    "StopPipelineExecution": _on_pipeline("StopPipelineExecution"),
    "TagResource": requires("codepipeline:TagResource", "{resourceArn}", tags="tags"),
    "UntagResource": requires("codepipeline:UntagResource", "{resourceArn}", context_keys={"aws:TagKeys": "tagKeys"}),
    "UpdatePipeline": (_roles_of_actions, *requires("codepipeline:UpdatePipeline", _STRUCTURE), _RUNNER),
}

_PRINCIPAL = "codepipeline.amazonaws.com"


def patch(patches: Patches) -> None:
    """A role's trust policy is read as IAM reads it, with lists of services too; moto looks for one text."""
    from moto.codepipeline.models import CodePipelineBackend

    patches.wrap(CodePipelineBackend, "create_pipeline", _create)


class _TrustingRole:
    """A role as moto's own check wants to see it, once it was found to trust the service."""

    assume_role_policy_document = json.dumps({"Statement": [{"Principal": {"Service": _PRINCIPAL}}]})


class _TrustingRoles:
    """The roles of an account as CodePipeline finds them when it makes the pipeline whose ARN is given."""

    def __init__(self, roles: Any, pipeline_arn: str) -> None:
        self._roles, self._pipeline_arn = roles, pipeline_arn

    def get_role_by_arn(self, arn: str) -> _TrustingRole:
        """The role, if CodePipeline meets its trust with what it says of its source."""
        from moto.codepipeline.exceptions import InvalidStructureException
        from moto.iam.exceptions import NotFoundException

        try:
            trust = self._roles.get_role_by_arn(arn).assume_role_policy_document
        except NotFoundException:
            trust = None
        if not admits(trust, _caller(self._pipeline_arn), "sts:AssumeRole", arn):
            raise InvalidStructureException(f"CodePipeline is not authorized to perform AssumeRole on role {arn}")
        return _TrustingRole()


def _create(original: Callable[..., Any], instance: Any, pipeline: dict[str, Any], tags: Any) -> Any:
    arn = f"arn:{instance.partition}:codepipeline:{instance.region_name}:{instance.account_id}:{pipeline['name']}"
    return original(_BackendWithRoles(instance, arn), pipeline, tags)


def _caller(pipeline_arn: str) -> PolicyCaller:
    """CodePipeline, which may say for which pipeline it assumes a role."""
    source = {"aws:SourceAccount": pipeline_arn.split(":")[4], "aws:SourceArn": pipeline_arn}
    return PolicyCaller(service=_PRINCIPAL, context=source if holds(SOURCE) else {})


class _BackendWithRoles:
    """The backend with those roles; everything else is its own."""

    def __init__(self, backend: Any, pipeline_arn: str) -> None:
        self._backend = backend
        self.iam_backend = _TrustingRoles(backend.iam_backend, pipeline_arn)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


SERVICE = AwsService(
    name="codepipeline",
    operations=OPERATIONS,
    resource_types=(PIPELINE,),
    tagging=TagOperations(parameters={"resourceArn": "{arn}"}),
    patch=patch,
    names_source=lambda: holds(SOURCE),
)
