"""Starts the pipelines of one project: what an event says becomes the variables of a run, or the event is refused.

Called by the project's EventBridge rules. Events are input from elsewhere: each is compared with what the project is
(`config.json` beside this file, written by the stack), and nothing of an event reaches a pipeline that was not checked.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).with_name("config.json")
# A version id is an opaque, URL-ready text (Amazon S3 User Guide, "How S3 Versioning works"); a variable's value has at
# most 1,000 characters (botocore codepipeline, PipelineVariableValue).
_VERSION_ID = re.compile(r"[A-Za-z0-9._~-]{1,1000}")
_STAGE = re.compile(r"[a-z]{1,32}")
_PACKAGE_VERSION = re.compile(r"[1-9][0-9]{0,8}")
# Of one call; there are two.
ATTEMPTS, CONNECT_SECONDS, READ_SECONDS = 3, 5, 10
_SHOWN = 120
_DECISIONS = ("Approved", "Rejected")


class RefusedEvent(ValueError):
    """An event that starts nothing, and why."""


@dataclass(frozen=True, kw_only=True)
class StartedPipeline:
    """A pipeline of the project, and the variable that its runs are given first."""

    pipeline: str
    variable: str


@dataclass(frozen=True, kw_only=True)
class Project:
    """What events are compared with: where the project is, its repository's object and its model package group.

    `releases` is the source of the events that the project's release recorder puts.
    """

    partition: str
    account: str
    region: str
    bucket: str
    key: str
    group: str
    build: StartedPipeline
    deploy: StartedPipeline
    rollback: StartedPipeline
    releases: str


class NotYet(RuntimeError):
    """The registry does not say yet what the event tells of. Lambda tries again, a minute or two later."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """One run to be started. Two starts with the same token are one run.

    `package` must have the status `decided`, where there is one: an event may come late, or from somebody who hands
    over a lost one, and it is the registry that says what was decided.
    """

    pipeline: str
    variables: Mapping[str, str]
    token: str
    package: str = ""
    decided: str = ""

    def request(self) -> dict[str, Any]:
        """Arguments of CodePipeline's StartPipelineExecution."""
        return {
            "name": self.pipeline,
            "variables": [{"name": name, "value": value} for name, value in self.variables.items()],
            "clientRequestToken": self.token,
        }


def read_config(text: str) -> Project:
    """The project as the stack wrote it. Raises KeyError or TypeError for a config that is not one."""
    given = json.loads(text)
    return Project(**given | {name: StartedPipeline(**given[name]) for name in ("build", "deploy", "rollback")})


def decide(event: object, project: Project) -> Start:
    """The run that an event asks for. Raises RefusedEvent for an event of something else than this project's own."""
    if not isinstance(event, Mapping):
        raise RefusedEvent(f"an event is an object, not {_shown(event)}: nothing was started")
    identity = _text(event, "id", event)
    kind = (_text(event, "source", event), _text(event, "detail-type", event))
    reasons = _reasons(project)
    if kind not in reasons:
        known = "; ".join(f"{source} {detail_type!r}" for source, detail_type in reasons)
        raise _refused(event, f"{_shown(kind[0])} {_shown(kind[1])} starts no pipeline. What does: {known}")
    _same(event, "account", event.get("account"), project.account)
    _same(event, "region", event.get("region"), project.region)
    return reasons[kind](event, _object(event, "detail", event), project, identity)


def handle(event: Any, context: Any) -> dict[str, str]:  # noqa: ARG001 (Lambda's signature)
    """Start the run that the event asks for.

    What is raised, Lambda tries twice more and then leaves in the dead-letter queue: throttling is over by then, and a
    refused event waits for somebody to look at it.
    """
    start = decide(event, read_config(CONFIG.read_text(encoding="utf-8")))
    if start.package and (because := overtaken(sagemaker(), start)):
        print(json.dumps({"event": event["id"], "started": None, "because": because}))
        return {"because": because}
    answer = codepipeline().start_pipeline_execution(**start.request())
    done = {"pipeline": start.pipeline, "execution": answer["pipelineExecutionId"], **start.variables}
    print(json.dumps({"event": event["id"], **done}))
    return done


def overtaken(registry: Any, start: Start) -> str:
    """Why a decision starts nothing any more, empty where it does; `registry` is a client of SageMaker.

    Raises NotYet where the registry says neither.
    """
    from botocore.exceptions import ClientError

    try:
        status = registry.describe_model_package(ModelPackageName=start.package).get("ModelApprovalStatus", "")
    except ClientError as error:
        # Of a package that is gone SageMaker says ValidationException (see functions/cleaner/running.py).
        if "does not exist" not in error.response["Error"].get("Message", ""):
            raise
        return f"{start.package} is gone"
    if status == start.decided:
        return ""
    if status in _DECISIONS:
        return f"{start.package} is {status} by now"
    raise NotYet(f"{start.package} is {status or 'undecided'} in the registry, and the event says {start.decided}")


def codepipeline(region: str | None = None) -> Any:
    """A client that starts pipelines."""
    return _client("codepipeline", region)


def sagemaker(region: str | None = None) -> Any:
    """A client that looks at the registry."""
    return _client("sagemaker", region)


def _client(service: str, region: str | None) -> Any:
    """A client that makes throttled calls again (Boto3 guide, "Retries"), and ends before the function's own time."""
    import boto3  # only what calls AWS needs it
    from botocore.config import Config

    retries: Any = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    config = Config(retries=retries, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    return boto3.client(service, region_name=region, config=config)


# ---- what starts a pipeline: each gives the run


def _repository_written(event: Mapping[str, Any], detail: Mapping[str, Any], project: Project, identity: str) -> Start:
    """Source: Amazon S3 User Guide, "EventBridge event message structure"."""
    written = _object(detail, "object", event)
    _same(event, "bucket", _object(detail, "bucket", event).get("name"), project.bucket)
    _same(event, "key", written.get("key"), project.key)
    version = written.get("version-id")
    if not isinstance(version, str) or not _VERSION_ID.fullmatch(version):
        raise _refused(event, f"version-id {_shown(version)} is none that S3 gives: is the bucket versioned?")
    return _start(project.build, version, identity)


def _model_approved(event: Mapping[str, Any], detail: Mapping[str, Any], project: Project, identity: str) -> Start:
    """Source: SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge"."""
    _same(event, "ModelPackageGroupName", detail.get("ModelPackageGroupName"), project.group)
    _same(event, "ModelApprovalStatus", detail.get("ModelApprovalStatus"), "Approved")
    package = _own_package(event, "ModelPackageArn", detail, project)
    return replace(_start(project.deploy, package, identity), package=package, decided="Approved")


def _served_model_rejected(
    event: Mapping[str, Any], detail: Mapping[str, Any], project: Project, identity: str
) -> Start:
    """What the release recorder tells of (`functions/release_recorder/recorder.py`).

    It may tell twice, by events of two ids, of one rejection: what makes two of them one run is the change by which the
    version began to serve, and not the event.
    """
    del identity
    package = _own_package(event, "package", detail, project)
    stage, change = _text(detail, "stage", event), _text(detail, "change", event)
    if not _STAGE.fullmatch(stage):
        raise _refused(event, f"stage {_shown(stage)} is none")
    variables = {
        project.rollback.variable: stage,
        "From": package,
        "Reason": _variable(detail.get("reason")),
        "Requester": _variable(detail.get("by")),
    }
    token = _token(project.rollback, f"{package} {change}")
    return Start(
        pipeline=project.rollback.pipeline, variables=variables, token=token, package=package, decided="Rejected"
    )


_Reason = Callable[[Mapping[str, Any], Mapping[str, Any], Project, str], Start]


def _reasons(project: Project) -> Mapping[tuple[str, str], _Reason]:
    """What starts a pipeline, by source and detail type."""
    return {
        ("aws.s3", "Object Created"): _repository_written,
        ("aws.sagemaker", "SageMaker Model Package State Change"): _model_approved,
        (project.releases, "Served model rejected"): _served_model_rejected,
    }


def _start(started: StartedPipeline, value: str, identity: str) -> Start:
    return Start(pipeline=started.pipeline, variables={started.variable: value}, token=_token(started, identity))


def _own_package(event: Mapping[str, Any], name: str, detail: Mapping[str, Any], project: Project) -> str:
    arn, own = detail.get(name), _packages_of(project)
    if not isinstance(arn, str) or not arn.startswith(own) or not _PACKAGE_VERSION.fullmatch(arn[len(own) :]):
        raise _refused(event, f"{name} {_shown(arn)} is none of the project's, {own}<version>")
    return arn


def _variable(value: object) -> str:
    """A text as a variable takes it: not empty, on one line, of at most 1,000 characters (PipelineVariableValue)."""
    text = " ".join(str(value or "").split())
    return text[:1000] or "none"


def _packages_of(project: Project) -> str:
    where = f"{project.partition}:sagemaker:{project.region}:{project.account}"
    return f"arn:{where}:model-package/{project.group}/"


def _token(started: StartedPipeline, identity: str) -> str:
    """At most 128 letters, digits and hyphens (botocore codepipeline, ClientRequestToken), whatever the id is.

    EventBridge and Lambda hand the same event over again under the same id.
    """
    return hashlib.sha256(f"{started.pipeline} {identity}".encode()).hexdigest()


# ---- reading


def _object(given: Mapping[str, Any], name: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    found = given.get(name)
    if not isinstance(found, Mapping):
        raise _refused(event, f"{name} is an object, not {_shown(found)}")
    return found


def _text(given: Mapping[str, Any], name: str, event: Mapping[str, Any]) -> str:
    found = given.get(name)
    if not isinstance(found, str) or not found:
        raise _refused(event, f"{name} is a text, not {_shown(found)}")
    return found


def _same(event: Mapping[str, Any], name: str, found: object, own: str) -> None:
    if found != own:
        raise _refused(event, f"{name} is {_shown(found)}, and the project's is {own!r}")


def _refused(event: Mapping[str, Any], why: str) -> RefusedEvent:
    return RefusedEvent(f"event {_shown(event.get('id'))}: {why}. Nothing was started")


def _shown(value: object) -> str:
    """The value on one line of a log, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
