"""What people and services do with the platform before it is destroyed, beyond one model's journey."""

from __future__ import annotations

from rehearsal.codesuite.execution import PipelineExecution
from rehearsal.journey.journey import Journey
from rehearsal.journey.steps import JourneyFailed
from rehearsal.report import RehearsalReport
from rehearsal.runtime import Runtime

SPACE, APP = "notebooks", "default"


def open_studio(journey: Journey) -> str:
    """A scientist makes a private space, starts JupyterLab in it, and shares a file that is deleted again."""
    scientist = journey.people.scientist()
    client = journey.cloud.client(scientist, "sagemaker")
    domain = journey.data_science["studioDomainId"]
    client.create_space(
        DomainId=domain,
        SpaceName=SPACE,
        OwnershipSettings={"OwnerUserProfileName": scientist.source_identity},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={"AppType": "JupyterLab"},
    )
    client.create_app(DomainId=domain, SpaceName=SPACE, AppType="JupyterLab", AppName=APP)
    s3, bucket = journey.cloud.client(scientist, "s3"), journey.data_science["dataBucket"]
    for text in (b"first", b"second"):
        s3.put_object(Bucket=bucket, Key="shared/notes.txt", Body=text)
    s3.delete_object(Bucket=bucket, Key="shared/notes.txt")
    return f"{scientist.source_identity} works in space {SPACE}; the data bucket keeps what was written over"


def train_again(journey: Journey, runtime: Runtime) -> None:
    """The team hands over its data and code; another model is trained, registered and approved."""
    runtime.on_approval = journey.request_approval
    journey.approval_requested.clear()
    builds = _executions(journey, "buildPipeline")
    journey.hand_over_data()
    journey.hand_over_code()
    _started(journey, "buildPipeline", builds)
    journey.build()
    journey.find_registered()
    _approve(journey)


def approve_again(journey: Journey) -> None:
    """An approver takes the model's approval back and gives it again, which starts the deploy pipeline."""
    journey.set_aside()
    _approve(journey)


def _approve(journey: Journey) -> None:
    deployments = _executions(journey, "deployPipeline")
    journey.approve()
    _started(journey, "deployPipeline", deployments)


def replace_model(journey: Journey, runtime: Runtime, report: RehearsalReport) -> str:
    """The team trains on new data; the second model takes the first one's place in production."""
    train_again(journey, runtime)
    journey.stage()
    if journey.has("production"):
        journey.release()
        journey.predict(report)
    return f"version {journey.package['ModelPackageVersion']} serves in its stead"


def _executions(journey: Journey, pipeline: str) -> int:
    return len(_all(journey, pipeline))


def _all(journey: Journey, pipeline: str) -> list[PipelineExecution]:
    return journey.suite.pipelines.executions(journey.account, journey.region, journey.outputs[pipeline])


def _started(journey: Journey, pipeline: str, before: int) -> None:
    journey.wait(lambda: _executions(journey, pipeline) > before, f"{pipeline} to start again", seconds=30)
    if _executions(journey, pipeline) > before + 1:
        raise JourneyFailed(f"{pipeline} was started {_executions(journey, pipeline) - before} times by one event")
