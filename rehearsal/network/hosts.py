"""Which endpoint service stands behind a host name (AWS General Reference, "Service endpoints and quotas")."""

from __future__ import annotations

import re

from rehearsal.network.model import HTTPS, Destination

_SUFFIX = r"\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$"
# First match counts. Services whose host names differ from those of their endpoints.
_FORMS = (
    (re.compile(r"^(?:.+\.)?s3" + _SUFFIX), "s3"),
    (re.compile(r"^\d{12}\.dkr\.ecr" + _SUFFIX), "ecr.dkr"),
    (re.compile(r"^api\.ecr" + _SUFFIX), "ecr.api"),
    (re.compile(r"^api\.sagemaker" + _SUFFIX), "sagemaker.api"),
    (re.compile(r"^runtime\.sagemaker" + _SUFFIX), "sagemaker.runtime"),
    (re.compile(r"^.+\.d\.codeartifact" + _SUFFIX), "codeartifact.repositories"),
    (re.compile(r"^.+\.execute-api" + _SUFFIX), "execute-api"),
    (re.compile(r"^codeartifact" + _SUFFIX), "codeartifact.api"),
    (re.compile(r"^(?P<service>[a-z0-9-]+)" + _SUFFIX), ""),
)


def destination(host: str, port: int = HTTPS, *, region: str) -> Destination:
    """The destination of a host, seen from a VPC in `region`: endpoints serve their own region alone."""
    for form, service in _FORMS:
        match = form.match(host)
        if match:
            name = service or match["service"]
            served = f"com.amazonaws.{region}.{name}" if match["region"] == region else ""
            return Destination(host=host, port=port, service=served)
    return Destination(host=host, port=port)
