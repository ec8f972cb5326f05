"""Jobs of moto's SageMaker, with what it lacks: a state in progress, Stop operations, events of state changes.

A job that runs here ends as a process does; one that nobody runs is stopped at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore import xform_name
from moto.core.responses import EmptyResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.service_model.patches import Patches
from rehearsal.services.sagemaker.runtime_patches import State, now

# Account, region, type such as TrainingJob, name, status.
OnJobChange = Callable[[str, str, str, str, str], None]
# Account, region, type and name; whether a process ran that is now told to end.
Interrupt = Callable[[str, str, str, str], bool]

# The job types that moto records, and what their events call them (SageMaker Developer Guide, "Amazon SageMaker AI
# events": "SageMaker Training Job State Change").
EVENT_TITLES = {
    "ProcessingJob": "Processing Job",
    "TrainingJob": "Training Job",
    "TransformJob": "Transform Job",
    "HyperParameterTuningJob": "HyperParameter Tuning Job",
}


def install(patches: Patches, state: State, changed: OnJobChange, interrupt: Interrupt) -> None:
    """Add what is missing until the patches are undone."""
    for job_type in EVENT_TITLES:
        operation = xform_name(job_type)
        patches.wrap(SageMakerResponse, f"create_{operation}", _create(job_type, state, changed))
        patches.set(SageMakerResponse, f"stop_{operation}", _stop(job_type, state, changed, interrupt))


def _ended(job_type: str) -> str:
    """The member with the time of a job's end."""
    return f"{job_type.removesuffix('Job')}EndTime"


def _create(job_type: str, state: State, changed: OnJobChange) -> Callable[..., Any]:
    def create(original: Callable[..., Any], instance: Any) -> Any:
        answer = original(instance)
        key = (instance.current_account, instance.region, job_type, instance._get_param(f"{job_type}Name"))
        state.put(*key, {f"{job_type}Status": "InProgress", _ended(job_type): None})
        changed(*key, "InProgress")
        return answer

    return create


def _stop(job_type: str, state: State, changed: OnJobChange, interrupt: Interrupt) -> Callable[..., Any]:
    records = f"{xform_name(job_type)}s"

    def stop(instance: Any) -> EmptyResult:
        key = (instance.current_account, instance.region, job_type, instance._get_param(f"{job_type}Name"))
        if key[3] not in getattr(instance.sagemaker_backend, records):
            raise ValidationError(message=f"Could not find {job_type} {key[3]}: requested resource not found.")
        status = state.get(*key)[f"{job_type}Status"]
        if status not in ("InProgress", "Stopping"):
            raise ValidationError(message=f"The request was rejected because the job is in status {status}.")
        running = interrupt(*key)
        after = "Stopping" if running else "Stopped"
        state.put(*key, {f"{job_type}Status": after, **({} if running else {_ended(job_type): now()})})
        changed(*key, after)
        return EmptyResult()

    return stop
