"""What the functions are told, by environment variables."""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass


class SettingsError(Exception):
    """A variable that is missing or has a value that is not allowed: the deployment is wrong, not a request."""


@dataclass(frozen=True, kw_only=True)
class ApiSettings:
    """The model behind the API, and how long it is waited for.

    - `features`: names of the model's columns in order; None where they were too many for an environment variable. Then
      the model itself checks the names.
    - `attempt_seconds`, `total_seconds`: how long one attempt may take, and all of them together.
    """

    endpoint: str
    model_version: str
    feature_count: int
    features: tuple[str, ...] | None
    max_rows: int
    attempt_seconds: float
    total_seconds: float
    idempotency_table: str | None


def api_settings(environment: Mapping[str, str] | None = None) -> ApiSettings:
    """The settings. Raises SettingsError."""
    given = os.environ if environment is None else environment
    try:
        features = packed_names(given["FEATURES"]) if given.get("FEATURES") else None
        return ApiSettings(
            endpoint=given["ENDPOINT_NAME"],
            model_version=given["MODEL_VERSION"],
            feature_count=int(given["FEATURE_COUNT"]),
            features=features,
            max_rows=int(given["MAX_ROWS"]),
            attempt_seconds=float(given.get("ATTEMPT_SECONDS", "8")),
            total_seconds=float(given.get("TOTAL_SECONDS", "24")),
            idempotency_table=given.get("IDEMPOTENCY_TABLE") or None,
        )
    except KeyError as error:
        raise SettingsError(f"the variable {error.args[0]} is missing") from None
    except ValueError as error:
        raise SettingsError(f"a variable has a value that is not allowed: {error}") from None


def packed_names(text: str) -> tuple[str, ...]:
    """Names from base64 of zlib of a JSON list. Raises ValueError."""
    try:
        names = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    except zlib.error as error:
        raise ValueError(f"FEATURES is not compressed with zlib ({error})") from None
    return tuple(str(name) for name in names)
