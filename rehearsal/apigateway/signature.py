"""Verifies signatures of version 4 on requests to deployed APIs.

Source: IAM User Guide, "Create a signed AWS API request" (pages reference_sigv-create-signed-request and
reference_sigv-troubleshooting).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from rehearsal.apigateway.messages import GatewayError, IncomingRequest
from rehearsal.apigateway.routes import missing_token
from rehearsal.service_model.aws_behavior import aws_behavior

_ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "execute-api"
# How far the date of a signature may be from now.
_SKEW = timedelta(minutes=5)
_CREDENTIAL = re.compile(r"(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Signature:
    """What a request's Authorization header or query says of its signature."""

    key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    value: str
    moment: str
    token: str
    in_query: bool = False
    expires: int = 0


def signature_of(request: IncomingRequest) -> Signature:
    """The signature that a request carries. Raises GatewayError where it has none, or none that can be read."""
    header = request.header("Authorization")
    query = dict(request.query)
    if header is None and query.get("X-Amz-Algorithm") != _ALGORITHM:
        raise missing_token()
    if header is not None:
        if not header.startswith(_ALGORITHM):
            raise _incomplete(f"'{header.partition(' ')[0]}' not a valid key=value pair (missing equal-sign)")
        fields = dict(part.strip().split("=", 1) for part in header[len(_ALGORITHM) :].split(",") if "=" in part)
        moment, token = request.header("X-Amz-Date") or "", request.header("X-Amz-Security-Token") or ""
        stated = fields.get("Credential"), fields.get("SignedHeaders"), fields.get("Signature")
    else:
        stated = query.get("X-Amz-Credential"), query.get("X-Amz-SignedHeaders"), query.get("X-Amz-Signature")
        moment, token = query.get("X-Amz-Date", ""), query.get("X-Amz-Security-Token", "")
    credential, headers, value = stated
    match = _CREDENTIAL.fullmatch(credential or "")
    if match is None or not headers or not value or not moment:
        missing = (
            "Credential" if match is None else "SignedHeaders" if not headers else "Signature" if not value else ""
        )
        raise _incomplete(f"Authorization header requires '{missing or 'X-Amz-Date'}' parameter")
    names = tuple(headers.split(";"))
    return Signature(
        match["key"],
        match["date"],
        match["region"],
        match["service"],
        names,
        value,
        moment,
        token,
        header is None,
        int(query.get("X-Amz-Expires", "0") or 0),
    )


@aws_behavior(
    'IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests": credential scope, five minutes',
)
def require_scope(signature: Signature, region: str, now: datetime) -> None:
    """A signature counts for one Region and service, for the day in its scope, and for minutes."""
    if signature.region != region:
        raise _invalid(f"Credential should be scoped to a valid region, not '{signature.region}'. ")
    if signature.service != _SERVICE:
        raise _invalid(f"Credential should be scoped to correct service: '{_SERVICE}'. ")
    try:
        moment = datetime.strptime(signature.moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _incomplete("Date must be in ISO-8601 'basic format'.") from None
    if not signature.moment.startswith(signature.date):
        raise _invalid(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{signature.date}' != '{signature.moment[:8]}', from '{signature.moment}'."
        )
    lasting = timedelta(seconds=signature.expires) if signature.in_query else _SKEW
    stamp = "%Y%m%dT%H%M%SZ"
    if moment + lasting < now:
        limit = (now - lasting).strftime(stamp)
        raise _invalid(
            f"Signature expired: {signature.moment} is now earlier than {limit} ({now.strftime(stamp)} - 5 min.)"
        )
    if moment - _SKEW > now:
        limit = (now + _SKEW).strftime(stamp)
        raise _invalid(f"Signature not yet current: {signature.moment} is still later than {limit}")


def require_signature(request: IncomingRequest, signature: Signature, secret: str) -> None:
    """The signature must be the one that the secret gives for this request. Raises GatewayError."""
    if "host" not in signature.headers:
        raise _invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    expected = _signed(request, signature, secret)
    if not hmac.compare_digest(expected, signature.value):
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details."
        )


def _signed(request: IncomingRequest, signature: Signature, secret: str) -> str:
    canonical = "\n".join(
        (
            request.method,
            _canonical_path(request.raw_path),
            _canonical_query(request.raw_query),
            *(f"{name}:{_value(request, name)}" for name in signature.headers),
            "",
            ";".join(signature.headers),
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    text = "\n".join((_ALGORITHM, signature.moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in (signature.date, signature.region, signature.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _canonical_path(path: str) -> str:
    """Each part is encoded once more: what clients of every service but S3 sign."""
    return quote(path or "/", safe=f"/{_UNRESERVED}")


def _canonical_query(query: str) -> str:
    pairs = [
        (quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED))
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _value(request: IncomingRequest, name: str) -> str:
    values = [" ".join(value.split()) for key, value in request.headers if key.lower() == name]
    return ",".join(values)


def _invalid(message: str) -> GatewayError:
    return GatewayError("INVALID_SIGNATURE", 403, message, "InvalidSignatureException")


def _incomplete(message: str) -> GatewayError:
    return GatewayError("DEFAULT_4XX", 403, f"{message} in Authorization header.", "IncompleteSignatureException")


def expired() -> GatewayError:
    """Temporary credentials whose time is over."""
    return GatewayError(
        "EXPIRED_TOKEN", 403, "The security token included in the request is expired", "ExpiredTokenException"
    )


def unknown_token() -> GatewayError:
    """Credentials that are nobody's."""
    message = "The security token included in the request is invalid."
    return GatewayError("DEFAULT_4XX", 403, message, "UnrecognizedClientException")


__all__ = ["Mapping", "Signature", "expired", "require_scope", "require_signature", "signature_of", "unknown_token"]
