"""Texts in the settings of an API: addresses, audiences, host names, certificates."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from settings.forms import described, matching
from settings.hosts import host_fault, is_reserved
from settings.values import HTTPS

# AWS Certificate Manager User Guide, "Managing certificates": a UUID.
_CERTIFICATE = r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_AUDIENCE = r"^[\x21-\x7e]{1,256}$"


def _https(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is no address: a host, and behind it at most a colon and a port") from None
    if not value.isascii() or "@" in parts.netloc or parts.query or parts.fragment or port == 0:
        raise ValueError("holds more than a host and a path, such as a password, a query or letters beyond ASCII")
    if fault := host_fault(host):
        raise ValueError(fault)
    if is_reserved(host) or re.fullmatch(r"[0-9.]+", host):
        raise ValueError(f"{host or 'it'} is not a full name on the internet, where the authorizer fetches keys from")
    return value


def _host(value: str) -> str:
    if value != value.lower() or "*" in value:
        raise ValueError("is written in small letters, without a wildcard")
    if fault := host_fault(value):
        raise ValueError(fault)
    if "." not in value or value.endswith(".amazonaws.com"):
        raise ValueError("is no full name of a domain of yours, such as models.example.com")
    return value


HttpsUrl = Annotated[
    str,
    Field(max_length=256),
    matching(HTTPS, "an address that begins with https://"),
    AfterValidator(_https),
    described(HTTPS, "https://login.example.com/keys"),
]
Audience = Annotated[
    str,
    matching(_AUDIENCE, "1 to 256 ASCII characters without spaces"),
    described(_AUDIENCE, "screening-api"),
]
HostName = Annotated[str, AfterValidator(_host), described(r"^[a-z0-9.-]+$", "models.example.com")]
CertificateArn = Annotated[
    str,
    matching(
        _CERTIFICATE, "not the ARN of a certificate in ACM, such as arn:aws:acm:eu-west-1:111111111111:certificate/…"
    ),
    described(_CERTIFICATE, "arn:aws:acm:eu-west-1:111111111111:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"),
]
