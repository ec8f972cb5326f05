"""Cases of the rule in `policies/pack/rules/long_lived_credentials.py`."""

from __future__ import annotations

from policies.pack.rules import long_lived_credentials
from tests.policies.pack.pack_factories import make
from tests.policies.pack.rule_cases import Cases, NoCases, on

CASES = Cases(
    rule=long_lived_credentials.RULE,
    passes=NoCases(because="to declare such a resource at all is the mistake"),
    violations=[
        (on(make("aws:iam/user:User", "jenkins")), "User jenkins gives credentials that do not expire"),
        (on(make("aws:iam/accessKey:AccessKey", "jenkins", user="jenkins")), "AccessKey jenkins"),
    ],
    unknown=NoCases(because="no property of such a resource matters"),
)
