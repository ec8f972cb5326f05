"""Runs CodeBuild projects: their build specification in real shells, as the project's service role, from its VPC."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.codebuild.models import codebuild_backends

from rehearsal import zip_archives
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.logs import publish, refused
from rehearsal.aws.processes import STOPPED as PROCESS_STOPPED
from rehearsal.aws.processes import Processes
from rehearsal.codesuite import artifacts, buildspec
from rehearsal.codesuite.artifacts import ArtifactLocation
from rehearsal.codesuite.build_environment import BuildEnvironment, ImageNotReady, runtime_fault
from rehearsal.codesuite.buildspec import PHASES, Buildspec, BuildspecError
from rehearsal.codesuite.records import FAILED, STOPPED, SUCCEEDED, TIMED_OUT, BuildRecord, BuildRequest
from rehearsal.codesuite.shell import Shell
from rehearsal.codesuite.variables import VariableError, build_variables, resolved
from rehearsal.network.ec2 import attachment
from rehearsal.zip_archives import ArchiveError

# account, region, event
Emit = Callable[[str, str, Mapping[str, Any]], None]
_CLIENT_FAULTS = (
    BuildspecError,
    ArchiveError,
    VariableError,
    NotTrusted,
    BotoCoreError,
    FileNotFoundError,
    ImageNotReady,
    ValueError,
)


class _Failed(Exception):
    """A phase failed: how, and why."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


class BuildRunner:
    """The builds of all accounts. `logs` is a folder, `emit` sends an event to an account's default bus."""

    def __init__(
        self,
        cloud: Cloud,
        *,
        build_environment: BuildEnvironment,
        processes: Processes,
        logs: Path,
        emit: Emit | None = None,
    ) -> None:
        self.cloud = cloud
        self.build_environment = build_environment
        self.processes = processes
        self.logs = logs
        self.records: dict[str, BuildRecord] = {}
        self._emit = emit
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def project(self, account: str, region: str, name: str) -> Mapping[str, Any] | None:
        """A project as the in-memory CodeBuild keeps it; `name` may be its ARN."""
        project = codebuild_backends[account][region].codebuild_projects.get(name.rpartition("/")[2])
        return project.project_metadata if project else None

    def start(self, request: BuildRequest) -> BuildRecord:
        """Start a build in a thread of its own."""
        name = str(request.project["name"])
        with self._lock:
            number = 1 + sum(
                record.name == name and record.request.account == request.account for record in self.records.values()
            )
            record = BuildRecord(f"{name}:{uuid.uuid4()}", request, number)
            self.records[record.id] = record
        thread = threading.Thread(target=self._run, args=(record,), daemon=True, name=record.id)
        self._threads.append(thread)
        thread.start()
        return record

    def errors(self, build_id: str) -> str:
        """The error lines of a build's log; empty where there is no such build."""
        if build_id not in self.records:
            return ""
        lines = (self.logs / f"{build_id.replace(':', '-')}.log").read_text().splitlines()
        return "; ".join(line.removeprefix("error: ") for line in lines if line.startswith("error: "))

    def close(self) -> None:
        """Stop builds that are in progress."""
        for record in self.records.values():
            record.stop.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self, record: BuildRecord) -> None:
        self._announce(record, "IN_PROGRESS")
        folder = Path(tempfile.mkdtemp(prefix="build-"))
        try:
            _Build(self, record, folder).run()
        except Exception as error:  # a build must never be left running for ever, whatever is wrong
            record.begin("FINALIZING")
            record.end("FAULT", f"INTERNAL_SERVICE_ERROR: {type(error).__name__}: {error}")
        if record.status == "IN_PROGRESS":
            record.status = SUCCEEDED
        record.begin("COMPLETED")
        record.phases[-1]["phaseStatus"] = SUCCEEDED
        record.ended = time.time()
        self._announce(record, record.status)
        record.done.set()
        # A build's packages are many files: nobody waits until they are gone.
        shutil.rmtree(folder, ignore_errors=True)

    def _announce(self, record: BuildRecord, status: str) -> None:
        if self._emit is None:
            return
        details = {"build-complete": record.ended is not None, "initiator": record.request.initiator}
        event = {
            "source": "aws.codebuild",
            "detail-type": "CodeBuild Build State Change",
            "resources": [record.arn],
            "detail": {
                "build-status": status,
                "project-name": record.name,
                "build-id": record.arn,
                "additional-information": details,
            },
        }
        self._emit(record.request.account, record.request.region, event)


class _Build:
    """One build, phase by phase. `folder` is its own and is removed afterwards."""

    def __init__(self, builds: BuildRunner, record: BuildRecord, folder: Path) -> None:
        self.builds, self.record, self.folder = builds, record, folder
        self.request, self.project = record.request, record.request.project
        self.source = folder / "src"
        self.log = builds.logs / f"{record.id.replace(':', '-')}.log"
        self.deadline = record.started + 60 * (self.project.get("timeoutInMinutes") or 60)
        self.specification = Buildspec({})
        self.folders: dict[str, Path] = {}
        self.interface = ""

    def run(self) -> None:
        """Run all phases in CodeBuild's order (CodeBuild User Guide, "Build phase transitions")."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_text("", encoding="utf-8")
        try:
            ready = self._phase("PROVISIONING", self._provision) and self._phase("DOWNLOAD_SOURCE", self._download)
            if ready and self._commands():
                self._phase("UPLOAD_ARTIFACTS", self._upload)
        finally:
            self._phase("FINALIZING", self._finish)

    def _phase(self, name: str, work: Callable[[], None]) -> bool:
        self.record.begin(name)
        try:
            work()
        except _Failed as failed:
            self.record.end(failed.status, str(failed))
        except ClientError as error:
            self.record.end(FAILED, f"CLIENT_ERROR: {refused(error)}")
        except _CLIENT_FAULTS as error:
            self.record.end(FAILED, f"CLIENT_ERROR: {error}".replace("CLIENT_ERROR: CLIENT_ERROR", "CLIENT_ERROR"))
        else:
            self.record.end(SUCCEEDED)
            return True
        self._log_line(f"Phase context status: {self.record.failure}")
        return False

    def _log_line(self, line: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"[Container] {line}\n")

    # ---- who acts

    def _client(self, service: str) -> Any:
        return self.builds.cloud.client(self.actor, service)

    def _provision(self) -> None:
        """Become the role, attach to the VPC, open the log."""
        cloud, vpc = self.builds.cloud, self.project.get("vpcConfig") or {}
        self.outside = cloud.service_assume(
            self.project["serviceRole"],
            service="codebuild.amazonaws.com",
            session=f"AWSCodeBuild-{self.record.id.rpartition(':')[2]}",
            region=self.request.region,
            source=f"arn:aws:codebuild:{self.request.region}:{self.request.account}:project/{self.project['name']}",
        )
        self.actor = self.outside
        if vpc.get("vpcId"):
            # The interface is made by the service with the build's role, before there is anything inside the VPC.
            answer = cloud.client(self.outside, "ec2").create_network_interface(
                SubnetId=vpc["subnets"][0], Groups=list(vpc["securityGroupIds"])
            )
            self.interface = answer["NetworkInterface"]["NetworkInterfaceId"]
            where = attachment(self.request.account, self.request.region, vpc["subnets"], vpc["securityGroupIds"])
            self.actor = cloud.in_vpc(self.outside, where)
        if self.record.log_settings.get("status") != "DISABLED":
            publish(self._client("logs"), self.record.group, self.record.stream, "[Container] Waiting for agent ping")

    # ---- phases

    def _download(self) -> None:
        for name, location in self._inputs().items():
            target = self.source if name == "" else self.folder / "inputs" / name
            zip_archives.unpack(artifacts.read(self._client("s3"), location), target)
            if name:
                self.folders[name] = target
        self.source.mkdir(exist_ok=True)
        text = self.request.specification or str(self.project["source"].get("buildspec") or "")
        self.specification = buildspec.load(text, self.source)
        for runtime, version in self.specification.runtimes.items():
            fault = runtime_fault(str(self.project["environment"].get("image", "")), runtime, version)
            if fault:
                raise BuildspecError(f"YAML_FILE_ERROR: {fault}")
            self._log_line(f"runtime-versions {runtime} {version}: this machine's own stands for it")
        self.variables = resolved(self._client, self.record, self.specification)

    def _inputs(self) -> dict[str, ArtifactLocation]:
        """Where the sources are; the primary one has no name."""
        kind, pipeline_artifacts = self.project["source"]["type"], self.request.pipeline_artifacts
        if kind == "CODEPIPELINE":
            if pipeline_artifacts is None:
                raise BuildspecError("a project with source CODEPIPELINE is started by a pipeline only")
            named = {
                name: location
                for name, location in pipeline_artifacts.inputs.items()
                if name != pipeline_artifacts.primary
            }
            return {"": pipeline_artifacts.inputs[pipeline_artifacts.primary], **named}
        if kind == "S3":
            bucket, _, key = str(self.project["source"]["location"]).partition("/")
            return {"": ArtifactLocation(bucket, key, self.request.source_version)}
        if kind == "NO_SOURCE":
            return {}
        raise BuildspecError(f"source type {kind} is not run here; allowed: CODEPIPELINE, S3, NO_SOURCE")

    def _commands(self) -> bool:
        """The commands' phases. Whether UPLOAD_ARTIFACTS is attempted: always once BUILD was reached."""
        own = build_variables(self.record, self.source, self.folders)
        base = self.builds.build_environment.environment(
            self.folder, privileged=bool(self.project["environment"].get("privilegedMode"))
        )
        cloud = self.builds.cloud
        self.network = cloud.network.access(self.actor.vpc)
        credentials = self.actor.environment(cloud.endpoint_url)
        environment = {**base, **own, **self.variables, **credentials, **self.network.environment}
        state = self.folder / "shell"
        state.mkdir()
        shell = Shell(
            self.builds.processes,
            folder=state,
            source=self.source,
            log=self.log,
            exported=self.specification.exported,
            stopped=self.record.stop.is_set,
            ports=cloud.ports,
        )
        succeeding, reached = True, False
        for name in PHASES:
            reached = reached or name == "build"
            phase = self.specification.phases.get(name)
            if phase is None:
                continue
            environment["CODEBUILD_BUILD_SUCCEEDING"] = str(int(succeeding))
            done = self._phase(name.upper(), lambda phase=phase: self._run_phase(shell, phase, environment))  # type: ignore[misc]
            if not done and phase.continues:
                self.record.status = "IN_PROGRESS"
                continue
            succeeding = succeeding and done
            if not done and (name in ("install", "pre_build") or phase.aborts or self._ended_early()):
                break
        self.record.exported = shell.exported()
        return reached and not self._ended_early()

    def _ended_early(self) -> bool:
        return self.record.status in (STOPPED, TIMED_OUT)

    def _run_phase(self, shell: Shell, phase: buildspec.BuildPhase, environment: Mapping[str, str]) -> None:
        result = shell.run(phase, environment, max(self.deadline - time.time(), 0.1))
        if result.cause is not None:
            raise _Failed(STOPPED if result.cause == PROCESS_STOPPED else TIMED_OUT, f"BUILD_{result.message}")
        if result.message:
            raise _Failed(FAILED, "; ".join(filter(None, (result.message, self.network.refusal))))

    def _upload(self) -> None:
        pipeline_artifacts = self.request.pipeline_artifacts
        outputs = dict(pipeline_artifacts.outputs) if pipeline_artifacts else {}
        for name, location in outputs.items():
            artifact = self.specification.primary if len(outputs) == 1 else None
            artifact = self.specification.secondary.get(name, artifact)
            if artifact is None:
                declared = ", ".join(self.specification.secondary) or "no artifacts of that name"
                raise BuildspecError(f"the pipeline expects the output {name}; the buildspec declares {declared}")
            content = zip_archives.pack(buildspec.selected(artifact, self.source))
            artifacts.write(
                self._client("s3"), location, content, pipeline_artifacts.key_id if pipeline_artifacts else None
            )

    def _finish(self) -> None:
        if self.interface:
            self.builds.cloud.client(self.outside, "ec2").delete_network_interface(NetworkInterfaceId=self.interface)
        if self.record.log_settings.get("status") != "DISABLED" and hasattr(self, "actor"):
            text = self.log.read_text(encoding="utf-8", errors="replace")
            publish(self._client("logs"), self.record.group, self.record.stream, text)
        with suppress(OSError):
            shutil.rmtree(self.source)
