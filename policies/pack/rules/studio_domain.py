"""SM-01: a Studio domain stays in the VPC and has a key."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource


def check(domain: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Network access is VpcOnly and the volumes' key is the platform's."""
    found = []
    if not domain.present("kmsKeyId"):
        found.append("the domain's storage is not encrypted with a customer managed key")
    access = domain.text("appNetworkAccessType") or "PublicInternetOnly"
    if access != "VpcOnly":
        found.append(f"appNetworkAccessType is {access}, allowed is VpcOnly")
    return found


RULE = Rule(
    id="SM-01",
    name="sagemaker-domain-vpc-only",
    title="Studio domains are VpcOnly and encrypted with a customer managed key",
    why="Otherwise notebooks reach the internet past the endpoints, with the data they have read.",
    fix="Set appNetworkAccessType to VpcOnly, and kmsKeyId.",
    severity=Severity.HIGH,
    types=("aws:sagemaker/domain:Domain",),
    check=check,
)
