"""SM-14: what is done from Studio is logged under the profile."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource

SETTING = "domainSettings.executionRoleIdentityConfig"


def check(domain: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The profile's name becomes the session's source identity.

    Source: Amazon SageMaker AI Developer Guide, page monitor-user-access.
    """
    value = domain.text(SETTING) or "DISABLED"
    return (
        []
        if value == "USER_PROFILE_NAME"
        else [f"executionRoleIdentityConfig is {value}, allowed is USER_PROFILE_NAME"]
    )


RULE = Rule(
    id="SM-14",
    name="sagemaker-source-identity",
    title="Studio sessions carry the scientist as source identity",
    why="The identity survives the assumption of further roles, so that a publication has a name in the log.",
    fix="Set domainSettings.executionRoleIdentityConfig to USER_PROFILE_NAME.",
    severity=Severity.MEDIUM,
    types=("aws:sagemaker/domain:Domain",),
    check=check,
)
