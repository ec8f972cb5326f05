"""Tests an asynchronous endpoint: requests and answers are objects."""

import time
from dataclasses import dataclass

from botocore.exceptions import ClientError

from deploy import checks
from deploy.endpoint import EndpointTest
from deploy.metrics import Answer
from deploy.report import CheckResult, failed, passed, skipped
from deploy.wire import CSV, Row, batches, decode, encode

# An endpoint at rest has no instance: one is started first, which takes minutes.
_SECONDS = 1800.0
_PAUSE = 0.5
_MISSING = ("NoSuchKey", "404", "AccessDenied")


@dataclass
class AsynchronousTest(EndpointTest):
    """The endpoint's own checks, of answers that are waited for; nobody waits for its latency."""

    seconds: float = _SECONDS
    _folder: tuple[str, str] = ("", "")  # bucket and prefix of what is written for it

    def call(self) -> None:
        """All checks."""
        if not self._record(checks.IN_SERVICE, self._describe):
            return  # nothing answers
        if not self._record(checks.PACKAGE, self._package):
            return
        self._record(f"answers {CSV}", self._asked)
        self._record(checks.ERROR_SHAPE, self._failure)

    def await_capture(self, deadline: float) -> None:
        """Nothing is captured: requests and answers are objects already."""
        del deadline
        self.results.append(skipped("data capture", "requests and answers are objects already"))

    def _package(self) -> CheckResult:
        models = self._models()
        output = self._config["AsyncInferenceConfig"]["OutputConfig"]["S3OutputPath"]
        bucket, _, prefix = output.removeprefix("s3://").partition("/")
        self._folder = (bucket, f"{prefix.rpartition('/')[0]}/requests/{self._run}")
        return checks.check_package(models, self.package_arn or self.deployment.package_arn)

    def _asked(self) -> CheckResult:
        answers: list[Answer] = []
        for rows in batches(self.holdout.rows):
            output, failure = self._send(encode(rows, CSV))
            found = self._await(output, failure)
            if found is None:
                return failed(
                    f"answers {CSV}", f"neither {output} nor {failure} came within {self.seconds:.0f} s"
                )
            place, body = found
            if place != output:
                return failed(f"answers {CSV}", f"{failure}: {body[:200].decode('utf-8', 'replace')}")
            answers += decode(body, CSV)
        if self.plan.metric and len(answers) == len(self.holdout.rows):
            problem, gate = self.deployment.problem, self.deployment.gate
            self.results.append(checks.check_metric(gate, problem, self.holdout, answers))
        return checks.check_answers(CSV, answers, self.holdout.expected)

    def _failure(self) -> CheckResult:
        """A malformed row becomes a failure, and no answer."""
        row: Row = ("not-a-number", *self.holdout.rows[0][1:])
        output, failure = self._send(encode([row], CSV))
        found = self._await(output, failure)
        if found is None or found[0] != failure:
            return failed(checks.ERROR_SHAPE, f"a malformed row left nothing at {failure}")
        return passed(checks.ERROR_SHAPE, f"a malformed row is told at {failure}")

    def _send(self, body: bytes) -> tuple[str, str]:
        """Write a request; gives where its answer and its failure will be."""
        self._requests += 1
        bucket, prefix = self._folder
        key = f"{prefix}/{self._requests}.csv"
        self.clients.s3.put_object(Bucket=bucket, Key=key, Body=body)
        answer = self.clients.runtime.invoke_endpoint_async(
            EndpointName=self.target.endpoint,
            ContentType=CSV,
            Accept=CSV,
            InferenceId=f"{self._run}-{self._requests}",
            InputLocation=f"s3://{bucket}/{key}",
        )
        return answer["OutputLocation"], answer.get("FailureLocation", "")

    def _await(self, *places: str) -> tuple[str, bytes] | None:
        """The first of the objects that is there, and its content."""
        deadline = time.monotonic() + self.seconds
        while True:
            for place in filter(None, places):
                bucket, _, key = place.removeprefix("s3://").partition("/")
                try:
                    return place, self.clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
                except ClientError as error:
                    if error.response["Error"]["Code"] not in _MISSING:
                        raise
            if time.monotonic() > deadline:
                return None
            time.sleep(_PAUSE)
