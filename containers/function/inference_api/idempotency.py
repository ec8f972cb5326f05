"""A request that is sent again under the same key is answered once: Powertools' idempotency, by a header."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

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

from inference_api.errors import ApiError

HEADER = "idempotency-key"
KEPT_SECONDS = 3600


def given_key(headers: Mapping[str, str]) -> str | None:
    """The key that the caller gave. Raises ApiError 400 for one that is none."""
    key = headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= 128 or not key.isascii() or not key.isprintable():
        raise ApiError(400, "invalid_idempotency_key", "Idempotency-Key is 1 to 128 printable ASCII characters")
    return key


class Once:
    """Calls a function once for a caller's key, and gives the same answer again for an hour."""

    def __init__(self, store: BasePersistenceLayer) -> None:
        self._store = store
        self._config = IdempotencyConfig(
            event_key_jmespath="[caller, key]",
            payload_validation_jmespath="digest",
            expires_after_seconds=KEPT_SECONDS,
            hash_function="sha256",
        )

    @classmethod
    def in_table(cls, table: str) -> Once:
        """Remembers in a DynamoDB table."""
        return cls(DynamoDBPersistenceLayer(table_name=table))

    def call(self, caller: str, key: str, body: bytes, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `act` gives. Raises ApiError 409, 422 or 503, and whatever `act` raises."""

        def remembered(*, request: dict[str, str]) -> dict[str, Any]:
            del request
            return act()

        once = idempotent_function(
            remembered, data_keyword_argument="request", persistence_store=self._store, config=self._config
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
