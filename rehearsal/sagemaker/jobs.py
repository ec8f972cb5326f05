"""Jobs, run as processes of this machine with the contract of SageMaker's containers.

Input and output go through S3 as the job's role, from inside the job's VPC (SageMaker Developer Guide, "Give SageMaker
Training Jobs Access to Resources in Your Amazon VPC"); so does what the script itself asks of AWS. Logs are the role's
too (SageMaker Developer Guide, "How to use SageMaker AI execution roles"), but sent by SageMaker's agent, outside the
VPC. What a job of one type does with its container, its step type's module says.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.processes import STOPPED, TIMED_OUT, Ended, Processes, base_environment
from rehearsal.network.ec2 import attachment
from rehearsal.network.model import VpcAttachment
from rehearsal.sagemaker import container, images, storage
from rehearsal.services.sagemaker.runtime_patches import State, now

# StoppingCondition.MaxRuntimeInSeconds of CreateProcessingJob and CreateTrainingJob, where none is given (botocore).
_DEFAULT_SECONDS = 86_400
# Account, region, type such as TrainingJob, name.
JobKey = tuple[str, str, str, str]


@dataclass(frozen=True)
class JobOutcome:
    """How a job ended. `status` is Completed, Failed or Stopped; `reason` is empty unless it failed."""

    status: str
    reason: str = ""
    exit_message: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


class JobRefused(Exception):
    """A job that cannot begin, or whose transfers fail; the text is its FailureReason."""


@dataclass(frozen=True, kw_only=True)
class JobType:
    """A type of job.

    `name` is the API's noun: the operations are Create<name> and Describe<name>. `network` and `isolated` read a job's
    VpcConfig and EnableNetworkIsolation. `run` does the work with the role's credentials. `described` gives the members
    of the description that only this type has.
    """

    name: str
    network: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
    isolated: Callable[[Mapping[str, Any]], bool]
    run: Callable[[JobRun, Actor, bool], JobOutcome]
    described: Callable[[JobRun, JobOutcome], dict[str, Any]]
    role_arn: Callable[[Mapping[str, Any]], str] = lambda job: str(job["RoleArn"])

    @property
    def log_group(self) -> str:
        """Where jobs of this type log."""
        return f"/aws/sagemaker/{self.name}s"

    def arn(self, account: str, region: str, name: str) -> str:
        """A job's ARN."""
        return f"arn:aws:sagemaker:{region}:{account}:{xform_name(self.name, '-')}/{name}"


def vpc_of(account: str, region: str, config: Mapping[str, Any] | None) -> VpcAttachment | None:
    """Where a VpcConfig attaches a container. Raises ValueError for a subnet that does not exist."""
    given = config or {}
    return attachment(account, region, given.get("Subnets") or (), given.get("SecurityGroupIds") or ())


class JobRunner:
    """Runs jobs that were created in the in-memory SageMaker.

    `folder` receives each job's log as `<job>.log`. `python` stands for the image's interpreter. `changed` gets
    account, region, type, name and status of each job whose status changes.
    """

    def __init__(
        self,
        cloud: Cloud,
        state: State,
        processes: Processes,
        folder: Path,
        python: Path,
        *,
        require_images: bool = False,
    ) -> None:
        self.cloud = cloud
        self.processes = processes
        self.folder = folder
        self.python = python
        self.require_images = require_images
        self.changed: Callable[[str, str, str, str, str], None] = lambda *_: None
        self._state = state
        self._running: set[JobKey] = set()
        self._interrupted: set[JobKey] = set()

    def interrupt(self, account: str, region: str, job_type: str, name: str) -> bool:
        """End a job as soon as may be, or before it begins; whether it runs."""
        self._interrupted.add((account, region, job_type, name))
        return (account, region, job_type, name) in self._running

    def interrupted(self, key: JobKey) -> bool:
        """Whether a request wants a job to end."""
        return key in self._interrupted

    def run(
        self,
        job_type: JobType,
        account: str,
        name: str,
        *,
        region: str | None = None,
        stop: threading.Event | None = None,
    ) -> JobOutcome:
        """Run a job to its end and record how it ended. Raises KeyError for a job that was not created."""
        region = region or self.cloud.region
        key = (account, region, job_type.name, name)
        job = self._state.get(*key)
        if not job:
            raise KeyError(f"no {job_type.name} {name} in account {account}, {region}: create it first")
        run = JobRun(self, job_type, key, {**job, f"{job_type.name}Arn": job_type.arn(account, region, name)}, stop)
        self._running.add(key)
        try:
            outcome = run.to_end()
        finally:
            self._running.discard(key)
        prefix = job_type.name.removesuffix("Job")
        members = {
            f"{job_type.name}Status": outcome.status,
            "FailureReason": outcome.reason or None,
            f"{prefix}StartTime": run.started,
            f"{prefix}EndTime": now(),
            "LastModifiedTime": now(),
        }
        self._state.put(*key, members | job_type.described(run, outcome))
        self.changed(*key, outcome.status)
        return outcome


class JobRun:
    """One job while it runs: `root` is its `/opt/ml`, `job` its description."""

    def __init__(
        self, runner: JobRunner, job_type: JobType, key: JobKey, job: dict[str, Any], stop: threading.Event | None
    ) -> None:
        self.job_type, self.key, self.job = job_type, key, job
        self.account, self.region, _, self.name = key
        self.root = Path()
        self.started = now()
        self._runner, self._stop = runner, stop or threading.Event()
        self._log = runner.folder / f"{self.name}.log"

    def to_end(self) -> JobOutcome:
        """Assume the role, run, log; a refusal is the job's failure and not the rehearsal's."""
        if self.stopped():
            return JobOutcome("Stopped")
        self.root = Path(tempfile.mkdtemp(prefix=f"ml-{self.name[:24]}-"))
        self._log.unlink(missing_ok=True)
        try:
            actor = self._assume()
            try:
                return self.job_type.run(self, actor, self.job_type.isolated(self.job))
            finally:
                self._publish(actor)
        except (JobRefused, images.ImageNotFound, storage.TransferError, ValueError, NotTrusted) as error:
            return JobOutcome("Failed", f"ClientError: {error}"[:1024])
        except ClientError as error:
            return JobOutcome("Failed", f"ClientError: {logs.refused(error)}"[:1024])
        except BotoCoreError as error:
            return JobOutcome("Failed", f"InternalServerError: {error}"[:1024])
        finally:
            shutil.rmtree(self.root, ignore_errors=True)

    def stopped(self) -> bool:
        """Whether the job's execution or a Stop request has asked it to end."""
        return self._stop.is_set() or self._runner.interrupted(self.key)

    def _assume(self) -> Actor:
        vpc = vpc_of(self.account, self.region, self.job_type.network(self.job))
        return self._runner.cloud.service_assume(
            self.job_type.role_arn(self.job),
            service="sagemaker.amazonaws.com",
            session=self.name[:64],
            vpc=vpc,
            region=self.region,
            source=str(self.job[f"{self.job_type.name}Arn"]),
        )

    def pull(self, actor: Actor, image: str) -> None:
        """Ask ECR for the image's manifest. Raises ImageNotFound."""
        images.pull(self._runner.cloud, actor, image, required=self._runner.require_images)

    def s3(self, actor: Actor) -> Any:
        """A client of S3 for the job's transfers."""
        return self._runner.cloud.client(actor, "s3")

    def process(self, command: list[str], actor: Actor, isolated: bool, variables: Mapping[str, str]) -> Ended:
        """Run the container's command with nothing but the contract in its environment."""
        given = {k: container.localized(v, self.root) for k, v in (self.job.get("Environment") or {}).items()}
        access = {} if isolated else self._runner.cloud.environment(actor)
        environment = {
            **given,
            **base_environment(self.root, self._runner.python),
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            **variables,
            **access,
        }
        limit = (self.job.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds", _DEFAULT_SECONDS)
        return self._runner.processes.run(
            command,
            environment=environment,
            folder=self.root,
            log=self._log,
            seconds=float(limit),
            isolated=isolated,
            stopped=self.stopped,
        )

    def _publish(self, actor: Actor) -> None:
        if not self._log.is_file():
            return
        cloud = self._runner.cloud
        text = self._log.read_text(encoding="utf-8", errors="replace")
        client = cloud.client(cloud.in_vpc(actor, None), "logs")
        logs.publish(client, self.job_type.log_group, f"{self.name}/algo-1", text)

    def outcome(self, ended: Ended) -> JobOutcome:
        """What an ended process means for its job."""
        message = container.exit_message(self.root)
        if ended.cause == STOPPED:
            return JobOutcome("Stopped", exit_message=message)
        if ended.cause == TIMED_OUT:
            return JobOutcome("Stopped", "the job exceeded its MaxRuntimeInSeconds", message)
        if ended.code != 0:
            reason = container.failure_text(self.root) or _last_line(ended.output)
            return JobOutcome("Failed", f"AlgorithmError: {reason}, exit code: {ended.code}"[:1024], message)
        return JobOutcome("Completed", exit_message=message)


def require_one_instance(resources: Mapping[str, Any]) -> None:
    """Raise JobRefused for a job on several instances."""
    if resources.get("InstanceCount", 1) != 1:
        raise JobRefused(f"InstanceCount is {resources['InstanceCount']}: jobs run here on one instance")


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "the process said nothing"
