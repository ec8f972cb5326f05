"""Cases of the rule in `policies/pack/rules/open_principal.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import open_principal
from tests.policies.pack.pack_factories import ACCOUNT, ROLE_ARN, having, make
from tests.policies.pack.resources.identity import bucket_policy
from tests.policies.pack.rule_cases import Cases, on


def bus_permission(**props: Any) -> StackResource:
    right = {"statementId": "Given", "action": "events:PutEvents", "eventBusName": "mlops-events"}
    return make("aws:cloudwatch/eventPermission:EventPermission", "events", **{**right, **props})


CASES = Cases(
    rule=open_principal.RULE,
    passes=[
        on(bucket_policy(Principal={"AWS": ROLE_ARN})),
        on(bus_permission(principal=ACCOUNT)),
        on(bus_permission(principal="*", condition={"key": "aws:PrincipalOrgID", "value": "o-a1b2c3d4e5"})),
    ],
    violations=[
        (on(bucket_policy(Principal="*")), "Given allows everybody, and no condition names whom"),
        (on(bus_permission(principal="*")), "everybody may put events on the bus"),
    ],
    unknown=[(on(having(bucket_policy(Principal="*"), policy=UNKNOWN)), "policy of data-policy")],
    not_applicable=[(on(make("aws:sns/topic:Topic", "alarms")), "it has no policy")],
)
