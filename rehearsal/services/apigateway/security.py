"""How callers of a method are authorised, as an OpenAPI document says it.

Source: Amazon API Gateway Developer Guide, "x-amazon-apigateway-authtype property", "x-amazon-apigateway-authorizer
object", "x-amazon-apigateway-auth object"; "Amazon API Gateway important notes": a security scheme's type is apiKey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.service_model.emulator import Members
from rehearsal.services.apigateway.store import bad_request, new_id

_PREFIX = "x-amazon-apigateway-"
_KEY_HEADER = "x-api-key"
AUTHORIZER_TYPES = ("TOKEN", "REQUEST")
# A Lambda authorizer's answer is kept for so long where nothing is said, and at most so long.
DEFAULT_TTL, MAX_TTL = 300, 3600


@dataclass(frozen=True)
class MethodSecurity:
    """A method's authorization type, its authorizer's id and whether it wants an API key."""

    kind: str = "NONE"
    authorizer: str | None = None
    key: bool = False


def authorizers(schemes: Mapping[str, Any]) -> dict[str, Members]:
    """The Lambda authorizers among the security schemes, by id."""
    found: dict[str, Members] = {}
    for name, scheme in schemes.items():
        if scheme.get("type") != "apiKey":
            raise bad_request(f"securitySchemes.{name}: type must be apiKey, got {scheme.get('type')}")
        stated = scheme.get(f"{_PREFIX}authorizer")
        if stated is None:
            continue
        source = stated.get("identitySource") or f"method.request.header.{scheme.get('name', 'Authorization')}"
        given = {
            "name": name,
            "type": str(stated.get("type", "")).upper(),
            "authorizerUri": stated.get("authorizerUri"),
            "authorizerCredentials": stated.get("authorizerCredentials"),
            "identitySource": source,
            "identityValidationExpression": stated.get("identityValidationExpression"),
            "authorizerResultTtlInSeconds": stated.get("authorizerResultTtlInSeconds", DEFAULT_TTL),
        }
        made = require_authorizer({**given, "authType": scheme.get(f"{_PREFIX}authtype") or "custom"})
        found[made["id"]] = made
    return found


def require_authorizer(given: Mapping[str, Any]) -> Members:
    """An authorizer's record. Raises ServiceRefusal for what API Gateway, or this, does not take."""
    kind, ttl = given.get("type"), int(given.get("authorizerResultTtlInSeconds") or 0)
    if given.get("authorizerResultTtlInSeconds") is None:
        ttl = DEFAULT_TTL
    if kind not in AUTHORIZER_TYPES:
        raise bad_request(f"Authorizer type must be one of {', '.join(AUTHORIZER_TYPES)} here, got {kind}")
    if not given.get("authorizerUri"):
        raise bad_request("Authorizer URI is required for a Lambda authorizer")
    if not 0 <= ttl <= MAX_TTL:
        raise bad_request(f"Authorizer result TTL must be between 0 and {MAX_TTL} seconds")
    sources = [each.strip() for each in str(given.get("identitySource") or "").split(",") if each.strip()]
    if not sources and (kind == "TOKEN" or ttl > 0):
        raise bad_request("Identity source is required")
    if kind == "TOKEN" and len(sources) > 1:
        raise bad_request("A TOKEN authorizer has one identity source: a header")
    names = ("name", "authorizerUri", "authorizerCredentials", "identityValidationExpression")
    return {
        "id": new_id(6),
        **{name: given.get(name) for name in names},
        "type": kind,
        "authType": given.get("authType"),
        "identitySource": ",".join(sources) or None,
        "authorizerResultTtlInSeconds": ttl,
    }


def security_of(
    operation: Mapping[str, Any],
    default: Sequence[Mapping[str, Any]] | None,
    schemes: Mapping[str, Any],
    found: Mapping[str, Members],
) -> MethodSecurity:
    """How a method's callers are authorised. Raises ServiceRefusal for an unknown scheme."""
    stated = operation.get("security", default) or ()
    kind, authorizer, key = "NONE", None, False
    for name in (name for each in stated for name in each):
        scheme = schemes.get(name)
        if scheme is None:
            raise bad_request(f"Unable to find security scheme {name} in components.securitySchemes")
        if scheme.get(f"{_PREFIX}authtype") == "awsSigv4":
            kind = "AWS_IAM"
        elif f"{_PREFIX}authorizer" in scheme:
            kind = "CUSTOM"
            authorizer = next(id_ for id_, each in found.items() if each["name"] == name)
        elif str(scheme.get("name", "")).lower() == _KEY_HEADER:
            key = True
        else:
            raise bad_request(f"securitySchemes.{name}: neither awsSigv4, nor an authorizer, nor the key {_KEY_HEADER}")
    auth = str((operation.get(f"{_PREFIX}auth") or {}).get("type", "")).upper()
    if auth and auth not in ("AWS_IAM", "NONE"):
        raise bad_request(f"{_PREFIX}auth: type must be AWS_IAM or NONE here, got {auth}")
    return MethodSecurity(auth or kind, None if auth else authorizer, key)
