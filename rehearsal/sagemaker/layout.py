"""The `/opt/ml` layout of a job's container, on a folder of this machine.

Source of paths and file contents: SageMaker developer guide, "your-algorithms-training-algo-running-container" and
"build-your-own-processing-container".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_HOST = "algo-1"
_OPT_ML = re.compile(r"/opt/ml(?=/|$)")


def localized(text: str, root: Path) -> str:
    """A path or argument of the container, with `/opt/ml` standing at `root`."""
    return _OPT_ML.sub(str(root), text)


def local_path(path: str, root: Path) -> Path:
    """Where a container's path is on this machine. Raises ValueError for a path outside `/opt/ml`."""
    if not _OPT_ML.match(path):
        raise ValueError(f"{path} is outside /opt/ml: SageMaker mounts nothing there; choose a path below /opt/ml")
    target = Path(localized(path, root)).resolve()
    if not target.is_relative_to(root.resolve()):
        raise ValueError(f"{path} leaves /opt/ml: remove the `..`")
    return target


def processing_command(specification: Mapping[str, Any], root: Path) -> list[str]:
    """The command line of a processing job's AppSpecification."""
    return _command(specification, "ContainerEntrypoint", root)


def training_command(specification: Mapping[str, Any], root: Path) -> list[str]:
    """The command line of a training job's AlgorithmSpecification."""
    return _command(specification, "ContainerEntrypoint", root)


def _command(specification: Mapping[str, Any], member: str, root: Path) -> list[str]:
    entrypoint: Sequence[str] = specification.get(member) or ()
    if not entrypoint:
        raise ValueError("the job names no ContainerEntrypoint: without a container engine an image's own is unknown")
    return [localized(part, root) for part in (*entrypoint, *(specification.get("ContainerArguments") or ()))]


def write_processing_layout(job: Mapping[str, Any], root: Path) -> None:
    """Write what a processing container finds below `/opt/ml/config`."""
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
    _write_json(root / "config" / "processingjobconfig.json", config)
    _write_json(root / "config" / "resourceconfig.json", {"current_host": _HOST, "hosts": [_HOST]})
    for output in config["ProcessingOutputConfig"]["Outputs"]:
        if "S3Output" in output:
            local_path(output["S3Output"]["LocalPath"], root).mkdir(parents=True, exist_ok=True)


def write_training_layout(job: Mapping[str, Any], root: Path) -> None:
    """Write what a training container finds below `/opt/ml/input/config`, and make the folders it writes to."""
    config = root / "input" / "config"
    _write_json(config / "hyperparameters.json", job.get("HyperParameters") or {})
    channels = {
        channel["ChannelName"]: {
            "TrainingInputMode": channel.get("InputMode") or job["AlgorithmSpecification"]["TrainingInputMode"],
            "S3DistributionType": _s3_source(channel).get("S3DataDistributionType", "FullyReplicated"),
            "RecordWrapperType": channel.get("RecordWrapperType", "None"),
            **({"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}),
        }
        for channel in job.get("InputDataConfig") or ()
    }
    _write_json(config / "inputdataconfig.json", channels)
    instance = job["ResourceConfig"].get("InstanceType", "")
    group = {"instance_group_name": "homogeneousCluster", "instance_type": instance, "hosts": [_HOST]}
    resources = {
        "current_host": _HOST,
        "current_instance_type": instance,
        "current_group_name": group["instance_group_name"],
        "hosts": [_HOST],
        "instance_groups": [group],
        "network_interface_name": "lo",
    }
    _write_json(config / "resourceconfig.json", resources)
    for folder in ("model", "output/data", "checkpoints"):
        (root / folder).mkdir(parents=True, exist_ok=True)


def _s3_source(channel: Mapping[str, Any]) -> Mapping[str, Any]:
    source: Mapping[str, Any] = channel["DataSource"].get("S3DataSource") or {}
    return source


def failure_text(root: Path) -> str:
    """What the container says about its failure: training's `output/failure`, else processing's `output/message`."""
    return _first_kilobyte(root / "output" / "failure") or exit_message(root)


def exit_message(root: Path) -> str:
    """DescribeProcessingJob's ExitMessage: at most 1 KB of `output/message`."""
    return _first_kilobyte(root / "output" / "message")


def _first_kilobyte(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(1024).decode("utf-8", "ignore").strip()


def metrics(definitions: Sequence[Mapping[str, str]], output: str) -> dict[str, float]:
    """The last value in a job's output of each metric definition's expression."""
    found: dict[str, float] = {}
    for definition in definitions:
        for match in re.finditer(definition["Regex"], output):
            try:
                found[definition["Name"]] = float(match.group(1))
            except (ValueError, IndexError):
                continue
    return found


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, default=str, sort_keys=True), encoding="utf-8")
