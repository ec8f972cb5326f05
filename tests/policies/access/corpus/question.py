"""A question of the corpus, and short ways to write one.

A question says what a question of `python -m policies.access ask` says. Its answer comes from the page that it names,
never from what the readers answer.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HERE, THERE = "111122223333", "444455556666"
USER = f"arn:aws:iam::{HERE}:user/nora"
ROLE = f"arn:aws:iam::{HERE}:role/Auditor"
SESSION = f"arn:aws:sts::{HERE}:assumed-role/Auditor/nightly"
ROOT = f"arn:aws:iam::{HERE}:root"
FEDERATED = f"arn:aws:sts::{HERE}:federated-user/guest"
GUEST_USER = f"arn:aws:iam::{THERE}:user/omar"
GUEST_ROLE = f"arn:aws:iam::{THERE}:role/Partner"
GUEST_ROOT = f"arn:aws:iam::{THERE}:root"
BUCKET = "arn:aws:s3:::invoices"
OBJECT = f"{BUCKET}/2026/07.pdf"
QUEUE = f"arn:aws:sqs:eu-central-1:{HERE}:orders"
TOPIC = f"arn:aws:sns:eu-central-1:{HERE}:alerts"
TABLE = f"arn:aws:dynamodb:eu-central-1:{HERE}:table/Stock"
KEY = f"arn:aws:kms:eu-central-1:{HERE}:key/0f9f61c4-9f3e-4c57-a2c8-60a1f0d3a001"
SECRET = f"arn:aws:secretsmanager:eu-central-1:{HERE}:secret:db-Ab12Cd"

Document = dict[str, Any]


class Answer(enum.Enum):
    """What AWS answers. REFUSED: it does not take the document, or the question contradicts what AWS says of it."""

    ALLOWED = "allowed"
    DENIED = "denied"
    REFUSED = "refused"


ALLOWED, DENIED, REFUSED = Answer.ALLOWED, Answer.DENIED, Answer.REFUSED


@dataclass(frozen=True)
class Question:
    """`page` is the document and the title of the page that says the answer; `fields` are those of `ask`."""

    topic: str
    name: str
    page: str
    answer: Answer
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Topic:
    """What the questions of one module have in common; calling it makes one of them."""

    name: str
    fields: Mapping[str, Any]

    def __call__(self, page: str, name: str, answer: Answer, **fields: Any) -> Question:
        return Question(self.name, name, page, answer, {**self.fields, **fields})


def topic(name: str, **fields: Any) -> Topic:
    """A topic. Unless it says otherwise, a user reads an object of the user's own account."""
    defaults = {"principal": USER, "action": "s3:GetObject", "resource": OBJECT, "owner": HERE}
    return Topic(name, {**defaults, **fields})


def policy(*statements: Mapping[str, Any], version: str | None = "2012-10-17") -> Document:
    """A document of these statements; `version` None leaves the element out."""
    document: Document = {"Statement": [dict(statement) for statement in statements]}
    return {"Version": version, **document} if version else document


def allow(action: Any = "*", resource: Any = "*", **elements: Any) -> Document:
    """An Allow statement; None leaves an element out."""
    return _statement("Allow", action, resource, elements)


def deny(action: Any = "*", resource: Any = "*", **elements: Any) -> Document:
    """A Deny statement; None leaves an element out."""
    return _statement("Deny", action, resource, elements)


def _statement(effect: str, action: Any, resource: Any, elements: Mapping[str, Any]) -> Document:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **elements}
    return {name: value for name, value in statement.items() if value is not None}


def trust(principal: Any, action: Any = "sts:AssumeRole", **elements: Any) -> Document:
    """A trust policy of one statement."""
    return policy(allow(action, None, Principal=principal, **elements))


def everybody(action: Any = "*", **elements: Any) -> Document:
    """A resource policy that lets everybody do `action`."""
    return policy(allow(action, Principal="*", **elements))


FULL = policy(allow())
