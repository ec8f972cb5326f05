"""Processing and training jobs, run as processes of this machine with the container contract.

Input and output go through S3 as the job's role, from inside the job's VPC ("train-vpc" in the SageMaker developer
guide); so does what the script itself asks of AWS. Logs are the role's too (its execution role needs `logs:*` on
`/aws/sagemaker/*`: "sagemaker-roles"), but sent by SageMaker's agent, outside the VPC.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.ec2.models import ec2_backends

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.processes import STOPPED, TIMED_OUT, Ended, Processes, base_environment
from rehearsal.sagemaker import images, layout, storage
from rehearsal.services.sagemaker.runtime_patches import State, now

# StoppingCondition.MaxRuntimeInSeconds of CreateProcessingJob and CreateTrainingJob, where none is given (botocore).
_DEFAULT_SECONDS = 86_400
# Account, region, kind such as TrainingJob, name.
Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class Outcome:
    """How a job ended. `status` is Completed, Failed or Stopped; `reason` is empty unless it failed."""

    status: str
    reason: str = ""
    exit_message: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


class _Refused(Exception):
    """A job that cannot begin, or whose transfers fail; the text is its FailureReason."""


def vpc_of(account: str, region: str, config: Mapping[str, Any] | None) -> str | None:
    """The VPC that a VpcConfig's subnets are in. Raises ValueError for a subnet that does not exist."""
    subnets = (config or {}).get("Subnets") or ()
    vpcs = set()
    for subnet in subnets:
        zones = ec2_backends[account][region].subnets.values()
        found = [zone[subnet].vpc_id for zone in zones if subnet in zone]
        if not found:
            raise ValueError(f"subnet {subnet} does not exist in account {account}, {region}")
        vpcs.update(found)
    if len(vpcs) > 1:
        raise ValueError(f"the subnets {', '.join(subnets)} are in different VPCs; name subnets of one")
    return vpcs.pop() if vpcs else None


class Jobs:
    """Runs jobs that were created in the in-memory SageMaker.

    `folder` receives each job's log as `<job>.log`. `python` stands for the image's interpreter.
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
        self._cloud = cloud
        self._state = state
        self._processes = processes
        self._folder = folder
        self._python = python
        self._require_images = require_images
        self.changed: Callable[[str, str, str, str, str], None] = lambda *_: None
        self._running: set[Place] = set()
        self._halted: set[Place] = set()

    def interrupt(self, account: str, region: str, kind: str, name: str) -> bool:
        """End a job as soon as may be, or before it begins; whether it runs."""
        self._halted.add((account, region, kind, name))
        return (account, region, kind, name) in self._running

    def run_processing(
        self, account: str, name: str, *, region: str | None = None, stop: threading.Event | None = None
    ) -> Outcome:
        """Run a processing job to its end and record how it ended."""
        region = region or self._cloud.region
        job = self._describe(account, region, "ProcessingJob", name)
        network = job.get("NetworkConfig") or {}
        place = (account, region, "ProcessingJob", name)
        run = _Run(self, place, job, network.get("VpcConfig"), stop)
        isolated = bool(network.get("EnableNetworkIsolation"))
        outcome = run.whole(_processing, isolated, "/aws/sagemaker/ProcessingJobs")
        members = {
            "ProcessingJobStatus": outcome.status,
            "FailureReason": outcome.reason or None,
            "ExitMessage": outcome.exit_message or None,
            "ProcessingStartTime": run.started,
            "ProcessingEndTime": now(),
            "LastModifiedTime": now(),
        }
        self._state.put(*place, members)
        self.changed(*place, outcome.status)
        return outcome

    def run_training(
        self, account: str, name: str, *, region: str | None = None, stop: threading.Event | None = None
    ) -> Outcome:
        """Run a training job to its end and record how it ended."""
        region = region or self._cloud.region
        job = self._describe(account, region, "TrainingJob", name)
        place = (account, region, "TrainingJob", name)
        run = _Run(self, place, job, job.get("VpcConfig"), stop)
        isolated = bool(job.get("EnableNetworkIsolation"))
        outcome = run.whole(_training, isolated, "/aws/sagemaker/TrainingJobs")
        finals = [
            {"MetricName": metric, "Value": value, "Timestamp": now()} for metric, value in outcome.metrics.items()
        ]
        seconds = max(1, round((now() - run.started).total_seconds()))
        members = {
            "TrainingJobStatus": outcome.status,
            "SecondaryStatus": outcome.status,
            "FailureReason": outcome.reason or None,
            "FinalMetricDataList": finals or None,
            "TrainingStartTime": run.started,
            "TrainingEndTime": now(),
            "LastModifiedTime": now(),
            "TrainingTimeInSeconds": seconds,
            "BillableTimeInSeconds": seconds,
        }
        self._state.put(*place, members)
        self.changed(*place, outcome.status)
        return outcome

    def _describe(self, account: str, region: str, kind: str, name: str) -> dict[str, Any]:
        job = self._state.get(account, region, kind, name)
        if not job:
            raise KeyError(f"no {kind} {name} in account {account}, {region}: create it first")
        plural = {"ProcessingJob": "processing-job", "TrainingJob": "training-job"}[kind]
        return {**job, f"{kind}Arn": f"arn:aws:sagemaker:{region}:{account}:{plural}/{name}"}


class _Run:
    """One job while it runs."""

    def __init__(
        self,
        jobs: Jobs,
        place: Place,
        job: dict[str, Any],
        vpc_config: Mapping[str, Any] | None,
        stop: threading.Event | None,
    ) -> None:
        self.jobs, self.place, self.job = jobs, place, job
        self.account, self.region, _, self.name = place
        self.vpc_config, self.stop = vpc_config, stop or threading.Event()
        self.root = Path()
        self.started = now()
        self.log = jobs._folder / f"{self.name}.log"

    def whole(self, kind: Callable[[_Run, Actor, bool], Outcome], isolated: bool, log_group: str) -> Outcome:
        """Assume the role, run, log; a refusal is the job's failure and not the rehearsal's."""
        self.jobs._running.add(self.place)
        if self.stopped():
            self.jobs._running.discard(self.place)
            return Outcome("Stopped")
        self.root = Path(tempfile.mkdtemp(prefix=f"ml-{self.name[:24]}-"))
        self.log.unlink(missing_ok=True)
        try:
            actor = self._assume()
            try:
                return kind(self, actor, isolated)
            finally:
                self._publish(actor, log_group)
        except (_Refused, images.NoImage, storage.TransferError, ValueError, NotTrusted) as error:
            return Outcome("Failed", f"ClientError: {error}"[:1024])
        except ClientError as error:
            return Outcome("Failed", f"ClientError: {logs.refused(error)}"[:1024])
        except BotoCoreError as error:
            return Outcome("Failed", f"InternalServerError: {error}"[:1024])
        finally:
            self.jobs._running.discard(self.place)
            shutil.rmtree(self.root, ignore_errors=True)

    def stopped(self) -> bool:
        """Whether whoever runs the job, or a request, wants it to end."""
        return self.stop.is_set() or self.place in self.jobs._halted

    def _assume(self) -> Actor:
        vpc = vpc_of(self.account, self.region, self.vpc_config)
        return self.jobs._cloud.service_assume(
            self.job["RoleArn"],
            service="sagemaker.amazonaws.com",
            session=self.name[:64],
            vpc=vpc,
            region=self.region,
            source=str(self.job.get("ProcessingJobArn") or self.job.get("TrainingJobArn") or ""),
        )

    def pull(self, actor: Actor, image: str) -> None:
        """Fetch the image, as far as ECR is asked."""
        images.pull(self.jobs._cloud, actor, image, required=self.jobs._require_images)

    def s3(self, actor: Actor) -> Any:
        return self.jobs._cloud.client(actor, "s3")

    def process(self, command: list[str], actor: Actor, isolated: bool, more: Mapping[str, str]) -> Ended:
        """Run the container's command with nothing but the contract in its environment."""
        given = {k: layout.localized(v, self.root) for k, v in (self.job.get("Environment") or {}).items()}
        access = {} if isolated else actor.environment(self.jobs._cloud.endpoint_url)
        environment = {
            **given,
            **base_environment(self.root, self.jobs._python),
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
            **access,
        }
        limit = (self.job.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds", _DEFAULT_SECONDS)
        return self.jobs._processes.run(
            command,
            environment=environment,
            folder=self.root,
            log=self.log,
            seconds=float(limit),
            isolated=isolated,
            stopped=self.stopped,
        )

    def _publish(self, actor: Actor, group: str) -> None:
        if not self.log.is_file():
            return
        outside = self.jobs._cloud.in_vpc(actor, None)
        text = self.log.read_text(encoding="utf-8", errors="replace")
        logs.publish(self.jobs._cloud.client(outside, "logs"), group, f"{self.name}/algo-1", text)

    def outcome(self, ended: Ended) -> Outcome:
        """What an ended process means for its job."""
        message = layout.exit_message(self.root)
        if ended.cause == STOPPED:
            return Outcome("Stopped", exit_message=message)
        if ended.cause == TIMED_OUT:
            return Outcome("Stopped", "the job exceeded its MaxRuntimeInSeconds", message)
        if ended.code != 0:
            said = layout.failure_text(self.root) or _last_line(ended.output)
            return Outcome("Failed", f"AlgorithmError: {said}, exit code: {ended.code}"[:1024], message)
        return Outcome("Completed", exit_message=message)


def _processing(run: _Run, actor: Actor, isolated: bool) -> Outcome:
    job = run.job
    _one_instance(job["ProcessingResources"]["ClusterConfig"])
    run.pull(actor, job["AppSpecification"]["ImageUri"])
    layout.write_processing_layout(job, run.root)
    for entry in job.get("ProcessingInputs") or ():
        source = entry.get("S3Input")
        if source is None:
            raise _Refused(f"input {entry['InputName']} is no S3Input: only S3 inputs are run here")
        storage.download(run.s3(actor), source["S3Uri"], layout.local_path(source["LocalPath"], run.root))
    command = layout.processing_command(job["AppSpecification"], run.root)
    ended = run.process(command, actor, isolated, {"PROCESSING_JOB_NAME": run.name})
    outcome = run.outcome(ended)
    if outcome.status == "Completed":
        config = job.get("ProcessingOutputConfig") or {}
        for output in config.get("Outputs") or ():
            target = output["S3Output"]
            folder = layout.local_path(target["LocalPath"], run.root)
            storage.upload(run.s3(actor), folder, target["S3Uri"], config.get("KmsKeyId"))
    return outcome


def _training(run: _Run, actor: Actor, isolated: bool) -> Outcome:
    job = run.job
    _one_instance(job["ResourceConfig"])
    run.pull(actor, job["AlgorithmSpecification"]["TrainingImage"])
    layout.write_training_layout(job, run.root)
    for channel in job.get("InputDataConfig") or ():
        source = channel["DataSource"].get("S3DataSource")
        if source is None:
            raise _Refused(f"channel {channel['ChannelName']} has no S3DataSource: only S3 channels are run here")
        storage.download(run.s3(actor), source["S3Uri"], run.root / "input" / "data" / channel["ChannelName"])
    _restore_checkpoints(run, actor)
    command = layout.training_command(job["AlgorithmSpecification"], run.root)
    names = {"TRAINING_JOB_NAME": run.name, "TRAINING_JOB_ARN": job["TrainingJobArn"]}
    ended = run.process(command, actor, isolated, names)
    outcome = run.outcome(ended)
    _upload_training(run, actor, outcome)
    definitions = job["AlgorithmSpecification"].get("MetricDefinitions") or ()
    found = layout.metrics(definitions, ended.output)
    return Outcome(outcome.status, outcome.reason, outcome.exit_message, found)


def _restore_checkpoints(run: _Run, actor: Actor) -> None:
    config = run.job.get("CheckpointConfig")
    if config:
        folder = layout.local_path(config.get("LocalPath") or "/opt/ml/checkpoints", run.root)
        try:
            storage.download(run.s3(actor), config["S3Uri"], folder)
        except storage.TransferError:
            return  # the first attempt has none


def _upload_training(run: _Run, actor: Actor, outcome: Outcome) -> None:
    """model.tar.gz of a job that completed; checkpoints and `output/data` of any."""
    target = run.job["OutputDataConfig"]
    place = f"{target['S3OutputPath'].rstrip('/')}/{run.name}/output"
    key = target.get("KmsKeyId")
    config = run.job.get("CheckpointConfig")
    if config:
        folder = layout.local_path(config.get("LocalPath") or "/opt/ml/checkpoints", run.root)
        storage.upload(run.s3(actor), folder, config["S3Uri"], None)
    data = run.root / "output" / "data"
    if any(data.iterdir()):
        storage.put(run.s3(actor), f"{place}/output.tar.gz", storage.pack(data), key)
    if outcome.status == "Completed":
        storage.put(run.s3(actor), f"{place}/model.tar.gz", storage.pack(run.root / "model"), key)


def _one_instance(resources: Mapping[str, Any]) -> None:
    if resources.get("InstanceCount", 1) != 1:
        raise _Refused(f"InstanceCount is {resources['InstanceCount']}: jobs run here on one instance")


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "the process said nothing"
