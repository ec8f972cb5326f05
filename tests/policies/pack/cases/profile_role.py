"""Cases of the rule in `policies/pack/rules/profile_role.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import profile_role
from tests.policies.pack.pack_factories import ROLE_ARN, make
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.rule_cases import Cases, on


def profile(name: str, role: object = ROLE_ARN) -> StackResource:
    token = "aws:sagemaker/userProfile:UserProfile"
    return make(token, name, domainId="d-1", userProfileName=name, userSettings={"executionRole": role})


CASES = Cases(
    rule=profile_role.RULE,
    passes=[
        on(profile("ada"), profile("grace", ROLE_ARN + "-2")),
        on(profile("ada"), profile("grace", UNKNOWN)),
        on(profile("ada"), lacking(profile("grace"), "userSettings")),
    ],
    violations=[
        (on(profile("ada", None)), "the profile has no execution role, so it takes the domain's"),
        (on(profile("ada"), profile("grace")), "ada and grace have the same execution role"),
    ],
    unknown=[(on(profile("ada", UNKNOWN), profile("grace")), "userSettings.executionRole of ada")],
)
