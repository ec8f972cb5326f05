"""Media types: which one a request has, which one its answer gets."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from model_server.errors import RequestError


class MediaType(StrEnum):
    """The kinds of body that are read and written."""

    CSV = "text/csv"
    JSON = "application/json"
    JSON_LINES = "application/jsonlines"


ALLOWED = ", ".join(MediaType)


@lru_cache(maxsize=64)
def request_media_type(content_type: str) -> MediaType:
    """The kind of a request's body; 415 for others and for text that is not UTF-8."""
    name, _, parameters = content_type.partition(";")
    charset = _parameters(parameters).get("charset", "utf-8").strip('"').lower()
    try:
        media = MediaType(name.strip().lower())
    except ValueError:
        message = f"Content-Type {name.strip()[:100]!r} is not supported; send one of: {ALLOWED}"
        raise RequestError(415, "unsupported_media_type", message) from None
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise RequestError(415, "unsupported_media_type", f"charset {charset[:40]!r} is not supported; send utf-8")
    return media


@lru_cache(maxsize=64)
def response_media_type(accept: str, default: MediaType) -> MediaType:
    """The kind of answer that `Accept` prefers (RFC 9110, 12.5.1); `default` wins a tie; 406 if none is accepted."""
    if not accept.strip():
        return default
    ranges = dict(_range(part) for part in accept.split(",") if part.strip())
    candidates = sorted(MediaType, key=lambda media: media is not default)
    best = max(candidates, key=lambda media: _quality(media, ranges))
    if _quality(best, ranges) <= 0:
        raise RequestError(406, "not_acceptable", f"Accept admits none of the answers there are: {ALLOWED}")
    return best


def _quality(media: MediaType, ranges: dict[str, float]) -> float:
    """The most specific range decides."""
    family = media.split("/", 1)[0] + "/*"
    return next((ranges[name] for name in (media.value, family, "*/*") if name in ranges), 0.0)


def _range(text: str) -> tuple[str, float]:
    name, _, parameters = text.partition(";")
    try:
        quality = float(_parameters(parameters).get("q", "1"))
    except ValueError:
        quality = 0.0
    return name.strip().lower(), quality


def _parameters(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
