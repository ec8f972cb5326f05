"""Short ways to write the policies and requests of these tests."""

from __future__ import annotations

from typing import Any

from policies.access.authorization import AuthorizationRequest
from policies.access.encoding import Policies, SymbolicCaller, SymbolicRequest, encode
from policies.access.encoding.logic import Formula

ACCOUNT, OTHER_ACCOUNT = "111111111111", "222222222222"
READER = f"arn:aws:iam::{ACCOUNT}:role/app/reader"
BUCKET = "arn:aws:s3:::bucket"


def allow(action: Any = "s3:GetObject", resource: Any = "*", **elements: Any) -> dict[str, Any]:
    """An Allow statement; `Resource` None leaves the element out."""
    return _statement("Allow", action, resource, elements)


def deny(action: Any = "s3:GetObject", resource: Any = "*", **elements: Any) -> dict[str, Any]:
    """A Deny statement."""
    return _statement("Deny", action, resource, elements)


def _statement(effect: str, action: Any, resource: Any, elements: dict[str, Any]) -> dict[str, Any]:
    target = {} if resource is None else {"Resource": resource}
    return {"Effect": effect, "Action": action, **target, **elements}


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    """A policy."""
    return {"Version": version, "Statement": list(statements)}


def authorization_request(*identity: dict[str, Any], **fields: Any) -> AuthorizationRequest:
    """May the reader get an object of its account's bucket, with these identity statements?"""
    found: dict[str, Any] = {
        "id": "test",
        "principal": READER,
        "account": ACCOUNT,
        "action": "s3:GetObject",
        "resource": f"{BUCKET}/key",
        "owner": ACCOUNT,
        "identity": [document(*identity)] if identity else [],
        **fields,
    }
    return AuthorizationRequest(**found)


def encode_open(
    request: AuthorizationRequest, caller: SymbolicCaller | None = None, **known: Any
) -> tuple[Formula, SymbolicRequest]:
    """The formula of a request whose action, resource and context are open, save `known`."""
    policies = Policies.of(request)
    symbolic = SymbolicRequest.over(
        policies.each(), caller or SymbolicCaller.of(request.principal, request.account), **known
    )
    return encode(policies, symbolic), symbolic
