"""The authorizer of an API that takes tokens: a token of the issuer, for one of the audiences, or no call.

API Gateway calls it with the header's text (Amazon API Gateway Developer Guide, "Input to an API Gateway Lambda
authorizer") and takes its policy for this one request: the gateway keeps no decision.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from aws_lambda_powertools import Logger
from jwt import PyJWKClient
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError, PyJWTError

# Signatures by a key of which the set holds the public half: with a secret that both have, or with none, whoever reads
# the key set could sign (RFC 8725, "JSON Web Token Best Current Practices", 3.1).
ALGORITHMS = ("ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")
# Seconds that the issuer's clock and AWS's may differ.
LEEWAY = 30
# Seconds for which keys are kept, and after which one that is not among them is looked for again: tokens of keys that
# there are not make no storm of requests to the issuer.
KEPT_SECONDS, COOLDOWN_SECONDS = 300, 30
_TIMEOUT_SECONDS = 4
_LONGEST = 8_192
_BEARER = re.compile(r"Bearer ([-\w]+\.[-\w]+\.[-\w]+)", re.ASCII)
_METHOD = re.compile(r"arn:aws[a-z-]*:execute-api:[^\s*?]{1,1500}", re.ASCII)
# What an authorizer raises for the gateway to answer 401.
UNAUTHORIZED = "Unauthorized"

logger = Logger()


class Refused(Exception):
    """The token is not taken; the message is a word of ours."""


class Tokens:
    """Reads tokens of one issuer. `keys` gives the key that a token names, by the issuer's key set."""

    def __init__(self, issuer: str, audiences: list[str], keys: Any) -> None:
        self._issuer, self._audiences, self._keys = issuer, audiences, keys

    def subject(self, header: str) -> str:
        """Whom the token in a header speaks of. Raises Refused, or PyJWKClientConnectionError where the key set cannot
        be fetched."""
        found = _BEARER.fullmatch(header) if len(header) <= _LONGEST else None
        if found is None:
            raise Refused("no_bearer_token")
        token = found[1]
        try:
            if jwt.get_unverified_header(token).get("alg") not in ALGORITHMS:
                raise Refused("algorithm")
            key = self._keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self._issuer,
                audience=self._audiences,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except PyJWKClientConnectionError:
            raise
        except (PyJWTError, PyJWKClientError, ValueError) as error:
            raise Refused(type(error).__name__) from None
        # The gateway hands it on and writes it into its own context: letters that mean something there are left out.
        return re.sub(r"[^A-Za-z0-9@._:/|+=-]", "_", str(claims["sub"]))[:128]


@cache
def _tokens() -> Tokens:
    keys = PyJWKClient(
        os.environ["KEY_SET"],
        cache_jwk_set=True,
        lifespan=KEPT_SECONDS,
        timeout=_TIMEOUT_SECONDS,
        max_cached_keys=16,
        cooldown_duration=COOLDOWN_SECONDS,
    )
    return Tokens(os.environ["ISSUER"], os.environ["AUDIENCES"].split(" "), keys)


def policy(subject: str, method_arn: str) -> dict[str, Any]:
    """The answer that lets the caller call this one method."""
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": method_arn}
    return {"principalId": subject, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def handle(event: Any, _context: Any = None) -> dict[str, Any]:
    """Lambda's entry point. Raises what the gateway answers 401 for; a key set that is away is an error of ours."""
    given = event if isinstance(event, Mapping) else {}
    method = given.get("methodArn")
    try:
        # One method: a text that stands for several would be several's policy.
        if not isinstance(method, str) or not _METHOD.fullmatch(method):
            raise Refused("method")
        subject = _tokens().subject(str(given.get("authorizationToken") or ""))
    except Refused as refused:
        logger.info("refused", extra={"reason": str(refused)})
        raise PermissionError(UNAUTHORIZED) from None
    except PyJWKClientConnectionError:
        logger.error("the issuer's key set cannot be fetched")
        raise RuntimeError("key set unavailable") from None
    return policy(subject, method)
