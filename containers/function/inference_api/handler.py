"""The API: one request of API Gateway in, predictions or a problem out, always as JSON.

Neither a payload nor a header's text reaches the log: what is logged comes from lists of ours, from counts, or from API
Gateway itself.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from inference_api.endpoint import ModelEndpoint, client_config
from inference_api.errors import PROBLEM, ApiError, answer
from inference_api.idempotency import RESERVE_SECONDS, Once, given_key
from inference_api.media_types import MediaType, media_type
from inference_api.rows import RowReader
from inference_api.settings import ApiSettings, api_settings

# InvokeEndpoint's and Lambda's own limit is 6 MB (AWS Lambda Developer Guide, "Lambda quotas").
BODY_BYTES = 6 * 1024 * 1024 - 64 * 1024
# What is left for the answer when the function's own time ends.
_RESERVE_SECONDS = 1.5

logger = Logger()
metrics = Metrics()
tracer = Tracer(auto_patch=False)


class Api:
    """Answers requests for one model. `client` is one of sagemaker-runtime; `once` remembers answers, if asked."""

    def __init__(self, settings: ApiSettings, client: Any, once: Once | None) -> None:
        self._settings, self._once = settings, once
        self._rows = RowReader(settings.feature_count, settings.features, settings.max_rows)
        self._endpoint = ModelEndpoint(client=client, name=settings.endpoint, attempt_seconds=settings.attempt_seconds)

    def respond(self, event: Mapping[str, Any], version: str, seconds_left: float) -> dict[str, Any]:
        """The answer to one event, whatever is wrong with it. `version` is that of the function."""
        start = time.monotonic()
        request_id = _request_id(event)
        facts: dict[str, Any] = {"requestId": request_id, "functionVersion": version}
        try:
            reserve = _RESERVE_SECONDS + (RESERVE_SECONDS if self._once else 0)
            until = start + min(self._settings.total_seconds, seconds_left - reserve)
            found = self._predict(event, f"request-id={request_id},api-version={version}", until, facts)
            served = found["version"] or self._settings.model_version
            body = {"predictions": found["predictions"], "modelVersion": served, "requestId": request_id}
            given = answer(200, body, "application/json", {"X-Model-Version": served, "X-Request-Id": request_id})
        except ApiError as error:
            facts["code"] = error.code
            given = answer(
                error.status, error.document(request_id), PROBLEM, {"X-Request-Id": request_id, **error.headers()}
            )
        facts |= {"status": given["statusCode"], "ms": round((time.monotonic() - start) * 1000)}
        logger.info("request", extra=facts)
        _measure(given["statusCode"], facts)
        return given

    def _predict(
        self, event: Mapping[str, Any], attributes: str, until: float, facts: dict[str, Any]
    ) -> dict[str, Any]:
        headers = _headers(event)
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise ApiError(415, "unsupported_media_type", "Content-Encoding is not supported: send the body plain")
        media = media_type(headers.get("content-type", ""))
        body = _body(event)
        facts |= {"media": media.value, "bytes": len(body)}
        facts["rows"] = self._rows.check(body, media)
        key = given_key(headers) if self._once else None
        if self._once and key:
            left = lambda: until - time.monotonic() + _RESERVE_SECONDS + RESERVE_SECONDS  # noqa: E731
            return self._once.call(_caller(event), key, body, left, lambda: self._call(body, media, attributes, until))
        return self._call(body, media, attributes, until)

    def _call(self, body: bytes, media: MediaType, attributes: str, until: float) -> dict[str, Any]:
        found = self._endpoint.predict(body, media, attributes, until)
        return {"predictions": found.values, "version": found.version}


@cache
def _api() -> Api:
    settings = api_settings()
    client = boto3.client("sagemaker-runtime", config=client_config(settings.attempt_seconds))
    once = Once.in_table(settings.idempotency_table) if settings.idempotency_table else None
    return Api(settings, client, once)


@logger.inject_lambda_context(log_event=False, clear_state=True)
@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry point."""
    try:
        return _api().respond(event, str(context.function_version), context.get_remaining_time_in_millis() / 1000)
    except Exception as error:
        # Its type and not its text, which may quote a payload.
        logger.error("failed", extra={"exception": type(error).__name__, "requestId": _request_id(event)})
        failed = ApiError(500, "internal_error", "the request could not be answered")
        return answer(500, failed.document(_request_id(event)), PROBLEM, {"X-Request-Id": _request_id(event)})


def _measure(status: int, facts: Mapping[str, Any]) -> None:
    metrics.add_metric(name=f"Status{status // 100}XX", unit=MetricUnit.Count, value=1)
    metrics.add_metric(name="Rows", unit=MetricUnit.Count, value=facts.get("rows", 0))


def _part(event: Any, name: str) -> Mapping[str, Any]:
    """An object in an event; an empty one where there is none."""
    found = event.get(name) if isinstance(event, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _request_id(event: Mapping[str, Any]) -> str:
    """API Gateway's id of the request; it is the caller's in no form."""
    return str(_part(event, "requestContext").get("requestId") or "none")[:64]


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in _part(event, "headers").items()}


def _caller(event: Mapping[str, Any]) -> str:
    """Who calls: an idempotency key is one caller's own."""
    context = _part(event, "requestContext")
    identity, authorizer = _part(context, "identity"), _part(context, "authorizer")
    return str(identity.get("userArn") or identity.get("apiKeyId") or authorizer.get("principalId") or "")


def _body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") if isinstance(event, Mapping) else None
    if not isinstance(text, str) or not text:
        raise ApiError(400, "malformed_body", "the request has no body")
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError):
        raise ApiError(400, "malformed_body", "the body cannot be read") from None
    if len(body) > BODY_BYTES:
        raise ApiError(413, "body_too_large", f"the body is larger than {BODY_BYTES} bytes")
    return body
