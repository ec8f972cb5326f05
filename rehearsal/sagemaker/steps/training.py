"""Training: CreateTrainingJob.

Source of paths and file contents: SageMaker Developer Guide, "How Amazon SageMaker AI Runs Your Training Image".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rehearsal.aws.actors import Actor
from rehearsal.sagemaker import storage
from rehearsal.sagemaker.container import HOST, command_line, local_path, write_json
from rehearsal.sagemaker.jobs import JobOutcome, JobRefused, JobRun, JobType, require_one_instance
from rehearsal.sagemaker.step_types import job_step
from rehearsal.services.sagemaker.runtime_patches import now


def _write_layout(job: Mapping[str, Any], root: Path) -> None:
    """Write the files of `/opt/ml/input/config`, and make the folders that a training container writes to."""
    config = root / "input" / "config"
    write_json(config / "hyperparameters.json", job.get("HyperParameters") or {})
    channels = {
        channel["ChannelName"]: {
            "TrainingInputMode": channel.get("InputMode") or job["AlgorithmSpecification"]["TrainingInputMode"],
            "S3DistributionType": _s3_source(channel).get("S3DataDistributionType", "FullyReplicated"),
            "RecordWrapperType": channel.get("RecordWrapperType", "None"),
            **({"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}),
        }
        for channel in job.get("InputDataConfig") or ()
    }
    write_json(config / "inputdataconfig.json", channels)
    instance = job["ResourceConfig"].get("InstanceType", "")
    group = {"instance_group_name": "homogeneousCluster", "instance_type": instance, "hosts": [HOST]}
    resources = {
        "current_host": HOST,
        "current_instance_type": instance,
        "current_group_name": group["instance_group_name"],
        "hosts": [HOST],
        "instance_groups": [group],
        "network_interface_name": "lo",
    }
    write_json(config / "resourceconfig.json", resources)
    for folder in ("model", "output/data", "checkpoints"):
        (root / folder).mkdir(parents=True, exist_ok=True)


def _s3_source(channel: Mapping[str, Any]) -> Mapping[str, Any]:
    source: Mapping[str, Any] = channel["DataSource"].get("S3DataSource") or {}
    return source


def _run(run: JobRun, actor: Actor, isolated: bool) -> JobOutcome:
    job = run.job
    require_one_instance(job["ResourceConfig"])
    run.pull(actor, job["AlgorithmSpecification"]["TrainingImage"])
    _write_layout(job, run.root)
    for channel in job.get("InputDataConfig") or ():
        source = _s3_source(channel)
        if not source:
            raise JobRefused(f"channel {channel['ChannelName']} has no S3DataSource: only S3 channels are run here")
        storage.download(run.s3(actor), source["S3Uri"], run.root / "input" / "data" / channel["ChannelName"])
    _restore_checkpoints(run, actor)
    command = command_line(job["AlgorithmSpecification"], run.root)
    variables = {"TRAINING_JOB_NAME": run.name, "TRAINING_JOB_ARN": job["TrainingJobArn"]}
    ended = run.process(command, actor, isolated, variables)
    outcome = run.outcome(ended)
    _upload(run, actor, outcome)
    definitions = job["AlgorithmSpecification"].get("MetricDefinitions") or ()
    return JobOutcome(outcome.status, outcome.reason, outcome.exit_message, _metrics(definitions, ended.output))


def _restore_checkpoints(run: JobRun, actor: Actor) -> None:
    config = run.job.get("CheckpointConfig")
    if config:
        folder = local_path(config.get("LocalPath") or "/opt/ml/checkpoints", run.root)
        try:
            storage.download(run.s3(actor), config["S3Uri"], folder)
        except storage.TransferError:
            return  # the first attempt has none


def _upload(run: JobRun, actor: Actor, outcome: JobOutcome) -> None:
    """Upload model.tar.gz of a job that completed; checkpoints and `output/data` of any."""
    target = run.job["OutputDataConfig"]
    prefix = f"{target['S3OutputPath'].rstrip('/')}/{run.name}/output"
    key = storage.output_encryption(target.get("KmsKeyId"))
    config = run.job.get("CheckpointConfig")
    if config:
        folder = local_path(config.get("LocalPath") or "/opt/ml/checkpoints", run.root)
        storage.upload(run.s3(actor), folder, config["S3Uri"], storage.encryption(None))
    data = run.root / "output" / "data"
    if any(data.iterdir()):
        storage.put(run.s3(actor), f"{prefix}/output.tar.gz", storage.pack(data), key)
    if outcome.status == "Completed":
        storage.put(run.s3(actor), f"{prefix}/model.tar.gz", storage.pack(run.root / "model"), key)


def _metrics(definitions: Sequence[Mapping[str, str]], output: str) -> dict[str, float]:
    """The last value in a job's output of each metric definition's expression."""
    values: dict[str, float] = {}
    for definition in definitions:
        for match in re.finditer(definition["Regex"], output):
            try:
                values[definition["Name"]] = float(match.group(1))
            except (ValueError, IndexError):
                continue
    return values


def _described(run: JobRun, outcome: JobOutcome) -> dict[str, Any]:
    metrics = [{"MetricName": name, "Value": value, "Timestamp": now()} for name, value in outcome.metrics.items()]
    seconds = max(1, round((now() - run.started).total_seconds()))
    return {
        "SecondaryStatus": outcome.status,
        "FinalMetricDataList": metrics or None,
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": seconds,
    }


TRAINING_JOB = JobType(
    name="TrainingJob",
    network=lambda job: job.get("VpcConfig"),
    isolated=lambda job: bool(job.get("EnableNetworkIsolation")),
    run=_run,
    described=_described,
)
TRAINING = job_step("Training", TRAINING_JOB)
