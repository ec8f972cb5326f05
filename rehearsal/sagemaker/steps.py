"""The steps of a pipeline execution: what the Pipelines service asks of SageMaker, and the jobs that follow."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.sagemaker.definition import DefinitionError, Scope
from rehearsal.sagemaker.jobs import Jobs, Outcome

Progress = Callable[[str, str, Mapping[str, Any]], None]
_SECONDS = {"Y": 31_536_000, "M": 2_592_000, "W": 604_800, "D": 86_400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")


class StepFailed(Exception):
    """A step that failed. `fault` is the exception type that retry policies name, None where none fits.

    `by_design` is true for a Fail step: its message is the execution's.
    """

    def __init__(self, reason: str, fault: str | None = None, *, by_design: bool = False) -> None:
        super().__init__(reason)
        self.fault = fault
        self.by_design = by_design


class Cache:
    """Outputs of finished steps by pipeline, step and arguments, with the time when they were made."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[float, Any, str]] = {}

    @staticmethod
    def key(pipeline: str, step: Mapping[str, Any], arguments: Any) -> str:
        """What identifies a step's work."""
        text = json.dumps([pipeline, step["Name"], step["Type"], arguments], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, key: str, config: Mapping[str, Any]) -> tuple[Any, str] | None:
        """Output and source execution of a hit that has not expired."""
        entry = self._entries.get(key)
        if entry is None or time.time() - entry[0] > seconds_of(config.get("ExpireAfter", "P36500D")):
            return None
        return entry[1], entry[2]

    def put(self, key: str, output: Any, execution: str) -> None:
        """Remember a finished step."""
        self._entries[key] = (time.time(), output, execution)


def seconds_of(duration: str) -> float:
    """Seconds of an ISO 8601 duration such as P30D or T12h (SageMaker takes both)."""
    text = duration.upper() if duration.upper().startswith("P") else f"P{duration.upper()}"
    match = _DURATION.match(text)
    if match is None or not any(match.groups()):
        raise DefinitionError(f"ExpireAfter {duration!r} is no ISO 8601 duration such as P30D or PT12H")
    return float(sum(int(n or 0) * s for n, s in zip(match.groups(), _SECONDS.values(), strict=True)))


class Steps:
    """Runs single steps of one execution with the pipeline role's credentials."""

    def __init__(
        self,
        cloud: Cloud,
        jobs: Jobs,
        actor: Actor,
        scope: Scope,
        arn: str,
        cache: Cache,
        sleep: Callable[[float], None],
        stop: threading.Event,
        progress: Progress,
    ) -> None:
        self._jobs, self._actor, self._scope, self._arn = jobs, actor, scope, arn
        self._cache, self._sleep, self._stop, self._progress = cache, sleep, stop, progress
        self._client = cloud.client(actor, "sagemaker")
        self._kinds: dict[str, Callable[[Mapping[str, Any], dict[str, Any]], Any]] = {
            "Processing": self._processing,
            "Training": self._training,
            "RegisterModel": self._register,
        }

    def run(self, step: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Run a step and give the steps that its outcome adds (a condition's branch)."""
        kind, given = step["Type"], step.get("Arguments") or {}
        if kind == "Condition":
            return self._condition(step["Name"], given)
        if kind == "Fail":
            message = str(self._scope.value(given["ErrorMessage"]))
            self._progress(step["Name"], "Executing", {"Metadata": {"Fail": {"ErrorMessage": message}}})
            raise StepFailed(message, by_design=True)
        arguments = self._scope.value(given)
        config = step.get("CacheConfig") or {}
        key = Cache.key(self._arn.split("/")[1], step, arguments)
        hit = self._cache.get(key, config) if config.get("Enabled") else None
        if hit:
            self._scope.steps[step["Name"]] = hit[0]
            source = {"CacheHitResult": {"SourcePipelineExecutionArn": hit[1]}}
            self._progress(step["Name"], "Executing", source)
        else:
            self._scope.steps[step["Name"]] = self._with_retries(step, arguments)
            if config.get("Enabled"):
                self._cache.put(key, self._scope.steps[step["Name"]], self._arn)
        self._property_files(step)
        return ()

    def _condition(self, name: str, given: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        # All must hold: conditions of a step are joined by AND.
        outcome = all(self._scope.holds(condition) for condition in given["Conditions"])
        metadata = {"Metadata": {"Condition": {"Outcome": "True" if outcome else "False"}}}
        self._progress(name, "Executing", metadata)
        self._scope.steps[name] = {"Outcome": "True" if outcome else "False"}
        branch: Sequence[Mapping[str, Any]] = given.get("IfSteps" if outcome else "ElseSteps") or ()
        return branch

    def _property_files(self, step: Mapping[str, Any]) -> None:
        described = self._scope.steps[step["Name"]]
        outputs = (described.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
        places = {output["OutputName"]: output["S3Output"]["S3Uri"] for output in outputs}
        for entry in step.get("PropertyFiles") or ():
            if entry["OutputName"] not in places:
                raise DefinitionError(
                    f"property file {entry['PropertyFileName']} names output {entry['OutputName']}; "
                    f"step {step['Name']} has {', '.join(places) or 'none'}"
                )
            address = f"{places[entry['OutputName']].rstrip('/')}/{entry['FilePath']}"
            self._scope.property_files.setdefault(step["Name"], {})[entry["PropertyFileName"]] = address

    # ---- attempts

    def _with_retries(self, step: Mapping[str, Any], arguments: dict[str, Any]) -> Any:
        attempts: dict[int, int] = {}
        while True:
            try:
                return self._attempt(step, arguments)
            except StepFailed as error:
                policies = list(enumerate(step.get("RetryPolicies") or ()))
                match = next(((i, p) for i, p in policies if error.fault in p["ExceptionType"]), None)
                if match is None or self._stop.is_set():
                    raise
                index, policy = match
                attempts[index] = attempts.get(index, 0) + 1
                if attempts[index] > policy.get("MaxAttempts", 5):
                    raise
                self._progress(step["Name"], "Executing", {"AttemptCount": 1 + sum(attempts.values())})
                self._sleep(policy.get("IntervalSeconds", 1) * policy.get("BackoffRate", 2.0) ** (attempts[index] - 1))

    def _attempt(self, step: Mapping[str, Any], arguments: dict[str, Any]) -> Any:
        try:
            return self._kinds[step["Type"]](step, arguments)
        except ParamValidationError as error:
            raise StepFailed(f"ClientError: {' '.join(str(error).split())}") from None
        except ClientError as error:
            raise StepFailed(f"ClientError: {logs.refused(error)}", _fault(error)) from None

    def _named(self, step: Mapping[str, Any]) -> str:
        execution = self._arn.rpartition("/")[2]
        return f"pipelines-{execution}-{step['Name'][:20]}-{uuid.uuid4().hex[:10]}"[:63]

    def _tagged(self, step: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[dict[str, str]]:
        own = {"sagemaker:pipeline-execution-arn": self._arn, "sagemaker:pipeline-step-name": step["Name"]}
        return [*(arguments.get("Tags") or []), *({"Key": k, "Value": v} for k, v in own.items())]

    def _processing(self, step: Mapping[str, Any], arguments: dict[str, Any]) -> Any:
        name = self._named(step)
        arguments = {**arguments, "ProcessingJobName": name}
        arn = self._create(step, "processing_job", "ProcessingJob", arguments)
        outcome = self._jobs.run_processing(self._actor.account, name, region=self._actor.region, stop=self._stop)
        described = self._client.describe_processing_job(ProcessingJobName=name)
        self._judge(outcome, arn)
        return described

    def _training(self, step: Mapping[str, Any], arguments: dict[str, Any]) -> Any:
        name = self._named(step)
        arguments = {**arguments, "TrainingJobName": name}
        arn = self._create(step, "training_job", "TrainingJob", arguments)
        outcome = self._jobs.run_training(self._actor.account, name, region=self._actor.region, stop=self._stop)
        described = self._client.describe_training_job(TrainingJobName=name)
        self._judge(outcome, arn)
        return described

    def _register(self, step: Mapping[str, Any], arguments: dict[str, Any]) -> Any:
        arn = self._create(step, "model_package", "RegisterModel", arguments)
        return self._client.describe_model_package(ModelPackageName=arn)

    def _create(self, step: Mapping[str, Any], operation: str, kind: str, arguments: Mapping[str, Any]) -> str:
        answer = getattr(self._client, f"create_{operation}")(
            **{key: value for key, value in arguments.items() if key != "Tags"}
        )
        arn = str(next(value for key, value in answer.items() if key.endswith("Arn")))
        self._client.add_tags(ResourceArn=arn, Tags=self._tagged(step, arguments))
        self._progress(step["Name"], "Executing", {"Metadata": {kind: {"Arn": arn}}})
        return arn

    def _judge(self, outcome: Outcome, arn: str) -> None:
        if outcome.status == "Completed":
            return
        fault = None
        for start, named in (("InternalServerError", "JOB_INTERNAL_ERROR"), ("CapacityError", "CAPACITY_ERROR")):
            if outcome.reason.startswith(start):
                fault = f"SageMaker.{named}"
        raise StepFailed(outcome.reason or f"the job {arn.rpartition('/')[2]} was stopped", fault)


def _fault(error: ClientError) -> str | None:
    code = error.response.get("Error", {}).get("Code", "")
    if "Throttl" in code:
        return "Step.THROTTLING"
    if code == "ResourceLimitExceeded":
        return "SageMaker.RESOURCE_LIMIT"
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return "Step.SERVICE_FAULT"
    return None
