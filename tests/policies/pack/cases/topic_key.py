"""Cases of the rule in `policies/pack/rules/topic_key.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import topic_key
from tests.policies.pack.pack_factories import KEY_ARN, make, without
from tests.policies.pack.rule_cases import Cases, on


def topic(**props: Any) -> StackResource:
    return make("aws:sns/topic:Topic", "alarms", **{"kmsMasterKeyId": KEY_ARN, **props})


CASES = Cases(
    rule=topic_key.RULE,
    passes=[on(topic()), on(topic(kmsMasterKeyId=UNKNOWN))],
    violations=[
        (on(without(topic(), "kmsMasterKeyId")), "the topic is not encrypted with a customer managed key"),
        (on(topic(kmsMasterKeyId="alias/aws/sns")), "the topic is not encrypted with a customer managed key"),
    ],
)
