"""Processing: CreateProcessingJob.

Source of paths and file contents: SageMaker Developer Guide, "How to build your own processing container".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.aws.actors import Actor
from rehearsal.sagemaker import storage
from rehearsal.sagemaker.container import HOST, command_line, local_path, write_json
from rehearsal.sagemaker.jobs import JobOutcome, JobRefused, JobRun, JobType, require_one_instance
from rehearsal.sagemaker.step_types import Properties, job_step


def _write_layout(job: Mapping[str, Any], root: Path) -> None:
    """Write the files of `/opt/ml/config`, and make the folders of a processing job's outputs."""
    config = {
        "ProcessingJobArn": job["ProcessingJobArn"],
        "ProcessingJobName": job["ProcessingJobName"],
        "Environment": job.get("Environment") or {},
        "AppSpecification": job["AppSpecification"],
        "ProcessingInputs": job.get("ProcessingInputs") or [],
        "ProcessingOutputConfig": job.get("ProcessingOutputConfig") or {"Outputs": []},
        "ProcessingResources": job["ProcessingResources"],
        "RoleArn": job["RoleArn"],
        "StoppingCondition": job.get("StoppingCondition") or {},
    }
    write_json(root / "config" / "processingjobconfig.json", config)
    write_json(root / "config" / "resourceconfig.json", {"current_host": HOST, "hosts": [HOST]})
    for output in config["ProcessingOutputConfig"]["Outputs"]:
        if "S3Output" in output:
            local_path(output["S3Output"]["LocalPath"], root).mkdir(parents=True, exist_ok=True)


def _run(run: JobRun, actor: Actor, isolated: bool) -> JobOutcome:
    job = run.job
    require_one_instance(job["ProcessingResources"]["ClusterConfig"])
    run.pull(actor, job["AppSpecification"]["ImageUri"])
    _write_layout(job, run.root)
    for entry in job.get("ProcessingInputs") or ():
        source = entry.get("S3Input")
        if source is None:
            raise JobRefused(f"input {entry['InputName']} is no S3Input: only S3 inputs are run here")
        storage.download(run.s3(actor), source["S3Uri"], local_path(source["LocalPath"], run.root))
    command = command_line(job["AppSpecification"], run.root)
    ended = run.process(command, actor, isolated, {"PROCESSING_JOB_NAME": run.name})
    outcome = run.outcome(ended)
    if outcome.status == "Completed":
        config = job.get("ProcessingOutputConfig") or {}
        for output in config.get("Outputs") or ():
            target = output["S3Output"]
            folder = local_path(target["LocalPath"], run.root)
            key = storage.output_encryption(config.get("KmsKeyId"))
            storage.upload(run.s3(actor), folder, target["S3Uri"], key)
    return outcome


def _outputs(properties: Properties) -> Mapping[str, str]:
    outputs = (properties.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
    return {output["OutputName"]: output["S3Output"]["S3Uri"] for output in outputs}


PROCESSING_JOB = JobType(
    name="ProcessingJob",
    network=lambda job: (job.get("NetworkConfig") or {}).get("VpcConfig"),
    isolated=lambda job: bool((job.get("NetworkConfig") or {}).get("EnableNetworkIsolation")),
    run=_run,
    described=lambda _, outcome: {"ExitMessage": outcome.exit_message or None},
)
PROCESSING = job_step("Processing", PROCESSING_JOB, outputs=_outputs)
