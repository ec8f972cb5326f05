"""Cases of the rule in `policies/pack/rules/trail_data_events.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import trail_data_events
from tests.policies.pack.pack_factories import without
from tests.policies.pack.resources.operations import trail
from tests.policies.pack.rule_cases import Cases, on


def advanced(*fields: dict[str, Any]) -> StackResource:
    kind = {"field": "resources.type", "equals": ["AWS::S3::Object"]}
    return trail(eventSelectors=[], advancedEventSelectors=[{"fieldSelectors": [kind, *fields]}])


def selected(**changes: Any) -> StackResource:
    return trail(eventSelectors=[{"dataResources": [{"type": "AWS::S3::Object"}], **changes}])


CASES = Cases(
    rule=trail_data_events.RULE,
    passes=[on(trail()), on(selected()), on(advanced({"field": "eventCategory", "equals": ["Data"]}))],
    violations=[
        (on(without(trail(), "eventSelectors")), "reads and writes of S3 objects are not recorded"),
        (on(selected(readWriteType="WriteOnly")), "reads and writes of S3 objects are not recorded"),
        (on(selected(dataResources=[{"type": "AWS::Lambda::Function"}])), "not recorded"),
        (on(advanced({"field": "readOnly", "equals": ["false"]})), "not recorded"),
    ],
    unknown=[(on(trail(eventSelectors=UNKNOWN)), "eventSelectors of trail")],
)
