"""A caller of the API, with a key of idempotency and without."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from faults.calls import InterceptedClient
from faults.case import FunctionAccount, FunctionCase, Late
from inference_api import endpoint, handler, idempotency

from tests.fault_cases.table import Table

_ENVIRONMENT = {
    "ENDPOINT_NAME": "mlops-screening-production",
    "MODEL_VERSION": "7",
    "FEATURE_COUNT": "2",
    "MAX_ROWS": "3",
}
_FUNCTION_SECONDS = 28
_CONTEXT = SimpleNamespace(
    function_name="mlops-screening-production-api",
    function_version="3",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:333333333333:function:mlops-screening-production-api:3",
    aws_request_id="a-1",
    get_remaining_time_in_millis=lambda: _FUNCTION_SECONDS * 1000,
)
# What says to ask again, and what that another request is needed: docs/api.md.
_AGAIN, _NEVER = (409, 503, 504), (400, 413, 415, 422, 502)


class CallerRefused(Exception):
    """The API says what is wrong with a request."""


class AskAgain(Exception):
    """The API says to send the request again."""


class Caller:
    """A caller, the API's function, the endpoint and the table behind it."""

    def __init__(self, key: bool) -> None:
        headers = {"Content-Type": "text/csv", **({"Idempotency-Key": "k-1"} if key else {})}
        self.event: Any = {
            "body": "1,2",
            "headers": headers,
            "isBase64Encoded": False,
            "requestContext": {"requestId": "r-1", "identity": {"userArn": "arn:aws:iam::444444444444:role/portal"}},
        }
        self.table, self.asked, self.answers = Table(), 0, list[Any]()

    def client(self, service: str, config: Any = None) -> InterceptedClient:
        """Stands for boto3.client."""
        attempts = config.retries["total_max_attempts"]
        return InterceptedClient(service, self.table if service == "dynamodb" else self, attempts, again=True)

    def invoke_endpoint(self, **_: Any) -> Mapping[str, Any]:
        """The model's answer."""
        self.asked += 1
        return {"Body": io.BytesIO(b'{"predictions": [0.25]}'), "CustomAttributes": "model-package=mlops-screening/8"}

    def handle(self, event: Any) -> Any:
        """Ask, and after a failure again as late as a function of before has ended."""
        try:
            return self._ask(event)
        except BaseException:
            self.table.later += _FUNCTION_SECONDS + 1
            raise

    def _ask(self, event: Any) -> Any:
        answer = handler.handle(event, _CONTEXT)
        status, body = answer["statusCode"], json.loads(answer["body"])
        if status == 200:
            self.answers.append((body["predictions"], body["modelVersion"]))
            return answer
        assert answer["headers"]["Content-Type"] == "application/problem+json", answer
        assert ("Retry-After" in answer["headers"]) is (status in _AGAIN), answer
        if status in _AGAIN:
            raise AskAgain(body["detail"])
        assert status in _NEVER, answer
        raise CallerRefused(body["detail"])

    def state(self) -> Mapping[str, Any]:
        """Answers that the caller has, and how often the model was asked."""
        return {"answers": list(self.answers), "asked": ["the model"] * self.asked}


@contextmanager
def caller(key: bool) -> Iterator[FunctionAccount]:
    """A new environment of the function."""
    made = Caller(key)
    environment = {**_ENVIRONMENT, "AWS_DEFAULT_REGION": "eu-west-1", **({"IDEMPOTENCY_TABLE": "t"} if key else {})}
    handler._api.cache_clear()
    with (
        patch.dict(os.environ, environment),
        patch.object(handler.metrics.provider, "namespace", "InferenceApi"),
        patch.object(boto3, "client", made.client),
        patch.object(endpoint, "_PAUSES", (0, 0)),
    ):
        yield made
    handler._api.cache_clear()


def _again(account: Any) -> None:
    account.handle(account.event)


def _an_hour_later(account: Any) -> None:
    account.handle(account.event)
    account.table.later += idempotency.KEPT_SECONDS + 1


def _asked_again(times: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after["answers"] == before["answers"] * 2
    assert len(after["asked"]) == len(before["asked"]) + times


_READS = "a prediction changes nothing: whoever asks twice is answered alike"
_LOST = "a prediction changes nothing, and is asked for again where its answer was lost before it was remembered"
CASES = [
    FunctionCase(
        function="inference_api",
        does="a caller asks",
        account=partial(caller, False),
        refusals=(CallerRefused, AskAgain),
        invocations=1,  # a caller asks
        repeated={"answers": _READS, "asked": _READS},
        late={"after it was answered": Late(happened=_again, leaves=partial(_asked_again, 1))},
    ),
    FunctionCase(
        function="inference_api",
        does="a caller asks with a key of idempotency",
        account=partial(caller, True),
        refusals=(CallerRefused, AskAgain),
        invocations=1,
        repeated={"answers": _READS, "asked": _LOST},
        late={
            "after it was answered": Late(happened=_again, leaves=partial(_asked_again, 0)),
            "after answers are forgotten": Late(happened=_an_hour_later, leaves=partial(_asked_again, 1)),
        },
    ),
]
