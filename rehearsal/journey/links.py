"""An approver who decides by the link that came by e-mail: opens the page, and sends its form."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from moto.sns.models import sns_backends

from rehearsal.apigateway.service import ApiGateway

_LINK = re.compile(r"https://(\w+)\.execute-api\.[^/]+/(\w+)(/\S+)")
_FORM = re.compile(r'name="form" value="([^"]*)"')
_SECONDS = 60


class NotDecided(Exception):
    """A link that was not sent, or a page that did not let its approver decide."""


@dataclass(frozen=True)
class Page:
    """An answer over HTTP: its status, what it shows, and the cookie that it sets."""

    status: int
    body: str
    cookie: str


def sent_links(account: str, region: str, topic: str) -> list[str]:
    """Messages with links that a topic (ARN) has sent."""
    found = sns_backends[account][region].topics.get(topic)
    return [str(notification[1]) for notification in found.sent_notifications] if found else []


def approve(gateway: ApiGateway, messages: Callable[[], list[str]], wait: Callable[[Callable[[], bool]], None]) -> str:
    """Decide by the last message's link, once opened. Gives the page's words; raises NotDecided."""
    wait(lambda: bool(messages()))
    link = _LINK.search(messages()[-1])
    if link is None:
        raise NotDecided("the message has no link")
    url = gateway.url(link[1], link[2]) + link[3]
    shown = _call(url, "GET")
    form = _FORM.search(shown.body)
    if shown.status != 200 or form is None:
        raise NotDecided(f"the page answered {shown.status}: {_words(shown.body)}")
    body = urlencode({"form": form[1], "decision": "approve", "reason": "it was tested in staging"})
    done = _call(url, "POST", body, shown.cookie)
    if done.status != 200:
        raise NotDecided(f"the decision was answered {done.status}: {_words(done.body)}")
    return _words(done.body)


def _call(url: str, method: str, body: str | None = None, cookie: str = "") -> Page:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"} if body else {}
    try:
        connection.request(method, parts.path, body, {**headers, **({"Cookie": cookie} if cookie else {})})
        answer = connection.getresponse()
        given = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        return Page(answer.status, answer.read().decode(), given)
    finally:
        connection.close()


def _words(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page).split())[:300]
