"""Cases of the rule in `policies/pack/rules/assume_named_roles.py`."""

from __future__ import annotations

from policies.pack.rules import assume_named_roles
from tests.policies.pack.pack_factories import ROLE_ARN
from tests.policies.pack.resources.identity import ASSUME, BOUNDED, UNREAD, role_policy
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=assume_named_roles.RULE,
    passes=[
        on(role_policy(**ASSUME, Resource=ROLE_ARN)),
        on(role_policy(**ASSUME, Resource="arn:aws:iam::222222222222:role/mlops/projects/*")),
    ],
    violations=[
        (on(role_policy(**ASSUME, Resource="*")), "Given of policy assumes every role that trusts it"),
        (on(role_policy(**ASSUME, Resource="arn:aws:iam::*:role/*")), "assumes every role"),
        (on(role_policy(**ASSUME, NotResource=ROLE_ARN)), "assumes every role"),
        (on(role_policy(**ASSUME, Resource=[ROLE_ARN, "*"])), "assumes every role"),
    ],
    unknown=[UNREAD],
    not_applicable=[BOUNDED],
)
