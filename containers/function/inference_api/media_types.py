"""Which kind of body a request has."""

from __future__ import annotations

from enum import StrEnum

from inference_api.errors import ApiError


class MediaType(StrEnum):
    """The kinds of body that are read."""

    CSV = "text/csv"
    JSON = "application/json"


ALLOWED = " or ".join(sorted(MediaType))


def media_type(content_type: str) -> MediaType:
    """The kind of a request's body. Raises ApiError 415 for others, and for text that is not UTF-8."""
    name, _, parameters = content_type.partition(";")
    try:
        found = MediaType(name.strip().lower())
    except ValueError:
        raise ApiError(415, "unsupported_media_type", f"send Content-Type {ALLOWED}") from None
    pairs = (part.partition("=") for part in parameters.split(";"))
    charset = {key.strip().lower(): value.strip().strip('"').lower() for key, _, value in pairs}.get("charset", "utf-8")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise ApiError(415, "unsupported_media_type", "the body's charset is not utf-8")
    return found
