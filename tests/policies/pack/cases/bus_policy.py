"""Cases of the rule in `policies/pack/rules/bus_policy.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import bus_policy
from tests.policies.pack.pack_factories import ACCOUNT, allow, document, having, make
from tests.policies.pack.rule_cases import Cases, on


def bus() -> StackResource:
    return make("aws:cloudwatch/eventBus:EventBus", "events", name="mlops-events")


def bus_grant(*statements: dict[str, Any]) -> StackResource:
    put = allow(Principal={"AWS": ACCOUNT}, Action="events:PutEvents", Resource="*")
    text = document(*(statements or (put,)))
    return make(
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy", "events-policy", eventBusName="mlops-events", policy=text
    )


CASES = Cases(
    rule=bus_policy.RULE,
    passes=[on(bus(), bus_grant())],
    violations=[
        (on(bus()), "the event bus has no policy"),
        (
            on(bus(), bus_grant(allow(Principal={"AWS": ACCOUNT}, Action=["events:PutEvents", "events:PutRule"]))),
            "Given of events-policy gives events:PutRule, allowed is events:PutEvents",
        ),
        (
            on(bus(), bus_grant(allow(Principal={"AWS": ACCOUNT}, NotAction="events:PutRule"))),
            "all but events:PutR",
        ),
    ],
    unknown=[(on(bus(), having(bus_grant(), policy=UNKNOWN)), "policy of events-policy")],
)
