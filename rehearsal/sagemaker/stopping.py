"""What moto's SageMaker lacks of jobs that are begun and stopped: the operations, and the events that tell of them.

A job that runs here ends as a process does; one that nobody runs is stopped at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.responses import EmptyResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.service_model.patches import Patches
from rehearsal.services.sagemaker.runtime_patches import State, now

# Account, region, kind such as TrainingJob, name, status.
Changed = Callable[[str, str, str, str, str], None]
# Account, region, kind and name; whether a process ran that is now told to end.
Interrupt = Callable[[str, str, str, str], bool]


@dataclass(frozen=True)
class _Kind:
    name: str
    method: str
    records: str
    ended: str


_KINDS = (
    _Kind("ProcessingJob", "processing_job", "processing_jobs", "ProcessingEndTime"),
    _Kind("TrainingJob", "training_job", "training_jobs", "TrainingEndTime"),
    _Kind("TransformJob", "transform_job", "transform_jobs", "TransformEndTime"),
    _Kind(
        "HyperParameterTuningJob",
        "hyper_parameter_tuning_job",
        "hyper_parameter_tuning_jobs",
        "HyperParameterTuningEndTime",
    ),
)
# As events call them, and ARNs (EB events-ref-sagemaker).
TITLES = {
    "ProcessingJob": ("Processing Job", "processing-job"),
    "TrainingJob": ("Training Job", "training-job"),
    "TransformJob": ("Transform Job", "transform-job"),
    "HyperParameterTuningJob": ("HyperParameter Tuning Job", "hyper-parameter-tuning-job"),
}


def install(patches: Patches, state: State, changed: Changed, interrupt: Interrupt) -> None:
    """Add what is missing until the patches are undone."""
    for kind in _KINDS:
        patches.wrap(SageMakerResponse, f"create_{kind.method}", _create(kind, state, changed))
        patches.set(SageMakerResponse, f"stop_{kind.method}", _stop(kind, state, changed, interrupt))


def _create(kind: _Kind, state: State, changed: Changed) -> Callable[..., Any]:
    def create(original: Callable[..., Any], this: Any) -> Any:
        answer = original(this)
        place = (this.current_account, this.region, kind.name, this._get_param(f"{kind.name}Name"))
        state.put(*place, {f"{kind.name}Status": "InProgress", kind.ended: None})
        changed(*place, "InProgress")
        return answer

    return create


def _stop(kind: _Kind, state: State, changed: Changed, interrupt: Interrupt) -> Callable[..., Any]:
    def stop(this: Any) -> EmptyResult:
        place = (this.current_account, this.region, kind.name, this._get_param(f"{kind.name}Name"))
        if place[3] not in getattr(this.sagemaker_backend, kind.records):
            raise ValidationError(message=f"Could not find {kind.name} {place[3]}: requested resource not found.")
        status = state.get(*place)[f"{kind.name}Status"]
        if status not in ("InProgress", "Stopping"):
            raise ValidationError(message=f"The request was rejected because the job is in status {status}.")
        running = interrupt(*place)
        after = "Stopping" if running else "Stopped"
        ended = {} if running else {kind.ended: now()}
        state.put(*place, {f"{kind.name}Status": after, **ended})
        changed(*place, after)
        return EmptyResult()

    return stop
