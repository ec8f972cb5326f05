"""S3-04: a bucket policy denies plain transport."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import BUCKETS, attached
from policies.pack.statements import StatementView, parse

POLICY = "aws:s3/bucketPolicy:BucketPolicy"
SAMPLES = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObjectVersion", "s3:PutBucketPolicy")


def check(bucket: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """One statement refuses every request without TLS, to the bucket and to its objects."""
    policies = attached(bucket, stack, [POLICY], "bucket")
    if not policies:
        return ["the bucket has no policy, so requests without TLS are answered"]
    if any(denies_plain_transport(statement) for policy in policies for statement in parse(policy.get("policy"))):
        return []
    return [f"{policies[0].name} has no statement that denies every request without TLS"]


def denies_plain_transport(statement: StatementView) -> bool:
    """A denial to everybody of all actions on bucket and objects, on no other condition than the absence of TLS."""
    return (
        not statement.allows
        and statement.for_everybody
        and not statement.not_principals
        and all(statement.covers(action) for action in SAMPLES)
        and _whole_bucket(statement.resources)
        and statement.conditions == (("bool", "aws:securetransport", ("false",)),)
    )


def _whole_bucket(resources: Sequence[str]) -> bool:
    everything = "*" in resources
    objects = {resource.removesuffix("/*") for resource in resources if resource.endswith("/*")}
    return everything or any(resource in objects for resource in resources)


RULE = Rule(
    id="S3-04",
    name="s3-tls-only",
    title="Bucket policies deny plain transport",
    why="A request in plain text shows data and signed URLs to whoever is on the way.",
    fix="Deny s3:* on the bucket and its objects where aws:SecureTransport is false.",
    severity=Severity.HIGH,
    frameworks=("FSBP S3.5", "CIS AWS 5.0.0 2.1.1", "NIST 800-53 SC-8"),
    sources=(SECURITY_HUB.format("s3"),),
    types=BUCKETS,
    scope="stack",
    related_types=(POLICY,),
    check=check,
)
