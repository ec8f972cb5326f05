"""Which tokens are taken."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from inference_api import authorizer
from jwt.algorithms import RSAAlgorithm

ISSUER, AUDIENCE = "https://login.example.com", "screening-api"
METHOD = "arn:aws:execute-api:eu-west-1:333333333333:abc/live/POST/predictions"
KEY, OTHER = (rsa.generate_private_key(public_exponent=65_537, key_size=2048) for _ in range(2))


class KeySet:
    """The issuer's keys over HTTP; counts how often they are asked for, and answers nothing while it is away."""

    def __init__(self) -> None:
        self.asked, self.away = 0, False
        self.keys = {"k1": KEY}
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.asked += 1
                body = json.dumps({"keys": [owner.jwk(kid) for kid in owner.keys]}).encode()
                self.send_response(503 if owner.away else 200)
                self.end_headers()
                if not owner.away:
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def jwk(self, kid: str) -> dict[str, Any]:
        return {
            **json.loads(RSAAlgorithm.to_jwk(self.keys[kid].public_key())),
            "kid": kid,
            "use": "sig",
            "alg": "RS256",
        }


@pytest.fixture
def key_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeySet]:
    made = KeySet()
    monkeypatch.setenv("KEY_SET", f"http://127.0.0.1:{made.server.server_port}/keys")
    monkeypatch.setenv("ISSUER", ISSUER)
    monkeypatch.setenv("AUDIENCES", f"other-api {AUDIENCE}")
    authorizer._tokens.cache_clear()
    yield made
    made.server.shutdown()
    made.server.server_close()


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "portal", "iat": now, "exp": now + 300} | other


def token(given: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", kid: str = "k1") -> str:
    return jwt.encode({k: v for k, v in given.items() if v is not None}, key, algorithm, headers={"kid": kid})


def call(header: str) -> dict[str, Any]:
    return authorizer.handle({"type": "TOKEN", "authorizationToken": header, "methodArn": METHOD})


@pytest.mark.usefixtures("key_set")
def test_a_token_of_the_issuer_lets_its_subject_call_this_method_alone() -> None:
    answer = call(f"Bearer {token(claims())}")
    assert answer["principalId"] == "portal"
    assert answer["policyDocument"]["Statement"] == [
        {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": METHOD}
    ]


def test_keys_are_fetched_once_for_many_tokens_and_again_for_a_key_that_is_new(
    key_set: KeySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorizer, "COOLDOWN_SECONDS", 0)
    for _ in range(5):
        call(f"Bearer {token(claims())}")
    assert key_set.asked == 1
    key_set.keys["k2"] = OTHER
    assert call(f"Bearer {token(claims(), OTHER, kid='k2')}")["principalId"] == "portal"
    assert key_set.asked == 2


def test_made_up_keys_make_no_storm_of_requests_to_the_issuer(key_set: KeySet) -> None:
    for number in range(10):
        with pytest.raises(PermissionError):
            call(f"Bearer {token(claims(), OTHER, kid=f'made-up-{number}')}")
    assert key_set.asked == 1


PUBLIC = "shared-secret-that-everybody-can-read-in-the-key-set"
REFUSED: dict[str, Any] = {
    "nothing": lambda: "",
    "another scheme": lambda: "Basic eDp5",
    "no token": lambda: "Bearer a.b",
    "no signature": lambda: f"Bearer {jwt.encode(claims(), '', 'none', headers={'kid': 'k1'})}",
    "signed with a secret": lambda: f"Bearer {token(claims(), PUBLIC, 'HS256')}",
    "signed by another key": lambda: f"Bearer {token(claims(), OTHER)}",
    "of an unknown key": lambda: f"Bearer {token(claims(), OTHER, kid='x')}",
    "altered": lambda: f"Bearer {token(claims())[:-4]}AAAA",
    "expired": lambda: f"Bearer {token(claims(exp=int(time.time()) - 60))}",
    "not valid yet": lambda: f"Bearer {token(claims(nbf=int(time.time()) + 600))}",
    "of another issuer": lambda: f"Bearer {token(claims(iss='https://evil.example.com'))}",
    "for another audience": lambda: f"Bearer {token(claims(aud='shop'))}",
    "for ever": lambda: f"Bearer {token(claims(exp=None))}",
    "for nobody": lambda: f"Bearer {token(claims(sub=None))}",
    "very long": lambda: f"Bearer {token(claims(x='y' * 10_000))}",
    "with a line break": lambda: f"Bearer {token(claims())}\n",
}


@pytest.mark.usefixtures("key_set")
@pytest.mark.parametrize("case", sorted(REFUSED))
def test_any_other_token_is_unauthorized_and_stands_in_no_log(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    header = REFUSED[case]()
    with pytest.raises(PermissionError, match=r"^Unauthorized$"):
        call(header)
    out = capsys.readouterr().out
    assert not any(part in out for part in header.removeprefix("Bearer ").split(".") if len(part) > 3)


def test_an_issuer_that_cannot_be_reached_lets_nobody_call_and_is_no_mistake_of_the_caller(key_set: KeySet) -> None:
    key_set.away = True
    with pytest.raises(RuntimeError, match="key set unavailable"):
        call(f"Bearer {token(claims())}")
    key_set.away = False
    assert call(f"Bearer {token(claims())}")["principalId"] == "portal"


@pytest.mark.usefixtures("key_set")
def test_a_subject_holds_nothing_that_means_something_in_a_log() -> None:
    hostile = 'x"\r\n{"a":1} ' + "y" * 300
    subject = call(f"Bearer {token(claims(sub=hostile))}")["principalId"]
    assert len(subject) == 128
    assert not set(subject) & set('"\r\n{} ')
