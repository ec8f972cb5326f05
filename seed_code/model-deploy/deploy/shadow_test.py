"""Tests an endpoint with a shadow: the first model answers, the shadow's answers are captured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy import capture, checks
from deploy.endpoint import EndpointTest, reason, requests_to_see
from deploy.holdout import Holdout
from deploy.metrics import Answer
from deploy.report import CheckResult, failed, passed
from deploy.serving import CHALLENGER, PRIMARY
from deploy.wire import CSV, batches, decode, encode

NAME = "shadow answers"


@dataclass
class ShadowTest(EndpointTest):
    """The endpoint's own test; the shadow's package, and its captured answers to its own held-out rows."""

    shadow_arn: str = ""
    shadow_holdout: Holdout | None = None
    _shadow_location: capture.CaptureLocation | None = None
    _asked: bytes = b""
    _expected: dict[str, Sequence[Answer]] = field(default_factory=dict)  # by inference id

    def call(self) -> None:
        """All checks but those of captured data."""
        super().call()
        if not self._requests:
            return  # nothing answers
        try:
            self._ask_for_shadow()
        except (ClientError, BotoCoreError) as error:
            self.results.append(failed(NAME, reason(error)))

    def await_capture(self, deadline: float) -> None:
        """Looks for the first model's captures, then for the shadow's."""
        super().await_capture(deadline)
        location, expected = self._shadow_location, self._expected
        if expected and location:
            self._record(NAME, lambda: self._judge_shadow(location, deadline))
        elif expected:
            self.results.append(failed(NAME, "no destination is known: the endpoint captures nothing"))

    def _package(self) -> CheckResult:
        wanted = {PRIMARY: self.package_arn, CHALLENGER: self.shadow_arn}
        models = self._models()
        if missing := sorted(set(wanted) - set(models)):
            return failed(checks.PACKAGE, f"there is no variant {', '.join(missing)}")
        results = [checks.check_package({name: models[name]}, arn) for name, arn in wanted.items()]
        wrong = [each for each in results if each.status == "failed"]
        if wrong:
            return wrong[0]
        self._tell_captures_apart()
        return passed(checks.PACKAGE, f"serves {self.package_arn}, in its shadow {self.shadow_arn}")

    def _tell_captures_apart(self) -> None:
        location = self._capture_location
        if location:
            by_variant = {prefix.rstrip("/").rpartition("/")[2]: prefix for prefix in location.prefixes}
            self._capture_location = replace(location, prefixes=(by_variant[PRIMARY],))
            self._shadow_location = replace(location, prefixes=(by_variant[CHALLENGER],))

    def _ask_for_shadow(self) -> None:
        """Its own rows, often enough that one of the requests is copied and captured."""
        assert self.shadow_holdout is not None  # noqa: S101 - whoever makes this test gives it
        share = self.settings.shadow_percentage * self.settings.capture_percentage / 10_000
        rows = next(iter(batches(self.shadow_holdout.rows)))
        expected = self.shadow_holdout.expected[: len(rows)]
        self._asked = encode(rows, CSV)
        self._shadow_location = self._shadow_location and replace(
            self._shadow_location, since=datetime.now(UTC)
        )
        for _ in range(requests_to_see(share)):
            self._invoke(self._asked, CSV)
            self._expected[f"{self._run}-{self._requests}"] = expected

    def _own(self, event: Mapping[str, Any]) -> str:
        """The name of one of this test's requests: its id, or where an event has none, what was asked."""
        identity = str(event.get("eventMetadata", {}).get("inferenceId", ""))
        if identity:
            return identity if identity in self._expected else ""
        data = event.get("captureData", {}).get("endpointInput", {})
        asked = capture.payload(data) if data.get("data") else b""
        return next(iter(self._expected)) if asked.strip() == self._asked.strip() and asked else ""

    def _judge_shadow(self, location: capture.CaptureLocation, deadline: float) -> CheckResult:
        seen: set[str] = set()
        found = capture.await_event(self.clients.s3, location, self._own, deadline, seen)
        if found is None:
            where = f"s3://{location.bucket}/{location.prefixes[0]}"
            return failed(
                NAME, f"none of {len(self._expected)} requests is in {len(seen)} files under {where}"
            )
        uri, event, inference_id = found
        try:
            answers = decode(capture.payload(event["captureData"]["endpointOutput"]), CSV)
        except (KeyError, ValueError) as error:
            return failed(NAME, f"{uri} holds no answer that can be read ({error!r})", object=uri)
        judged = checks.check_answers(CSV, answers, self._expected[inference_id])
        return replace(judged, name=NAME, detail=f"{judged.detail}; {uri}")
