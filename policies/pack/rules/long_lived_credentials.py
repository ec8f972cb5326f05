"""IAM-06: nobody has credentials that last."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource

TYPES = (
    "aws:iam/accessKey:AccessKey",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
    "aws:iam/signingCertificate:SigningCertificate",
    "aws:iam/sshKey:SshKey",
    "aws:iam/user:User",
    "aws:iam/userLoginProfile:UserLoginProfile",
)


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Users and what they sign in with are not for the platform: people and programs assume roles."""
    kind = resource.type.rpartition(":")[2]
    return [f"{kind} {resource.name} gives credentials that do not expire"]


RULE = Rule(
    id="IAM-06",
    name="iam-no-users",
    title="There are no IAM users and no access keys",
    why="A key that does not expire is found in a repository years later and still works.",
    fix="Use a role, with OIDC for CI and IAM Identity Center for people.",
    severity=Severity.HIGH,
    types=TYPES,
    check=check,
)
