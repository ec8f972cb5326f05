"""A guard that is off, hears less or reaches nobody is found, whichever setting or policy it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from policies.access.graph import PolicyGraph
from policies.access.graph.declared import ALARM, RULE, TARGET
from policies.access.proofs.guards import watching
from tests.policies.access.proofs.declared_changes import with_change, without

Props = dict[str, Any]
STATES, CALLS = "mlops-foundation-guard-states", "mlops-foundation-guard-calls"
WAITING, OLD = "mlops-foundation-lost-events", "mlops-foundation-lost-events-old"


def setting(**changes: Any) -> Callable[[Props], None]:
    return lambda props: props.update(changes)


def pattern(change: Callable[[Props], Any]) -> Callable[[Props], None]:
    def edit(props: Props) -> None:
        content = json.loads(props["eventPattern"])
        change(content)
        props["eventPattern"] = json.dumps(content)

    return edit


PLANTED: Mapping[str, tuple[str, str, Callable[[Props], None], str]] = {
    "a rule that is off": (RULE, STATES, setting(state="DISABLED"), "it is off"),
    "a rule that is off, as it was said before": (RULE, STATES, setting(isEnabled=False), "it is off"),
    "no training jobs": (
        RULE,
        STATES,
        pattern(lambda content: content["detail-type"].remove("SageMaker Training Job State Change")),
        "does not hear of every SageMaker Training Job State Change",
    ),
    "some endpoints": (
        RULE,
        STATES,
        pattern(lambda content: content.update(detail={"EndpointName": [{"prefix": "mlops-"}]})),
        "does not hear of every",
    ),
    "another account's": (RULE, STATES, pattern(lambda content: content.update(account=["2"])), "does not hear of eve"),
    "no clusters": (
        RULE,
        CALLS,
        pattern(lambda content: content["detail"]["eventName"].remove("CreateCluster")),
        "does not hear of CreateCluster",
    ),
    "no AutoML": (
        RULE,
        CALLS,
        pattern(lambda content: content["detail"]["eventName"].remove("CreateAutoMLJobV2")),
        "does not hear of CreateAutoMLJobV2",
    ),
    "calls of one caller": (
        RULE,
        CALLS,
        pattern(lambda content: content["detail"].update(userIdentity={"type": ["Root"]})),
        "does not hear of",
    ),
    "nobody hears that the trail stops": (
        RULE,
        "mlops-foundation-trail-findings",
        pattern(lambda content: content["detail"]["eventName"].remove("StopLogging")),
        "nobody hears of StopLogging",
    ),
    "an alarm that never fires": (ALARM, WAITING, setting(threshold=1000), "it stays off at"),
    "an alarm that fires below": (ALARM, WAITING, setting(comparisonOperator="LessThanThreshold"), "it stays off at"),
    "an alarm that fires when all is gone": (ALARM, OLD, setting(threshold=1_209_600), "it stays off at"),
    "an alarm that fires late": (ALARM, WAITING, setting(evaluationPeriods=288), "it is on later"),
    "an alarm of the least": (ALARM, WAITING, setting(statistic="Minimum"), "it is on later"),
    "an alarm of no queue": (ALARM, WAITING, setting(dimensions={"QueueName": "other"}), "which no stack made"),
    "an alarm that nobody hears": (
        ALARM,
        WAITING,
        setting(alarmActions=["arn:aws:sns:eu-west-1:111111111111:other"]),
        "it may not tell",
    ),
    "an alarm that runs something": (
        ALARM,
        WAITING,
        setting(alarmActions=["arn:aws:automate:eu-west-1:ec2:stop"]),
        "of which nobody knows who hears it",
    ),
}


def test_everything_that_watches_over_the_example_is_awake(graph: PolicyGraph) -> None:
    proof = watching(graph)
    assert not proof.findings
    assert proof.queries > 80
    assert not proof.named


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_a_guard_that_sleeps_is_found(graph: PolicyGraph, planted: str) -> None:
    token, name, edit, found = PLANTED[planted]
    titles = [finding.title for finding in watching(with_change(graph, token, name, edit)).findings]
    assert any(found in title for title in titles), titles


def test_a_rule_without_a_target_is_found(graph: PolicyGraph) -> None:
    target = next(one for one in graph.declared_of(TARGET) if one.text("rule") == CALLS)
    titles = [finding.title for finding in watching(without(graph, TARGET, target.name)).findings]
    assert any(title.startswith(CALLS) and "it tells nobody" in title for title in titles)


@pytest.mark.parametrize(
    ("kind", "name", "sid"),
    [
        ("topic", "mlops-foundation-alarms", "AlarmsPublish"),
        ("topic", "mlops-foundation-alarms", "RulesPublish"),
        ("queue", "mlops-foundation-dead-letters", "RulesLeaveWhatTheyCouldNotDeliver"),
        ("function", "mlops-foundation-guard", "rule-calls"),
        ("key", "alias/mlops/foundation/guards", "AlarmsPublish"),
    ],
)
def test_what_does_not_let_a_guard_tell_it_is_found(graph: PolicyGraph, kind: str, name: str, sid: str) -> None:
    carrier = next(one for one in graph.resources(kind) if name in (one.name, *one.aliases))
    assert carrier.policy is not None
    kept = [one for one in carrier.policy["Statement"] if one["Sid"] != sid]
    assert len(kept) < len(carrier.policy["Statement"])
    changed = replace(carrier, policy={**carrier.policy, "Statement": kept})
    assert watching(replace(graph, policy_resources={**graph.policy_resources, carrier.arn: changed})).findings
