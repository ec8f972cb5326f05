"""Policy documents: the one that allows everything, how statements are read, and what S3 tells KMS for its caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.access.authorization import Document, RequestContext
from policies.access.graph.model import PolicyResource

# All that an identity policy can allow: that of an account's administrator who has no role of the platform.
ALLOW_EVERYTHING: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def s3_encryption_context(bucket: PolicyResource) -> RequestContext:
    """Condition keys of the KMS request that S3 makes for its caller: no VPC endpoint, the bucket's ARN as context."""
    region = (bucket.key_arn or ":::").split(":")[3]
    return {
        "aws:ViaAWSService": "true",
        "aws:SourceVpce": (),
        "kms:ViaService": f"s3.{region}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": bucket.arn,
    }


def as_list(value: object) -> list[Any]:
    """The values of a policy element, which may hold one value, a list of them or be absent."""
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def statements(document: Document) -> list[Mapping[str, Any]]:
    """The statements of a document, which may hold one statement instead of a list."""
    return as_list(document.get("Statement"))
