"""A token that is read by the issuer's key set, which is fetched over HTTP: the authorizer calls no AWS."""

from __future__ import annotations

import http.client
import io
import json
import os
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.error import HTTPError, URLError

from botocore.exceptions import ClientError, ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from faults.calls import called
from faults.case import FunctionAccount, FunctionCase, Late
from inference_api import authorizer
from jwt.algorithms import RSAAlgorithm

from tests.test_authorizer import AUDIENCE, ISSUER, KEY, METHOD, claims, token

_URL = "https://login.example.com/keys"
# In the place of botocore's model: a service that names no error of its own.
_GET_KEYS: Any = SimpleNamespace(
    name="GetKeys",
    error_shapes=(),
    service_model=SimpleNamespace(service_name="issuer", protocol="rest-json", error_shapes=()),
)


class Authorized:
    """The gateway that asks, and the issuer."""

    def __init__(self) -> None:
        self.event: Any = {
            "type": "TOKEN",
            "authorizationToken": f"Bearer {token(claims())}",
            "methodArn": METHOD,
        }
        self.allowed: list[Any] = []

    def handle(self, event: Any) -> Any:
        """Ask for a policy, in an environment that is new: one of before knows the keys still."""
        authorizer._tokens.cache_clear()
        answer = authorizer.handle(event)
        statements = answer["policyDocument"]["Statement"]
        self.allowed.append((answer["principalId"], [statement["Resource"] for statement in statements]))
        return answer

    def state(self) -> Mapping[str, Any]:
        """Who may call what."""
        return {"allowed": list(self.allowed)}

    def open(self, *_: Any, **__: Any) -> Any:
        """The key set, or the errors of urllib for those of a call."""
        try:
            return called(_GET_KEYS, self._keys)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise HTTPError(_URL, status, "", Message(), io.BytesIO()) from None
        except ConnectTimeoutError:
            raise URLError("timed out") from None
        except ReadTimeoutError:
            raise TimeoutError from None
        except ConnectionClosedError:
            raise http.client.RemoteDisconnected("closed") from None

    @staticmethod
    def _keys() -> io.BytesIO:
        key = {**json.loads(RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "k1", "use": "sig", "alg": "RS256"}
        return io.BytesIO(json.dumps({"keys": [key]}).encode())


@contextmanager
def authorized() -> Iterator[FunctionAccount]:
    """A new environment of the function."""
    made = Authorized()
    authorizer._tokens.cache_clear()
    environment = {"KEY_SET": _URL, "ISSUER": ISSUER, "AUDIENCES": AUDIENCE}
    with (
        patch.dict(os.environ, environment),
        patch.object(urllib.request.OpenerDirector, "open", made.open),
    ):
        yield made
    authorizer._tokens.cache_clear()


def _expired(account: Any) -> None:
    account.event = {**account.event, "authorizationToken": f"Bearer {token(claims(exp=1))}"}


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


CASES = [
    FunctionCase(
        function="inference_api",
        entry="authorizer",
        does="a caller brings a token",
        account=authorized,
        refusals=(PermissionError, RuntimeError),
        invocations=1,  # a caller asks
        repeated={"allowed": "who asks twice is answered alike"},
        late={"after the token expired": Late(happened=_expired, leaves=_same)},
    )
]
