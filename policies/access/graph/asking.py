"""What matrix, proofs and grants alike ask with: somebody outside the platform, and requests made for a caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.access.authorization import Document, RequestContext
from policies.access.graph.model import PolicyResource

# All that an identity policy can give: of somebody who administers an account without being part of the platform.
EVERYTHING: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def through_s3(bucket: PolicyResource) -> RequestContext:
    """Condition keys of the KMS request that S3 makes for its caller: no endpoint, the bucket as encryption context."""
    region = (bucket.key_arn or ":::").split(":")[3]
    return {
        "aws:ViaAWSService": "true",
        "aws:SourceVpce": (),
        "kms:ViaService": f"s3.{region}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": bucket.arn,
    }


def listed(value: object) -> list[Any]:
    """The values of an element that may hold one alone, or none."""
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def statements(document: Document) -> list[Mapping[str, Any]]:
    """The statements of a document, which may hold one alone."""
    return listed(document.get("Statement"))
