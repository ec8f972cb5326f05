"""A person with a link: the page that it shows, and the decision that comes from it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from functions.approval_page import handler
from tests.functions.approval_page.aws import NOW, Aws
from tests.functions.approval_page.browser import Browser
from tests.functions.fault_cases.approval_links import project_functions
from tests.functions.faults.case import FunctionAccount, FunctionCase, Late

# What the page may answer but its 200, by `functions.approval_page.handler`.
_REFUSALS = (400, 403, 405, 409, 410, 413, 415)
_AGAIN = "Open the link again"


class PageRefused(Exception):
    """The page says why nothing is decided."""


class TryAgain(Exception):
    """The page says that AWS did not answer, and to open the link again."""


class Person:
    """An approver's browser with the page open. Told to try again, the person does what they did before."""

    def __init__(self, aws: Aws, method: str) -> None:
        self.aws, self.browser = aws, Browser(aws)
        self.browser.get()
        self.event = self.browser.decision() if method == "POST" else self.browser.event("GET")
        self.shown: list[str] = []

    def handle(self, event: Any) -> Any:
        """Send the request, and read the page."""
        answer = handler.handle(event, None)
        status, text = answer["statusCode"], _read(answer)
        if status == 200:
            self.shown.append(text if event["httpMethod"] == "GET" else "decided")
            return answer
        if status == 409 and f"decided already. Approved by alice by link {self.browser.link.id}" in text:
            self.shown.append("decided")  # by themselves: the answer never came
            return answer
        if status == 503 and _AGAIN in text:
            raise TryAgain(text)
        assert status in _REFUSALS, answer
        raise PageRefused(text)

    def state(self) -> Mapping[str, Any]:
        """What CodePipeline was told, and which pages were seen."""
        return {"decisions": [result["result"] for result in self.aws.results], "shown": sorted({*self.shown})}


def _read(answer: Mapping[str, Any]) -> str:
    """A page's words, on one line; those of the form's token differ each time."""
    assert answer["headers"]["Content-Type"].startswith("text/html"), answer
    text = re.sub(r'name="form" value="[^"]*"', "", answer["body"])
    body = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(body).split())


@contextmanager
def person(method: str) -> Iterator[FunctionAccount]:
    """A fresh project's AWS, with an approval that waits."""
    with project_functions(Aws()) as aws, patch.object(handler, "_now", lambda: NOW):
        yield Person(aws, method)


def _decided(account: Any) -> None:
    other = Browser(account.aws, "bob@example.com")
    other.get()
    other.post("reject")


def _released_anew(account: Any) -> None:
    account.aws.execution = "b0b0b0b0-1111-4222-8333-444455556666"


def _no_approver(account: Any) -> None:
    account.aws.approvers = ["bob@example.com"]


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


def _case(does: str, method: str) -> FunctionCase:
    happened = {
        "after somebody else decided": _decided,
        "after a newer release": _released_anew,
        "when they are no approver any more": _no_approver,
    }
    return FunctionCase(
        function="approval_page",
        does=does,
        account=partial(person, method),
        refusals=(PageRefused, TryAgain),
        invocations=1,  # a person asks
        late={what: Late(happened=done, leaves=_same) for what, done in happened.items()},
    )


CASES = [_case("a person opens a link", "GET"), _case("a person decides", "POST")]
