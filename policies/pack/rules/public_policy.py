"""S3-09: a bucket's policy is not public by Amazon S3's own rule."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.public_buckets import public_statements
from policies.pack.resource_policies import BUCKET_POLICY, statements


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Every grant is bounded by a fixed value of what S3 lists: otherwise S3 refuses the policy."""
    return [
        f"{label} makes the policy public: S3 refuses it where public policies are blocked"
        for label in public_statements(statements(resource))
    ]


RULE = Rule(
    id="S3-09",
    name="s3-policy-not-public",
    title="Bucket policies are not public by S3's rule",
    why="S3 refuses a public policy where public policies are blocked, and where one stands already it lets nobody in "
    "from other accounts.",
    fix="Name the principals, or hold aws:PrincipalOrgID, aws:SourceVpce or another listed key to a value without "
    "wildcard; organization paths do not count.",
    severity=Severity.CRITICAL,
    frameworks=("FSBP S3.2", "FSBP S3.3", "NIST 800-53 AC-3"),
    sources=(SECURITY_HUB.format("s3"),),
    types=(BUCKET_POLICY,),
    check=check,
)
