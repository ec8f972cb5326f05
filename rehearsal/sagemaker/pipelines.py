"""SageMaker pipelines, run from the definition that was uploaded.

The Pipelines service calls SageMaker and S3 with the pipeline's role, from outside any VPC
(SageMaker Developer Guide, "IAM Access Management" of Pipelines).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.sagemaker.models import sagemaker_backends

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.sagemaker import storage
from rehearsal.sagemaker.definition import check, in_order, parameters
from rehearsal.sagemaker.expressions import DefinitionError, PipelineExpressions
from rehearsal.sagemaker.jobs import JobRunner
from rehearsal.sagemaker.step_runner import StepCache, StepRunner
from rehearsal.sagemaker.step_types import Step, StepFailed
from rehearsal.services.sagemaker.runtime_patches import execution_of, now

OnStep = Callable[[str, str, str], None]


class SageMakerPipelineRunner:
    """Runs executions of SageMaker pipelines; several may run at once.

    `on_event` gets account, region and each EventBridge event. `sleep` is what waits between attempts.
    """

    def __init__(
        self,
        cloud: Cloud,
        jobs: JobRunner,
        on_event: Callable[[str, str, dict[str, Any]], None] = lambda *_: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._cloud, self._jobs, self._on_event, self._sleep = cloud, jobs, on_event, sleep
        self._cache = StepCache()
        self._stops: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}

    def start(self, account: str, region: str, arn: str, on_step: OnStep = lambda *_: None) -> None:
        """Run an execution in the background."""
        self._stops[arn] = threading.Event()
        thread = threading.Thread(
            target=self.run, args=(account, arn, on_step, region), name=arn.rpartition("/")[2], daemon=True
        )
        self._threads[arn] = thread
        thread.start()

    def stop(self, arn: str) -> None:
        """Stop an execution and the job that it runs."""
        if arn in self._stops:
            self._stops[arn].set()

    def wait(self, arn: str, seconds: float | None = None) -> bool:
        """Wait for the end of a background execution; False if it has not ended in time."""
        thread = self._threads.get(arn)
        if thread:
            thread.join(seconds)
        return not (thread and thread.is_alive())

    def close(self) -> None:
        """Stop all executions and wait for them."""
        for stop in self._stops.values():
            stop.set()
        for arn in self._threads:
            self.wait(arn, 30)

    def run(self, account: str, arn: str, on_step: OnStep = lambda *_: None, region: str | None = None) -> str:
        """Run an execution to its end and give its status: Succeeded, Failed or Stopped.

        `on_step` gets step name, status and detail as they change. A step's error is the execution's failure
        reason, not an exception.
        """
        region = region or self._cloud.region
        execution = execution_of(account, region, arn)
        execution.pipeline_execution_status = "Executing"
        execution.steps = {}
        self._announce(account, region, arn, execution)
        stop = self._stops.setdefault(arn, threading.Event())
        try:
            run = _Execution(self, account, region, arn, execution, on_step, stop)
            run.run_steps(run.definition["Steps"])
            status, reason = ("Stopped", None) if stop.is_set() else ("Succeeded", None)
        except StepFailed as error:
            status, reason = "Failed", str(error)
        except (DefinitionError, NotTrusted) as error:
            status, reason = "Failed", f"ClientError: {error}"
        except Exception as error:  # a caller who polls must see an end
            status, reason = "Failed", f"InternalServerError: {type(error).__name__}: {error}"
        if stop.is_set():
            status = "Stopped"
        execution.pipeline_execution_failure_reason = reason[:1300] if reason else None
        execution.last_modified_time = now()
        execution.pipeline_execution_status = status
        self._announce(account, region, arn, execution)
        return status

    def _announce(self, account: str, region: str, arn: str, execution: Any) -> None:
        pipeline = arn.split("/execution/", maxsplit=1)[0]
        detail = {
            "pipelineArn": pipeline,
            "pipelineExecutionArn": arn,
            "currentPipelineExecutionStatus": execution.pipeline_execution_status,
        }
        name = "SageMaker Model Building Pipeline Execution Status Change"
        self._on_event(account, region, event(account, region, name, [pipeline, arn], detail))


class _Execution:
    """One execution while it runs."""

    def __init__(
        self,
        runner: SageMakerPipelineRunner,
        account: str,
        region: str,
        arn: str,
        execution: Any,
        on_step: OnStep,
        stop: threading.Event,
    ) -> None:
        self.on_step, self.stop, self.record = on_step, stop, execution
        self.definition = _definition(execution.pipeline_definition_for_execution)
        name = arn.split("/")[1]
        role = sagemaker_backends[account][region].pipelines[name].role_arn
        execution_id = arn.rpartition("/")[2]
        actor = runner._cloud.service_assume(
            role,
            service="sagemaker.amazonaws.com",
            session=f"pipelines-{execution_id}",
            region=region,
            source=arn.partition("/execution/")[0],
        )
        expressions = PipelineExpressions(
            parameters=parameters(self.definition, execution.pipeline_parameters or []),
            execution=_variables(arn, name, execution_id, execution.start_time),
            read_json=lambda address: _read_json(runner._cloud, actor, address),
        )
        self._steps = StepRunner(
            runner._cloud, runner._jobs, actor, expressions, arn, runner._cache, runner._sleep, stop, self._progress
        )

    def run_steps(self, steps: Sequence[Step]) -> None:
        """Run steps in the order of their dependencies, and those of a condition's branch after it."""
        for step in in_order(steps):
            if self.stop.is_set():
                return
            self._started(step)
            try:
                branch = self._steps.run(step)
            except (StepFailed, DefinitionError, NotTrusted) as error:
                ended = "Stopped" if self.stop.is_set() else "Failed"
                self._progress(step["Name"], ended, {"FailureReason": str(error)[:1024], "EndTime": now()})
                if isinstance(error, StepFailed) and error.by_design:
                    raise
                raise StepFailed(f"Step {step['Name']} failed: {error}") from error
            self._progress(step["Name"], "Succeeded", {"EndTime": now()})
            self.run_steps(branch)

    def _started(self, step: Step) -> None:
        about = {"StepName": step["Name"], "StartTime": now(), "AttemptCount": 1}
        about |= {f"Step{k}": step[k] for k in ("DisplayName", "Description") if step.get(k)}
        self.record.steps[step["Name"]] = about
        self._progress(step["Name"], "Executing", {})

    def _progress(self, name: str, status: str, members: Mapping[str, Any]) -> None:
        entry = {**self.record.steps[name], **members}
        changed = entry.get("StepStatus") != status
        entry["StepStatus"] = status
        self.record.steps[name] = entry
        if changed:
            self.on_step(name, status, str(entry.get("FailureReason", "")))


def _definition(text: str) -> dict[str, Any]:
    try:
        definition: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise DefinitionError(f"the pipeline definition is not JSON: {error}") from None
    check(definition)
    return definition


def _variables(arn: str, name: str, execution_id: str, started: datetime) -> dict[str, str]:
    """Values of `Execution.…`. Times are UTC, as ISO 8601."""
    stamp = "%Y-%m-%dT%H:%M:%S.000Z"
    return {
        "PipelineName": name,
        "PipelineArn": arn.split("/execution/", maxsplit=1)[0],
        "PipelineExecutionId": execution_id,
        "PipelineExecutionArn": arn,
        "StartDateTime": started.strftime(stamp),
        "CurrentDateTime": datetime.now(UTC).strftime(stamp),
    }


def _read_json(cloud: Cloud, actor: Actor, address: str) -> Any:
    bucket, key = storage.bucket_and_key(address)
    content = cloud.client(actor, "s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        return json.loads(content)
    except ValueError as error:
        raise DefinitionError(f"{address} is not JSON: {error}") from None


def event(
    account: str, region: str, detail_type: str, resources: list[str], detail: Mapping[str, Any]
) -> dict[str, Any]:
    """An EventBridge event of SageMaker."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": "aws.sagemaker",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": resources,
        "detail": dict(detail),
    }
