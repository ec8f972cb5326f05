"""The WSGI application: two routes, no framework."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from time import perf_counter
from typing import Any, BinaryIO

from model_server.errors import RequestError
from model_server.logs import log, request_id
from model_server.media_types import MediaType, request_media_type, response_media_type
from model_server.model import Floats, XGBoostModel
from model_server.payloads import PayloadReader
from model_server.responses import render

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
WsgiResponse = tuple[int, str, bytes, int | None]  # status, content type, body, rows

_DRAIN_BYTES = 64 * 1024
# botocore, service model of sagemaker-runtime: CustomAttributes of InvokeEndpoint's answer.
_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"


class RequestHandler:
    """Answers one request and logs one line about it; what it answers is `route`'s to say."""

    def __init__(self, model_package: str | None) -> None:
        self._served: tuple[tuple[str, str], ...] = (
            ((_ATTRIBUTES, f"model-package={model_package}"),) if model_package else ()
        )

    def route(self, environ: Environ) -> WsgiResponse:
        """The answer to a request. Raises RequestError."""
        raise NotImplementedError

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request and log one line about it."""
        start = perf_counter()
        fields: dict[str, object] = {}
        headers: tuple[tuple[str, str], ...] = ()
        try:
            status, content_type, body, rows = self.route(environ)
        except RequestError as error:
            status, content_type, body, rows = error.status, "application/json", error.body(), None
            headers, fields["error"] = error.headers, error.code
        except Exception as error:
            status, content_type, body, rows = 500, "application/json", _INTERNAL.body(), None
            fields.update(error=_INTERNAL.code, exception=type(error).__name__, at=_location(error))
        start_response(
            f"{status} {HTTPStatus(status).phrase}",
            [("Content-Type", content_type), ("Content-Length", str(len(body))), *self._served, *headers],
        )
        _log_request(environ, status, perf_counter() - start, rows, fields)
        return [body]


class Application(RequestHandler):
    """`GET /ping` and `POST /invocations` for one model. Holds no state between requests.

    Where `model_package` is known, every answer says it in the header that SageMaker hands to callers as
    CustomAttributes: while two fleets serve, nothing else tells which one answered.
    """

    def __init__(
        self,
        model: XGBoostModel,
        *,
        body_bytes: int,
        max_rows: int,
        model_package: str | None = None,
        prepares: bool = False,
    ) -> None:
        super().__init__(model_package)
        self._model, self._prepares = model, prepares
        self._reader = PayloadReader(model.schema.features, max_rows)
        self._body_bytes = body_bytes

    def route(self, environ: Environ) -> WsgiResponse:
        """The answer to a request. Raises RequestError."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path == "/invocations":
            require_method(method, "POST")
            return self._invocations(environ)
        if path == "/ping":
            require_method(method, "GET")
            return self._ping()
        raise RequestError(404, "not_found", "there are only GET /ping and POST /invocations")

    def _ping(self) -> WsgiResponse:
        reason = self._model.health_error()
        if reason is not None:
            log("unhealthy", reason=reason)
            raise RequestError(503, "model_unavailable", "the model does not answer as it should")
        return 200, "application/json", b'{"status": "healthy"}', None

    def _invocations(self, environ: Environ) -> WsgiResponse:
        if self._prepares:
            return prepared_rows(environ, self._reader, self._body_bytes)
        return answer_rows(environ, self._reader, self._body_bytes, self._model.predict)


def answer_rows(
    environ: Environ, reader: PayloadReader, limit: int, predict: Callable[[Floats], Floats]
) -> WsgiResponse:
    """Predictions of a request's rows, in the kind that it accepts. Raises RequestError."""
    media = _media_type(environ)
    accepted = response_media_type(environ.get("HTTP_ACCEPT", ""), media)
    rows = reader.read(read_body(environ, limit), media)
    return 200, accepted.value, render(predict(rows), accepted), len(rows)


def prepared_rows(environ: Environ, reader: PayloadReader, limit: int) -> WsgiResponse:
    """A request's rows as the next container of an inference pipeline reads them: CSV, in the features' order.

    What is wrong with them is refused here. Numbers are float32 already, and read back as the same.
    """
    rows = reader.read(read_body(environ, limit), _media_type(environ))
    cells = (("" if math.isnan(value) else repr(value) for value in row) for row in rows.tolist())
    body = "".join(",".join(row) + "\n" for row in cells)
    return 200, MediaType.CSV.value, body.encode(), len(rows)


def _media_type(environ: Environ) -> MediaType:
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise RequestError(415, "unsupported_media_type", "Content-Encoding is not supported; send it plain")
    return request_media_type(environ.get("CONTENT_TYPE", ""))


_INTERNAL = RequestError(500, "internal_error", "the request could not be answered; the server's log says why")


def require_method(method: str, allowed: str) -> None:
    """Raises RequestError for another method."""
    if method != allowed:
        message = f"{method[:20]} is not allowed here; use {allowed}"
        raise RequestError(405, "method_not_allowed", message, (("Allow", allowed),))


def read_body(environ: Environ, limit: int) -> bytes:
    """The request's body, of known length or chunked; 413 if it is longer than `limit` bytes."""
    stream: BinaryIO = environ["wsgi.input"]
    if int(environ.get("CONTENT_LENGTH") or 0) <= limit:
        body = stream.read(limit + 1)
        if len(body) <= limit:
            return body
    # A client that still sends would see its connection reset instead of the answer: take in as much again.
    for _ in range(0, limit, _DRAIN_BYTES):
        if not stream.read(_DRAIN_BYTES):
            break
    raise RequestError(413, "body_too_large", f"the body is larger than {limit} bytes")


def _location(error: Exception) -> str:
    """Where an exception arose. Its text stays out of the log, since it may quote a payload."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames[-4:])


def _log_request(environ: Environ, status: int, seconds: float, rows: int | None, more: dict[str, object]) -> None:
    log(
        "request",
        method=environ["REQUEST_METHOD"][:20],
        path=environ.get("PATH_INFO", "")[:200],
        status=status,
        ms=round(seconds * 1000, 2),
        rows=rows,
        content_type=environ.get("CONTENT_TYPE", "")[:100] or None,
        request_id=request_id(environ.get("HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES", "")),
        **more,
    )
