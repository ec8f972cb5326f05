"""What each type of action does, with the credentials of the pipeline's or the action's role."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal import zip_archives
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite import artifacts
from rehearsal.codesuite.artifacts import ArtifactLocation
from rehearsal.codesuite.build import BuildRunner
from rehearsal.codesuite.execution import ActionState, PipelineExecution
from rehearsal.codesuite.pending import ApprovalRequest, PendingActions
from rehearsal.codesuite.records import BuildArtifacts
from rehearsal.codesuite.structure import ActionDeclaration

# CodePipeline User Guide, "Quotas in AWS CodePipeline":
# a week for an approval, 8 h for a build, 20 min for a Lambda function.
APPROVAL_SECONDS = 7 * 24 * 3600.0
BUILD_SECONDS = 8 * 3600.0
INVOKE_SECONDS = 20 * 60.0
_POLL_SECONDS = 0.1


class ActionFailed(Exception):
    """An action that failed; the text is its error message."""


class ActionAbandoned(Exception):
    """The execution was stopped while the action ran."""


@dataclass(kw_only=True)
class ActionContext:
    """All that an action needs. `actor` is the action's role if it has one, else the pipeline's."""

    cloud: Cloud
    builds: BuildRunner
    pending: PendingActions
    execution: PipelineExecution
    stage: str
    action: ActionDeclaration
    state: ActionState
    actor: Actor
    configuration: Mapping[str, str]
    approval_seconds: float | None = None
    produced: dict[str, ArtifactLocation] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A boto3 client of the acting role."""
        return self.cloud.client(self.actor, service, self.execution.region)

    def output(self, name: str, revision: str = "") -> ArtifactLocation:
        """Where an output artifact goes."""
        pipeline = self.execution.pipeline
        return ArtifactLocation(pipeline.bucket, artifacts.store_key(pipeline.name, name, uuid.uuid4().hex), revision)

    def file(self, reference: str) -> str:
        """The text of `Artifact::file`."""
        artifact, _, name = reference.partition("::")
        if artifact not in self.action.inputs:
            allowed = ", ".join(self.action.inputs) or "none"
            raise ActionFailed(f"{reference}: {artifact} is no input artifact of the action; its inputs: {allowed}")
        content = artifacts.read(self.client("s3"), self.execution.artifacts[artifact])
        return zip_archives.member(content, name).decode("utf-8")

    def pause(self) -> None:
        """Wait a moment. Raises ActionAbandoned where the execution was abandoned."""
        if self.execution.abandoned.wait(_POLL_SECONDS):
            raise ActionAbandoned("the execution was stopped")


# Output variables of the action.
RunAction = Callable[[ActionContext], Mapping[str, str]]


def source_from_s3(context: ActionContext) -> Mapping[str, str]:
    """Copy the object's current version, or the one that the start names, into the store.

    The version is the revision.
    """
    bucket, key = context.configuration["S3Bucket"], context.configuration["S3ObjectKey"]
    s3 = context.client("s3")
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        raise ActionFailed(f"bucket {bucket} keeps no versions: a source bucket must have versioning enabled")
    override = context.execution.revisions.get(context.action.name, {})
    if override.get("revisionType") == "S3_OBJECT_KEY":
        if context.configuration.get("AllowOverrideForS3ObjectKey") != "true":
            raise ActionFailed("the start overrides the source's key; AllowOverrideForS3ObjectKey is not true")
        key = override["revisionValue"]
    version_id = (
        {"VersionId": override["revisionValue"]} if override.get("revisionType") == "S3_OBJECT_VERSION_ID" else {}
    )
    answer = s3.get_object(Bucket=bucket, Key=key, **version_id)
    version, content = answer["VersionId"], answer["Body"].read()
    for name in context.action.outputs:
        location = context.output(name, version)
        artifacts.write(s3, location, content, context.execution.pipeline.key_id)
        context.produced[name] = location
    context.state.summary = f"Amazon S3 version id: {version}"
    etag = answer["ETag"].strip('"')
    return {"BucketName": bucket, "ObjectKey": key, "VersionId": version, "ETag": etag}


def build_with_codebuild(context: ActionContext) -> Mapping[str, str]:
    """Start a build and follow it to its end. Its exported variables are the action's."""
    execution, configuration = context.execution, context.configuration
    primary = configuration.get("PrimarySource") or context.action.inputs[0]
    outputs = {name: context.output(name) for name in context.action.outputs}
    pipeline_artifacts = BuildArtifacts(
        primary=primary,
        inputs={name: execution.artifacts[name] for name in context.action.inputs},
        outputs=outputs,
        key_id=execution.pipeline.key_id,
    )
    client = context.client("codebuild")
    token = context.pending.keep_build_artifacts(
        pipeline_artifacts, initiator=f"codepipeline/{execution.pipeline.name}"
    )
    started = client.start_build(
        projectName=configuration["ProjectName"],
        sourceVersion=pipeline_artifacts.inputs[primary].arn,
        environmentVariablesOverride=_environment(configuration.get("EnvironmentVariables", "")),
        idempotencyToken=token,
    )["build"]
    context.state.external_id = started["id"]
    deadline = time.monotonic() + (context.action.seconds or BUILD_SECONDS)
    build = started
    while not build.get("buildComplete"):
        if time.monotonic() > deadline:
            raise ActionFailed(f"the build {started['id']} did not end in time")
        context.pause()
        build = client.batch_get_builds(ids=[started["id"]])["builds"][0]
    if build["buildStatus"] != "SUCCEEDED":
        raise ActionFailed(f"Build {started['id']} ended {build['buildStatus']}: {_reasons(build)}")
    context.produced.update(outputs)
    return {entry["name"]: entry["value"] for entry in build.get("exportedEnvironmentVariables", ())}


def _environment(text: str) -> list[dict[str, str]]:
    if not text:
        return []
    try:
        entries = json.loads(text)
        return [
            {"name": entry["name"], "value": entry["value"], "type": entry.get("type", "PLAINTEXT")}
            for entry in entries
        ]
    except (ValueError, KeyError, TypeError):
        raise ActionFailed('EnvironmentVariables is no JSON list of {"name": …, "value": …, "type": …}') from None


def _reasons(build: Mapping[str, Any]) -> str:
    failed = [phase for phase in build["phases"] if phase.get("phaseStatus") not in ("SUCCEEDED", None)]
    messages = [context.get("message", "") for phase in failed for context in phase.get("contexts", ())]
    return "; ".join(text for text in messages if text) or "no reason given"


def approve_by_hand(context: ActionContext) -> Mapping[str, str]:
    """Ask on the topic, then wait for PutApprovalResult."""
    seconds = context.approval_seconds or context.action.seconds or APPROVAL_SECONDS
    execution = context.execution
    request = ApprovalRequest(
        account=execution.account,
        region=execution.region,
        pipeline=execution.pipeline.name,
        execution=execution.id,
        stage=context.stage,
        action=context.action.name,
        token=str(uuid.uuid4()),
        custom_data=context.configuration.get("CustomData", ""),
        link=context.configuration.get("ExternalEntityLink", ""),
        expires=time.time() + seconds,
    )
    context.state.token = request.token
    pending = context.pending.open_approval(request)
    topic = context.configuration.get("NotificationArn")
    if topic:
        subject = f"APPROVAL NEEDED: AWS CodePipeline {request.pipeline} for action {request.action}"
        context.client("sns").publish(TopicArn=topic, Subject=subject[:100], Message=request.message())
    context.pending.notify_approver(request)
    deadline = time.monotonic() + seconds
    while not pending.answered.is_set():
        if time.monotonic() > deadline:
            context.pending.expire_approval(request.token)
            raise ActionFailed(f"nobody approved or rejected within {seconds:.0f} s")
        context.pause()
    context.state.summary, context.state.updated_by = pending.summary, pending.by
    if pending.status != "Approved":
        raise ActionFailed(f"rejected by {pending.by}: {pending.summary or 'no reason given'}")
    return {}


def invoke_function(context: ActionContext) -> Mapping[str, str]:
    """Invoke a function with a job, then wait for its PutJobSuccessResult or PutJobFailureResult."""
    execution, configuration = context.execution, context.configuration
    job = context.pending.open_job(execution.account)
    outputs = {name: context.output(name) for name in context.action.outputs}
    stored = {**{name: execution.artifacts[name] for name in context.action.inputs}, **outputs}
    settings = {key: value for key, value in configuration.items() if key in ("FunctionName", "UserParameters")}
    credentials = {
        "accessKeyId": context.actor.access_key,
        "secretAccessKey": context.actor.secret_key,
        "sessionToken": context.actor.token,
    }
    key_id = execution.pipeline.key_id
    data = {
        "actionConfiguration": {"configuration": settings},
        "inputArtifacts": [_artifact(name, stored[name]) for name in context.action.inputs],
        "outputArtifacts": [_artifact(name, stored[name]) for name in outputs],
        "artifactCredentials": credentials,
        **({"encryptionKey": {"id": key_id, "type": "KMS"}} if key_id else {}),
    }
    event = {"CodePipeline.job": {"id": job.id, "accountId": execution.account, "data": data}}
    context.state.external_id = job.id
    context.client("lambda").invoke(
        FunctionName=configuration["FunctionName"], InvocationType="Event", Payload=json.dumps(event)
    )
    deadline = time.monotonic() + (context.action.seconds or INVOKE_SECONDS)
    while not job.answered.is_set():
        if time.monotonic() > deadline:
            raise ActionFailed(f"{configuration['FunctionName']} reported no result of job {job.id}")
        context.pause()
    if job.failure:
        raise ActionFailed(job.failure)
    context.produced.update(outputs)
    return job.variables


def _artifact(name: str, location: ArtifactLocation) -> dict[str, Any]:
    s3_location = {"bucketName": location.bucket, "objectKey": location.key}
    return {
        "name": name,
        "revision": location.revision or None,
        "location": {"type": "S3", "s3Location": s3_location},
    }
