"""Runs single steps of a pipeline execution: caching, retries, property files. Its type does the step's own work."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import isodate
from botocore.exceptions import ClientError, ParamValidationError

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.sagemaker.expressions import DefinitionError, PipelineExpressions
from rehearsal.sagemaker.jobs import JobRunner
from rehearsal.sagemaker.step_types import Properties, Step, StepContext, StepFailed, StepResult, StepType
from rehearsal.sagemaker.steps import STEP_TYPES

# Step name, status, members that ListPipelineExecutionSteps shows.
OnProgress = Callable[[str, str, Mapping[str, Any]], None]
_DAY = 86_400
_DURATION_CHARACTERS = frozenset("PYMWDTHS0123456789")


class StepCache:
    """Properties of finished steps by pipeline, step and arguments, with the time when they were made."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[float, Properties, str]] = {}

    @staticmethod
    def key(pipeline: str, step: Step, arguments: Any) -> str:
        """What identifies a step's work."""
        text = json.dumps([pipeline, step["Name"], step["Type"], arguments], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, key: str, config: Mapping[str, Any]) -> tuple[Properties, str] | None:
        """Properties and source execution of a hit that has not expired."""
        entry = self._entries.get(key)
        if entry is None or time.time() - entry[0] > seconds_of(config.get("ExpireAfter", "P36500D")):
            return None
        return entry[1], entry[2]

    def put(self, key: str, properties: Properties, execution: str) -> None:
        """Keep the properties of a finished step."""
        self._entries[key] = (time.time(), properties, execution)


def seconds_of(duration: str) -> float:
    """Seconds of an ISO 8601 duration of whole numbers such as P30D or T12h (SageMaker takes both).

    A year counts as 365 days, a month as 30. Raises DefinitionError for anything else.
    """
    text = duration.upper() if duration.upper().startswith("P") else f"P{duration.upper()}"
    try:
        # isodate also takes signs, fractions and the alternative format of dates.
        if not set(text) <= _DURATION_CHARACTERS or text[-1].isdigit() or not any(map(str.isdigit, text)):
            raise ValueError(text)
        parsed = isodate.parse_duration(text, as_timedelta_if_possible=False)
    except (ValueError, OverflowError):
        raise DefinitionError(f"ExpireAfter {duration!r} is no ISO 8601 duration such as P30D or PT12H") from None
    return float(parsed.years) * 365 * _DAY + float(parsed.months) * 30 * _DAY + float(parsed.tdelta.total_seconds())


class StepRunner:
    """Runs steps of one execution with the pipeline role's credentials. `sleep` waits between attempts."""

    def __init__(
        self,
        cloud: Cloud,
        jobs: JobRunner,
        actor: Actor,
        expressions: PipelineExpressions,
        arn: str,
        cache: StepCache,
        sleep: Callable[[float], None],
        stop: threading.Event,
        progress: OnProgress,
    ) -> None:
        self._cloud, self._jobs, self._actor, self._expressions, self._arn = cloud, jobs, actor, expressions, arn
        self._cache, self._sleep, self._stop, self._progress = cache, sleep, stop, progress
        self._client = cloud.client(actor, "sagemaker")

    def run(self, step: Step) -> Sequence[Step]:
        """Run a step and give the steps that it adds (a condition's branch). Raises StepFailed."""
        step_type, arguments = STEP_TYPES[step["Type"]], step.get("Arguments") or {}
        if step_type.calls_api:
            result = self._cached(step_type, step, self._expressions.value(arguments))
        else:
            result = step_type.run(self._context(step, arguments))
        self._expressions.steps[step["Name"]] = result.properties
        self._locate_property_files(step, step_type.outputs(result.properties))
        return result.next_steps

    def _context(self, step: Step, arguments: Mapping[str, Any]) -> StepContext:
        return StepContext(
            step=step,
            arguments=arguments,
            cloud=self._cloud,
            actor=self._actor,
            client=self._client,
            jobs=self._jobs,
            expressions=self._expressions,
            execution_arn=self._arn,
            stop=self._stop,
            report=lambda members: self._progress(step["Name"], "Executing", members),
        )

    def _cached(self, step_type: StepType, step: Step, arguments: Mapping[str, Any]) -> StepResult:
        config = step.get("CacheConfig") or {}
        key = StepCache.key(self._arn.split("/")[1], step, arguments)
        hit = self._cache.get(key, config) if config.get("Enabled") else None
        if hit:
            properties, source = hit
            self._progress(step["Name"], "Executing", {"CacheHitResult": {"SourcePipelineExecutionArn": source}})
            return StepResult(properties)
        result = self._with_retries(step_type, step, arguments)
        if config.get("Enabled"):
            self._cache.put(key, result.properties, self._arn)
        return result

    def _locate_property_files(self, step: Step, outputs: Mapping[str, str]) -> None:
        for entry in step.get("PropertyFiles") or ():
            if entry["OutputName"] not in outputs:
                raise DefinitionError(
                    f"property file {entry['PropertyFileName']} names output {entry['OutputName']}; "
                    f"step {step['Name']} has {', '.join(outputs) or 'none'}"
                )
            address = f"{outputs[entry['OutputName']].rstrip('/')}/{entry['FilePath']}"
            self._expressions.property_files.setdefault(step["Name"], {})[entry["PropertyFileName"]] = address

    # ---- attempts

    def _with_retries(self, step_type: StepType, step: Step, arguments: Mapping[str, Any]) -> StepResult:
        attempts: dict[int, int] = {}
        while True:
            try:
                return self._attempt(step_type, step, arguments)
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

    def _attempt(self, step_type: StepType, step: Step, arguments: Mapping[str, Any]) -> StepResult:
        try:
            return step_type.run(self._context(step, arguments))
        except ParamValidationError as error:
            raise StepFailed(f"ClientError: {' '.join(str(error).split())}") from None
        except ClientError as error:
            raise StepFailed(f"ClientError: {logs.refused(error)}", _fault(error)) from None


def _fault(error: ClientError) -> str | None:
    """The exception type of retry policies that an API error is (SageMaker Developer Guide, "Retry Policy for Pipeline
    Steps")."""
    code = error.response.get("Error", {}).get("Code", "")
    if "Throttl" in code:
        return "Step.THROTTLING"
    if code == "ResourceLimitExceeded":
        return "SageMaker.RESOURCE_LIMIT"
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return "Step.SERVICE_FAULT"
    return None
