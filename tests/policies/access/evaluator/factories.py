"""Documents and requests for the evaluator's tests, with defaults that a test need not repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.access.authorization import AuthorizationDecision, AuthorizationRequest
from policies.access.evaluator import decide

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/Reader"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice"
USER = f"arn:aws:iam::{ACCOUNT}:user/carlos"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OBJECT = "arn:aws:s3:::models/a/model.tar.gz"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
Document = dict[str, Any]


def policy(*statements: Mapping[str, Any], version: str | None = "2012-10-17") -> Document:
    """A document of these statements."""
    document: Document = {"Statement": [dict(statement) for statement in statements]}
    return {"Version": version, **document} if version else document


def allow(action: Any = "*", resource: Any = "*", **elements: Any) -> Document:
    """An Allow statement; `resource` None leaves Resource out."""
    return _statement("Allow", action, resource, elements)


def deny(action: Any = "*", resource: Any = "*", **elements: Any) -> Document:
    """A Deny statement; `resource` None leaves Resource out."""
    return _statement("Deny", action, resource, elements)


def _statement(effect: str, action: Any, resource: Any, elements: Mapping[str, Any]) -> Document:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **elements}
    return {name: value for name, value in statement.items() if value is not None}


FULL = policy(allow())


def authorization_request(**fields: Any) -> AuthorizationRequest:
    """Role `Reader` reads an object of its own account, unless told otherwise; the accounts follow from the ARNs."""
    principal = str(fields.get("principal", ROLE))
    parts = principal.split(":")
    account = parts[4] if principal.startswith("arn:") and len(parts) > 4 else None
    defaults: dict[str, Any] = {
        "id": "q",
        "principal": principal,
        "account": account,
        "action": "s3:GetObject",
        "resource": OBJECT,
        "owner": ACCOUNT,
    }
    return AuthorizationRequest(**{**defaults, **fields})


def answer(**fields: Any) -> AuthorizationDecision:
    """The evaluator's answer to `authorization_request(**fields)`."""
    return decide(authorization_request(**fields))


def allowed(**fields: Any) -> bool:
    """Whether `authorization_request(**fields)` is allowed."""
    return answer(**fields).allowed


def condition_holds(condition: Mapping[str, Any], context: Mapping[str, Any], version: str = "2012-10-17") -> bool:
    """Whether a Condition element is satisfied: an Allow with it is the only statement there is."""
    return allowed(identity=[policy(allow(Condition=condition), version=version)], context=context)


@dataclass(frozen=True)
class Example:
    """A published example: the page it is on, a request and AWS's answer."""

    name: str
    source: str
    expected: bool
    fields: Mapping[str, Any]


def example(source: str, name: str, expected: bool, **fields: Any) -> Example:
    """A row of the table of published examples."""
    return Example(name, source, expected, fields)


def levels(*documents: Document) -> Sequence[Sequence[Document]]:
    """One document at each level of the organization, root first."""
    return [[document] for document in documents]
