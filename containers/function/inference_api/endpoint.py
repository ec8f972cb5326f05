"""Calls the model's endpoint: attempts that fit into API Gateway's time, and what their failures mean to the caller."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    ReadTimeoutError,
)

from inference_api.errors import ApiError
from inference_api.media_types import MediaType

ATTEMPTS = 3
CONNECT_SECONDS = 2.0
# Pauses before another attempt, in seconds; each is shortened by up to half at random.
_PAUSES = (0.2, 0.8)
# What passes by itself, by botocore's model of sagemaker-runtime and the errors common to all of AWS's services.
_BUSY = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException"})
_AWAY = frozenset({"ServiceUnavailable", "InternalFailure", "InternalDependencyException", "ModelNotReadyException"})
# What the model server says of itself: group and version of its model package.
_VERSION = re.compile(r"(?:^|[,;\s])model-package=(?:[^,;\s]*/)?(\d{1,9})(?=$|[,;\s])")


def client_config(attempt_seconds: float) -> Config:
    """Of the client: attempts are made here, where the time that is left is known."""
    return Config(connect_timeout=CONNECT_SECONDS, read_timeout=attempt_seconds, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class Predictions:
    """The model's answers, one for each row, and the version that gave them, if the container said."""

    values: list[Any]
    version: str | None


@dataclass(frozen=True, kw_only=True)
class ModelEndpoint:
    """One endpoint, by name. `attributes` go along with each request: data capture keeps them."""

    client: Any
    name: str
    attempt_seconds: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def predict(self, body: bytes, media: MediaType, attributes: str, until: float) -> Predictions:
        """Predictions, by `until` of the clock. Raises ApiError 422, 502, 503 or 504.

        A prediction changes nothing, so an attempt whose answer was lost is made again.
        """
        problem = ApiError(504, "model_timeout", "the model did not answer in time", retry_after=5)
        for attempt in range(ATTEMPTS):
            if attempt:
                pause = _PAUSES[attempt - 1] * random.uniform(0.5, 1)  # noqa: S311 - not a secret
                if self.clock() + pause + self.attempt_seconds + CONNECT_SECONDS > until:
                    break
                self.sleep(pause)
            try:
                return self._once(body, media, attributes)
            except _Passing as passing:
                problem = passing.answer
        raise problem

    def _once(self, body: bytes, media: MediaType, attributes: str) -> Predictions:
        try:
            answer = self.client.invoke_endpoint(
                EndpointName=self.name,
                Body=body,
                ContentType=media.value,
                Accept=MediaType.JSON.value,
                CustomAttributes=attributes,
            )
            content = answer["Body"].read()
        except ClientError as error:
            raise _meaning(error) from None
        except ReadTimeoutError:
            late = ApiError(504, "model_timeout", "the model did not answer in time", retry_after=5)
            raise _Passing(late) from None
        except (ConnectTimeoutError, ConnectionError):
            raise _Passing(_unavailable()) from None
        except BotoCoreError:
            raise _unavailable() from None
        found = _VERSION.search(str(answer.get("CustomAttributes") or ""))
        return Predictions(_values(content), found[1] if found else None)


class _Passing(Exception):
    """A failure that another attempt may not meet, and the answer if it does."""

    def __init__(self, answer: ApiError) -> None:
        super().__init__()
        self.answer = answer


def _unavailable() -> ApiError:
    return ApiError(503, "model_unavailable", "the model cannot be reached at the moment", retry_after=5)


def _meaning(error: ClientError) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _BUSY:
        return _Passing(ApiError(503, "model_busy", "the model has too many requests at the moment", retry_after=2))
    if code in _AWAY:
        return _Passing(_unavailable())
    if code == "ModelError":
        return _of_container(error)
    if code in ("ValidationError", "ValidationException"):
        # The endpoint is not there, or not in service (botocore, sagemaker-runtime, ValidationError).
        return _unavailable()
    return ApiError(502, "model_refused", "the endpoint refused the request: its operator has to look")


def _of_container(error: ClientError) -> Exception:
    """The container's own status: a caller's mistake stays one, all else is the model's."""
    status = int(error.response.get("OriginalStatusCode") or 500)
    if status in (400, 422):
        return ApiError(422, "invalid_rows", _container_message(error))
    if status == 413:
        return ApiError(413, "body_too_large", "the model takes no body of this size")
    if status == 503:
        return _Passing(_unavailable())
    return ApiError(502, "model_failed", "the model failed on this request")


def _container_message(error: ClientError) -> str:
    """What the model server says of the rows, which quotes no more than what the caller sent."""
    try:
        message = json.loads(error.response.get("OriginalMessage", ""))["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return "the model refuses these rows"
    return str(message)[:300]


def _values(content: bytes) -> list[Any]:
    try:
        values = json.loads(content)["predictions"]
    except (ValueError, KeyError, TypeError):
        values = None
    if not isinstance(values, list):
        raise ApiError(502, "model_failed", "the model's answer is not what it should be")
    return values
