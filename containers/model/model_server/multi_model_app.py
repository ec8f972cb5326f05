"""The WSGI routes of a container with several models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from model_server.app import Environ, RequestHandler, WsgiResponse, answer_rows, read_body, require_method
from model_server.errors import RequestError
from model_server.multi_model import ModelRegistry, page
from model_server.payloads import PayloadReader

_MODELS = "/models"
# Models of a page, where the request does not say.
_PAGE = 100


class MultiModelApplication(RequestHandler):
    """`/ping`, `/models`, `/models/{name}` and `/models/{name}/invoke`."""

    def __init__(self, registry: ModelRegistry, *, body_bytes: int, max_rows: int) -> None:
        super().__init__(None)
        self._registry, self._body_bytes, self._max_rows = registry, body_bytes, max_rows

    def route(self, environ: Environ) -> WsgiResponse:
        """The answer to a request. Raises RequestError."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path == "/ping":
            require_method(method, "GET")
            return 200, "application/json", b'{"status": "healthy"}', None
        if path == _MODELS:
            return self._load(environ) if method == "POST" else self._list(environ, method)
        if path.startswith(f"{_MODELS}/"):
            return self._of_model(environ, path.removeprefix(f"{_MODELS}/"), method)
        raise RequestError(404, "not_found", "there are only GET /ping and what is below /models")

    def _of_model(self, environ: Environ, rest: str, method: str) -> WsgiResponse:
        name, _, operation = rest.rpartition("/") if rest.endswith("/invoke") else (rest, "", "")
        if operation == "invoke":
            require_method(method, "POST")
            model = self._registry.model(name)
            reader = PayloadReader(model.schema.features, self._max_rows)
            return answer_rows(environ, reader, self._body_bytes, model.predict)
        if method == "DELETE":
            return _document(self._registry.unload(name).document())
        require_method(method, "GET")
        return _document(self._registry.registered(name).document())

    def _list(self, environ: Environ, method: str) -> WsgiResponse:
        require_method(method, "GET")
        query = parse_qs(environ.get("QUERY_STRING", ""))
        limit = query.get("limit", [str(_PAGE)])[0]
        if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
            raise RequestError(400, "bad_input", "limit is a whole number from 1 to 1000")
        return _document(page(self._registry.all(), query.get("next_page_token", [""])[0], int(limit)))

    def _load(self, environ: Environ) -> WsgiResponse:
        try:
            document = json.loads(read_body(environ, self._body_bytes))
            name, url = str(document["model_name"]), str(document["url"])
        except (ValueError, KeyError, TypeError):
            message = 'the body is not of the form {"model_name": "…", "url": "…"}'
            raise RequestError(400, "bad_input", message) from None
        return _document(self._registry.load(name, url).document())


def _document(document: Mapping[str, object]) -> WsgiResponse:
    return 200, "application/json", json.dumps(document).encode(), None
