"""Policy documents: the one that allows everything, how statements are read, and what S3 tells KMS for its caller."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from catalog.scope import Scope
from policies.access.authorization import Document, RequestContext
from policies.access.graph.model import BadExport, PolicyResource
from policies.pack.model import Unknown

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


def default_key_policy(scope: Scope) -> Document:
    """What a key that is given no policy has: its account's own policies decide."""
    account = {"AWS": f"arn:{scope.partition}:iam::{scope.account}:root"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Account", "Effect": "Allow", "Principal": account, "Action": "kms:*", "Resource": "*"}],
    }


def document(value: object, where: str) -> Document:
    """A policy of a resource as JSON; `where` says which for the error. Raises BadExport."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Unknown) or value is None:
        raise BadExport(f"{where} is not known yet: export the stack after `pulumi up`")
    try:
        parsed = json.loads(str(value))
    except ValueError as error:
        raise BadExport(f"{where} is not JSON ({error}): correct it, and write the file again") from error
    except RecursionError as error:
        raise BadExport(f"{where} is nested too deeply to be a policy: correct it, and write the file again") from error
    if not isinstance(parsed, Mapping):
        raise BadExport(f"{where} is not a policy document: a JSON object with Version and Statement")
    return parsed
