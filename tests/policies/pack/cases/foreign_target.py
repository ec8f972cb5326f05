"""Cases of the rule in `policies/pack/rules/foreign_target.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN
from policies.pack.rules import foreign_target
from tests.policies.pack.pack_factories import without
from tests.policies.pack.resources.operations import QUEUE_ARN, target
from tests.policies.pack.resources.storage import provider
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=foreign_target.RULE,
    passes=[on(target(), provider()), on(target(roleArn=UNKNOWN), provider())],
    violations=[(on(without(target(), "roleArn"), provider()), "events go to account 222222222222 without a role")],
    unknown=[
        (on(target(arn=UNKNOWN), provider()), "arn of drift"),
        (on(target()), "allowedAccountIds of the stack's AWS provider"),
    ],
    not_applicable=[(on(target(arn=QUEUE_ARN), provider()), "its target is in the stack's own account")],
)
