"""The state of a build, in the shape that the API answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.codesuite.artifacts import ArtifactLocation

SUCCEEDED, FAILED, STOPPED, TIMED_OUT = "SUCCEEDED", "FAILED", "STOPPED", "TIMED_OUT"
IN_PROGRESS = "IN_PROGRESS"


@dataclass(frozen=True, kw_only=True)
class BuildArtifacts:
    """Artifacts that CodePipeline passes to a build beside the request: inputs, where outputs go, the store's key."""

    primary: str
    inputs: Mapping[str, ArtifactLocation]
    outputs: Mapping[str, ArtifactLocation]
    key_id: str | None


@dataclass(frozen=True, kw_only=True)
class BuildRequest:
    """One StartBuild, resolved against its project. `variables` are name, value, type."""

    account: str
    region: str
    project: Mapping[str, Any]
    variables: Sequence[Mapping[str, str]] = ()
    source_version: str = ""
    specification: str = ""
    initiator: str = ""
    pipeline_artifacts: BuildArtifacts | None = None


@dataclass
class BuildRecord:
    """A build's state. Times are seconds since the epoch."""

    id: str
    request: BuildRequest
    number: int
    started: float = field(default_factory=time.time)
    ended: float | None = None
    status: str = IN_PROGRESS
    phases: list[dict[str, Any]] = field(default_factory=list)
    exported: dict[str, str] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        """The project's name."""
        return str(self.request.project["name"])

    @property
    def arn(self) -> str:
        """The build's ARN."""
        return f"arn:aws:codebuild:{self.request.region}:{self.request.account}:build/{self.id}"

    @property
    def stream(self) -> str:
        """The log stream that the build writes to."""
        prefix = self.log_settings.get("streamName")
        unique = self.id.rpartition(":")[2]
        return f"{prefix}/{unique}" if prefix else unique

    @property
    def group(self) -> str:
        """The log group that the build writes to."""
        return str(self.log_settings.get("groupName") or f"/aws/codebuild/{self.name}")

    @property
    def log_settings(self) -> Mapping[str, Any]:
        """The project's settings for CloudWatch Logs."""
        settings: Mapping[str, Any] = (self.request.project.get("logsConfig") or {}).get("cloudWatchLogs") or {}
        return settings

    def begin(self, phase: str) -> None:
        """Note that a phase starts."""
        self.phases.append({"phaseType": phase, "phaseStatus": IN_PROGRESS, "startTime": time.time()})

    def end(self, status: str, message: str = "") -> None:
        """Note how the current phase ended, and the build's status if it is not the first failure."""
        phase, now = self.phases[-1], time.time()
        phase |= {"phaseStatus": status, "endTime": now, "durationInSeconds": int(now - phase["startTime"])}
        if message:
            phase["contexts"] = [{"statusCode": message.partition(":")[0], "message": message}]
        if status != SUCCEEDED and self.status == IN_PROGRESS:
            self.status = status

    @property
    def failure(self) -> str:
        """The first failed phase and why, empty where none failed."""
        for phase in self.phases:
            if phase["phaseStatus"] not in (SUCCEEDED, IN_PROGRESS):
                messages = "; ".join(context["message"] for context in phase.get("contexts", ()))
                return f"{phase['phaseType']}: {messages}" if messages else str(phase["phaseType"])
        return ""

    def answer(self) -> dict[str, Any]:
        """The build as BatchGetBuilds gives it."""
        project, request = self.request.project, self.request
        names = {"status": self.log_settings.get("status", "ENABLED"), "groupName": self.group}
        answer = {
            "id": self.id,
            "arn": self.arn,
            "buildNumber": self.number,
            "startTime": self.started,
            "endTime": self.ended,
            "currentPhase": self.phases[-1]["phaseType"] if self.phases else "SUBMITTED",
            "buildStatus": self.status if self.ended else IN_PROGRESS,
            "buildComplete": self.ended is not None,
            "projectName": self.name,
            "sourceVersion": request.source_version or None,
            "resolvedSourceVersion": self.revision or None,
            "initiator": request.initiator,
            "phases": self.phases,
            "source": project["source"],
            "environment": project["environment"],
            "serviceRole": project["serviceRole"],
            "vpcConfig": project.get("vpcConfig"),
            "timeoutInMinutes": project.get("timeoutInMinutes") or 60,
            "logs": {"groupName": self.group, "streamName": self.stream, "cloudWatchLogs": names},
            "exportedEnvironmentVariables": [{"name": k, "value": v} for k, v in sorted(self.exported.items())],
        }
        return {key: value for key, value in answer.items() if value is not None}

    @property
    def revision(self) -> str:
        """The version of the primary source: the source action's revision in a pipeline."""
        pipeline_artifacts = self.request.pipeline_artifacts
        return (
            pipeline_artifacts.inputs[pipeline_artifacts.primary].revision
            if pipeline_artifacts
            else self.request.source_version
        )
