"""How long a policy may be, by kind and service, and which characters it may hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from policies.access.evaluator.policy import PolicyKind

# All but tab, line feed, carriage return and U+0020 to U+00FF.
# Sources: IAM User Guide, "IAM and AWS STS quotas"; AWS KMS Developer Guide, "Create a key policy".
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\u00ff]")


@dataclass(frozen=True)
class SizeQuota:
    """`size` in bytes or characters; with `white_space` what stands between JSON tokens counts as well."""

    size: int
    bytes: bool = False
    white_space: bool = False
    note: str = ""


# Sources: IAM User Guide, "IAM and AWS STS quotas"; AWS Organizations User Guide, "Quotas and service limits for AWS
# Organizations"; AWS PrivateLink Guide, "AWS PrivateLink quotas"; AWS KMS Developer Guide, "Create a key policy".
BY_KIND: Mapping[PolicyKind, SizeQuota] = MappingProxyType(
    {
        # A request does not say which identity policies are managed (6,144 each) and which inline (10,240 a role).
        PolicyKind.IDENTITY: SizeQuota(10_240, note="inline policies of a role; a managed policy may have 6,144"),
        PolicyKind.BOUNDARY: SizeQuota(6_144),  # a boundary is a managed policy
        PolicyKind.SESSION: SizeQuota(2_048, white_space=True),
        PolicyKind.SCP: SizeQuota(10_240, white_space=True),
        PolicyKind.RCP: SizeQuota(5_120, white_space=True),
        PolicyKind.ENDPOINT: SizeQuota(20_480, white_space=True),
        PolicyKind.TRUST: SizeQuota(2_048, note="8,192 on request"),
        PolicyKind.KEY: SizeQuota(32_768, bytes=True, white_space=True),
    }
)
# Resource policies by the service in the resource's ARN; a service that is not here has no limit that is known.
# Sources: Amazon S3 User Guide, "Bucket policies for Amazon S3"; botocore's models of ecr and sagemaker; AWS Lambda
# Developer Guide, "Lambda quotas"; Amazon SQS Developer Guide, "Amazon SQS policy quotas"; Amazon EventBridge User
# Guide, "Amazon EventBridge quotas"; AWS General Reference, "Amazon API Gateway endpoints and quotas". Unconfirmed: SNS
# and Secrets Manager.
BY_SERVICE: Mapping[str, SizeQuota] = MappingProxyType(
    {
        "s3": SizeQuota(20_480, bytes=True, white_space=True),
        "ecr": SizeQuota(10_240, white_space=True),
        "sagemaker": SizeQuota(20_480),
        "lambda": SizeQuota(20_480, bytes=True),
        "sqs": SizeQuota(8_192, bytes=True),
        "sns": SizeQuota(30_720, bytes=True),
        "events": SizeQuota(10_240),
        "execute-api": SizeQuota(8_192, bytes=True),
        "secretsmanager": SizeQuota(20_480),
    }
)


def quota_of(kind: PolicyKind, resource: str) -> SizeQuota | None:
    """The limit of a document of this kind; for a resource policy, of the service in the resource's ARN."""
    if kind is not PolicyKind.RESOURCE:
        return BY_KIND[kind]
    parts = resource.split(":")
    return BY_SERVICE.get(parts[2]) if len(parts) > 2 else None


def text_problems(
    document: Mapping[str, Any], text: str | None, where: str, kind: PolicyKind, resource: str
) -> list[str]:
    """What is wrong with a document as text, a sentence each. `text` is None when only the parsed JSON is known."""
    compact = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    problems = []
    found = _FORBIDDEN.search(compact)
    if found:
        problems.append(
            f"{where}: the character {found.group(0)!r} is not allowed; a policy may hold tab, line feed, carriage "
            "return and U+0020 to U+00FF only, remove it."
        )
    limit = quota_of(kind, resource)
    if limit is not None:
        counted = text if limit.white_space and text is not None else compact
        size = len(counted.encode()) if limit.bytes else len(counted)
        if size > limit.size:
            unit = "bytes" if limit.bytes else "characters"
            note = f" ({limit.note})" if limit.note else ""
            problems.append(
                f"{where}: the policy has {size:,} {unit}, over the limit of {limit.size:,} for "
                f"{'an' if kind.value[0] in 'aeiou' else 'a'} {kind.value}{note}; shorten or split it."
            )
    return problems
