"""Calls one endpoint as its users do, and compares."""

import math
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy import capture, checks
from deploy.accounts import EndpointLocation, TestClients
from deploy.holdout import Holdout
from deploy.metrics import Answer
from deploy.render import Release
from deploy.report import AccountReport, CheckResult, failed, skipped
from deploy.stages import StageSettings
from deploy.wire import CSV, JSON, JSON_LINES, Row, batches, decode, encode

_MOST_REQUESTS = 1000
# How often a test may miss its own captured requests although capture works.
_MISS = 1e-4


@dataclass(frozen=True)
class TestScope:
    """How much is called."""

    content_types: tuple[str, ...]
    rows: int | None  # None: all held-out rows
    timed_requests: int
    metric: bool  # a few rows give no metric


# The p99 of fewer than 100 requests is the slowest one: a single pause of a machine would fail a release.
TIMED = 100
FULL = TestScope((CSV, JSON, JSON_LINES), None, TIMED, metric=True)
LIGHT = TestScope((CSV,), 100, TIMED, metric=False)


@dataclass
class EndpointTest:
    """One endpoint's test: `call` first, later `await_capture`, so that several endpoints wait together."""

    deployment: Release
    settings: StageSettings
    target: EndpointLocation
    clients: TestClients
    holdout: Holdout
    plan: TestScope
    # The variant that is asked by name, and its package; empty: the endpoint's only one, the release's.
    variant: str = ""
    package_arn: str = ""
    results: list[CheckResult] = field(default_factory=list)
    _run: str = field(default_factory=lambda: uuid.uuid4().hex[:16])
    _requests: int = 0
    _answered: dict[str, bytes] = field(default_factory=dict)  # inference id -> answer
    _capture_location: capture.CaptureLocation | None = None
    _config: Mapping[str, Any] = field(default_factory=dict)  # the endpoint's, as SageMaker describes it

    def call(self) -> None:
        """All checks but that of captured data."""
        if not self._record(checks.IN_SERVICE, self._describe):
            return  # nothing answers
        self._record(checks.PACKAGE, self._package)
        answers = self._answers()
        if self.plan.metric and answers is not None:
            problem, gate = self.deployment.problem, self.deployment.gate
            self.results.append(checks.check_metric(gate, problem, self.holdout, answers))
        self._record(checks.ERROR_SHAPE, self._error_shape)
        self._record(checks.LATENCY, self._latency)

    def await_capture(self, deadline: float) -> None:
        """Looks for this test's requests among captured data until `deadline` (`time.monotonic`)."""
        if not self._requests:
            return  # an earlier check has failed and says why
        if self.settings.capture_percentage == 0:
            self.results.append(skipped(capture.NAME, "capturePercentage is 0"))
        elif self._capture_location is None:
            self.results.append(
                failed(capture.NAME, "no destination is known: the endpoint captures nothing")
            )
        elif not self._answered:
            self.results.append(failed(capture.NAME, "no request was answered, so none can be captured"))
        else:
            s3, capture_location, answered = self.clients.s3, self._capture_location, self._answered
            self._record(
                capture.NAME, lambda: capture.await_capture(s3, capture_location, answered, deadline)
            )

    def report(self) -> AccountReport:
        """What was found."""
        return AccountReport(
            self.target.account, self.target.region, self.target.endpoint, self.results, self.variant
        )

    def _record(self, name: str, check: Callable[[], CheckResult]) -> bool:
        """Adds the check's result; what AWS refuses is a failed check, not the end of the test."""
        try:
            result = check()
        except (ClientError, BotoCoreError) as error:
            result = failed(name, reason(error))
        self.results.append(result)
        return result.status != "failed"

    def _describe(self) -> CheckResult:
        return checks.check_status(
            self.clients.sagemaker.describe_endpoint(EndpointName=self.target.endpoint)
        )

    def _package(self) -> CheckResult:
        return checks.check_package(self._models(), self.package_arn or self.deployment.package_arn)

    def _models(self) -> dict[str, Any]:
        """Each variant's model, as SageMaker describes it; where captures go is taken up on the way."""
        sagemaker = self.clients.sagemaker
        name = sagemaker.describe_endpoint(EndpointName=self.target.endpoint)["EndpointConfigName"]
        config = sagemaker.describe_endpoint_config(EndpointConfigName=name)
        self._config = config
        every = [*config["ProductionVariants"], *config.get("ShadowProductionVariants", ())]
        variants = {v["VariantName"]: v["ModelName"] for v in every if self.variant in ("", v["VariantName"])}
        data_capture = config.get("DataCaptureConfig", {})
        if data_capture.get("EnableCapture"):
            destination, now = data_capture["DestinationS3Uri"], datetime.now(UTC)
            self._capture_location = capture.capture_location(
                destination, self.target.endpoint, list(variants), now
            )
        return {v: sagemaker.describe_model(ModelName=model) for v, model in variants.items()}

    def _answers(self) -> list[Answer] | None:
        """Checks each content type; returns the answers to CSV if all could be read."""
        found: list[Answer] | None = None
        for content_type in self.plan.content_types:
            name = f"answers {content_type}"
            try:
                answers = self._predict(content_type)
            except (ClientError, BotoCoreError) as error:
                self.results.append(failed(name, reason(error)))
            except ValueError as error:
                self.results.append(failed(name, f"the answer cannot be read: {error}"))
            else:
                self.results.append(checks.check_answers(content_type, answers, self.holdout.expected))
                found = answers if len(answers) == len(self.holdout.rows) and found is None else found
        return found

    def _predict(self, content_type: str) -> list[Answer]:
        answers: list[Answer] = []
        for rows in batches(self.holdout.rows):
            answers += decode(self._invoke(encode(rows, content_type), content_type), content_type)
        return answers

    def _invoke(self, body: bytes, content_type: str) -> bytes:
        self._requests += 1
        inference_id = f"{self._run}-{self._requests}"
        answer = self.clients.runtime.invoke_endpoint(
            EndpointName=self.target.endpoint,
            ContentType=content_type,
            Accept=content_type,
            InferenceId=inference_id,
            Body=body,
            **self._target(),
        )
        data: bytes = answer["Body"].read()
        self._answered[inference_id] = data
        return data

    def _target(self) -> dict[str, str]:
        """What names the variant that is asked, where there are several."""
        return {"TargetVariant": self.variant} if self.variant else {}

    def _error_shape(self) -> CheckResult:
        row: Row = ("not-a-number", *self.holdout.rows[0][1:])
        try:
            self._invoke(encode([row], CSV), CSV)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ModelError":
                raise
            status, message = error.response["OriginalStatusCode"], error.response["OriginalMessage"]
            return checks.check_error(int(status), message)
        return checks.check_error(None, "")

    def _latency(self) -> CheckResult:
        rows: Sequence[Row] = self.holdout.rows
        times = []
        for number in range(self._timed_requests()):
            body = encode([rows[number % len(rows)]], CSV)
            start = time.perf_counter()
            self._invoke(body, CSV)
            times.append((time.perf_counter() - start) * 1000)
        return checks.check_latency(times, self.settings.latency_limit_ms)

    def _timed_requests(self) -> int:
        """Enough that sampled capture sees one of them but for a chance of `_MISS`."""
        return max(self.plan.timed_requests, requests_to_see(self.settings.capture_percentage / 100))


def requests_to_see(share: float) -> int:
    """How many requests it takes until one of them is among a sampled share, but for a chance of `_MISS`."""
    needed = math.ceil(math.log(_MISS) / math.log(1 - share)) if 0 < share < 1 else 1
    return min(needed, _MOST_REQUESTS)


def reason(error: Exception) -> str:
    """One line of what AWS said."""
    if isinstance(error, ClientError):
        detail = error.response["Error"]
        text = f"{error.operation_name}: {detail.get('Code', '')}: {detail.get('Message', '')}"
    else:
        text = str(error)
    return " ".join(text.split())
