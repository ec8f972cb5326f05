"""What a decision must bring: the form of the page that was shown, sent by the browser that was shown it.

The form's token is made of the link itself, which only its holder knows, and of a cookie that goes with requests from
this site alone. Whoever forges a request from elsewhere has neither.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from functions.approval_page.pages import LONGEST_REASON

# The __Host- prefix: sent over TLS alone, to this host alone (RFC 6265bis, "Cookie Name Prefixes").
COOKIE = "__Host-approval"
# How long a page may stay open before its form is too old.
FORM_SECONDS = 1800
_MOST_BYTES = 10_000
_SHORTEST_REASON = 5
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
DECISIONS = {"approve": "approved", "reject": "rejected"}


class BadForm(ValueError):
    """Why a request decides nothing; `status` is its HTTP status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Decision:
    """What somebody decided, and why."""

    decision: str
    reason: str


def part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object in an event; an empty one where there is none."""
    found = event.get(name)
    return found if isinstance(found, Mapping) else {}


def new_cookie() -> str:
    """A secret of the browser that is shown the page."""
    return secrets.token_urlsafe(32)


def cookie_header(secret: str) -> str:
    """The Set-Cookie header."""
    return f"{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={FORM_SECONDS}"


def form_token(link: str, cookie: str, now: int) -> str:
    """The token of a form that is shown now."""
    mac = hmac.new(link.encode(), f"approval form\n{cookie}\n{now}".encode(), hashlib.sha256).hexdigest()
    return f"{now}.{mac}"


def read_decision(event: Mapping[str, Any], link: str, now: int) -> Decision:
    """The decision that a POST brings. Raises BadForm for one that does not come from the page."""
    headers = {name.lower(): str(value) for name, value in part(event, "headers").items() if value is not None}
    _require_same_site(headers, event)
    fields = _fields(event, headers)
    cookie = _cookie(headers)
    shown, _, _ = fields.get("form", "").partition(".")
    if not cookie or not shown.isdecimal() or len(shown) > 12:
        raise BadForm(403, "decide on the page that the link shows: open the link again")
    if not hmac.compare_digest(form_token(link, cookie, int(shown)), fields["form"]):
        raise BadForm(403, "decide on the page that the link shows: open the link again")
    if not 0 <= now - int(shown) <= FORM_SECONDS:
        raise BadForm(403, "the page was open for too long: open the link again")
    decision, reason = fields.get("decision", ""), fields.get("reason", "").strip()
    if decision not in DECISIONS:
        raise BadForm(400, "decide: approve or reject")
    if not _SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise BadForm(400, f"say why, in {_SHORTEST_REASON} to {LONGEST_REASON} characters")
    return Decision(DECISIONS[decision], reason)


def _require_same_site(headers: Mapping[str, str], event: Mapping[str, Any]) -> None:
    """Where the browser says whence a request comes, it comes from this page (W3C, "Fetch Metadata Request Headers").

    A page without a referrer sends the origin `null`, so that alone proves nothing.
    """
    own = f"https://{part(event, 'requestContext').get('domainName', '')}"
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin") or origin not in (None, "null", own):
        raise BadForm(403, "the request comes from another site: open the link again")


def _fields(event: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise BadForm(415, "a decision is the page's form, application/x-www-form-urlencoded")
    given = event.get("body")
    body = given if isinstance(given, str) else ""
    if len(body) > _MOST_BYTES:
        raise BadForm(413, f"a form has at most {_MOST_BYTES} characters")
    try:
        text = base64.b64decode(body, validate=True).decode() if event.get("isBase64Encoded") else body
        found = parse_qs(text, strict_parsing=True, max_num_fields=10)
    except ValueError as error:
        raise BadForm(400, "the form is malformed") from error
    if any(len(values) != 1 for values in found.values()):
        raise BadForm(400, "the form names a field twice")
    return {name: values[0] for name, values in found.items()}


def _cookie(headers: Mapping[str, str]) -> str:
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and _SECRET.fullmatch(value):
            return value
    return ""
