"""Cases of the rule in `policies/pack/rules/flow_logs.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import flow_logs
from tests.policies.pack.pack_factories import make
from tests.policies.pack.resources.network import vpc
from tests.policies.pack.rule_cases import Cases, on


def flow_log(**props: Any) -> StackResource:
    return make("aws:ec2/flowLog:FlowLog", "flow-logs", **{"vpcId": "vpc-1", "trafficType": "ALL", **props})


CASES = Cases(
    rule=flow_logs.RULE,
    passes=[on(vpc(), flow_log())],
    violations=[
        (on(vpc()), "the VPC has no flow log"),
        (on(vpc(), flow_log(trafficType="REJECT")), "trafficType is REJECT, allowed is ALL"),
    ],
    unknown=[(on(vpc(), flow_log(trafficType=UNKNOWN)), "trafficType of flow-logs")],
)
