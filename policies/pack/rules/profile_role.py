"""SM-11: a user profile has a role that no other has."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import UNKNOWN, Rule, Severity, StackResource, Unknown

PROFILE = "aws:sagemaker/userProfile:UserProfile"
ROLE = "userSettings.executionRole"


def check(profile: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The profile names its role, and no other profile of the stack has the same."""
    if not profile.present(ROLE):
        return ["the profile has no execution role, so it takes the domain's"]
    role = profile.text(ROLE)
    others = [other for other in stack if other.type == PROFILE and other.urn != profile.urn]
    sharing = [other.name for other in others if _known(other) == role]
    return [f"{profile.name} and {', '.join(sharing)} have the same execution role"] if sharing else []


def _known(profile: StackResource) -> object:
    settings = profile.props.get("userSettings")
    if isinstance(settings, Unknown) or not hasattr(settings, "get"):
        return UNKNOWN
    return settings.get("executionRole")


RULE = Rule(
    id="SM-11",
    name="sagemaker-profile-role",
    title="User profiles have execution roles of their own",
    why="With a shared role neither the log nor a policy can tell one scientist from another.",
    fix="Set userSettings.executionRole to the person's own role.",
    severity=Severity.HIGH,
    types=(PROFILE,),
    scope="stack",
    check=check,
)
