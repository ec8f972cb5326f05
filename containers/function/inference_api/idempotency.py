"""A request that is sent again under the same key is answered once: Powertools' idempotency, by a header."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, cast

import boto3
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from inference_api.errors import ApiError

HEADER = "idempotency-key"
KEPT_SECONDS = 3600
# A table that does not answer must leave the model its time, and the function the time to say so.
_ATTEMPTS, _CALL_SECONDS = 2, 1
# What the call after the model's answer may take.
RESERVE_SECONDS = 2.0 * _ATTEMPTS * _CALL_SECONDS
_CLIENT = Config(
    connect_timeout=_CALL_SECONDS,
    read_timeout=_CALL_SECONDS,
    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
)


def given_key(headers: Mapping[str, str]) -> str | None:
    """The key that the caller gave. Raises ApiError 400 for one that is none."""
    key = headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= 128 or not key.isascii() or not key.isprintable():
        raise ApiError(400, "invalid_idempotency_key", "Idempotency-Key is 1 to 128 printable ASCII characters")
    return key


class _Time:
    """Of Lambda's context what Powertools reads."""

    def __init__(self, left: Callable[[], float]) -> None:
        self._left = left

    def get_remaining_time_in_millis(self) -> int:
        """What is left of the function's own time."""
        return max(0, round(self._left() * 1000))


def _config(left: Callable[[], float]) -> IdempotencyConfig:
    return IdempotencyConfig(
        event_key_jmespath="[caller, key]",
        payload_validation_jmespath="digest",
        expires_after_seconds=KEPT_SECONDS,
        hash_function="sha256",
        # Without it, the key of a function that ended on its way would be taken for as long as answers are kept
        # (Powertools for AWS Lambda documentation, "Idempotency", "Lambda timeouts").
        lambda_context=cast("LambdaContext", _Time(left)),
    )


class Once:
    """Calls a function once for a caller's key, and gives the same answer again for an hour."""

    def __init__(self, store: BasePersistenceLayer) -> None:
        self._store = store

    @classmethod
    def in_table(cls, table: str) -> Once:
        """Remembers in a DynamoDB table."""
        return cls(DynamoDBPersistenceLayer(table_name=table, boto3_client=boto3.client("dynamodb", config=_CLIENT)))

    def call(
        self, caller: str, key: str, body: bytes, left: Callable[[], float], act: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """What `act` gives. Raises ApiError 409, 422 or 503, and whatever `act` raises.

        `left` is the function's own time in seconds: once it is over, a request under way is none any more.
        """

        def remembered(*, request: dict[str, str]) -> dict[str, Any]:
            del request
            return act()

        once = idempotent_function(
            remembered, data_keyword_argument="request", persistence_store=self._store, config=_config(left)
        )
        request = {"caller": caller, "key": key, "digest": hashlib.sha256(body).hexdigest()}
        try:
            found: dict[str, Any] = once(request=request)
        except IdempotencyValidationError:
            message = "this Idempotency-Key was used with another body: a new request needs a new key"
            raise ApiError(422, "idempotency_key_reused", message) from None
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            message = "a request with this Idempotency-Key is being answered"
            raise ApiError(409, "request_in_progress", message, retry_after=2) from None
        except IdempotencyPersistenceLayerError as error:
            if isinstance(error.__cause__, ApiError):
                raise error.__cause__ from None
            message = "whether this request was answered before cannot be said at the moment"
            raise ApiError(503, "idempotency_unavailable", message, retry_after=5) from None
        return found
