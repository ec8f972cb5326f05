"""What watches is on, hears everything that it should, and reaches whoever must be told: rules, alarms, functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from catalog.compute import WAYS_TO_COMPUTE
from catalog.roles import RoleKind
from policies.access.authorization import RequestContext
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.declared import ALARM, FUNCTION, QUEUE, RULE, TARGET, TOPIC, TRAIL, DeclaredResource
from policies.access.graph.policy_documents import as_list, statements
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.declared_problems import Readers, as_findings, declared_problems, service_may
from policies.access.proofs.theorem import ProofOutcome, Theorem
from policies.documents import actions

_ALARMS, _EVENTS = "cloudwatch.amazonaws.com", "events.amazonaws.com"
_CALL = "AWS API Call via CloudTrail"
# What SageMaker tells by itself of whatever runs somebody's code. Source: Amazon EventBridge Events Reference, "Amazon
# SageMaker AI events".
_STATES = frozenset(
    f"SageMaker {kind} State Change"
    for kind in (
        *("Endpoint", "Endpoint Config", "HyperParameter Tuning Job", "Model", "Notebook Instance"),
        *("Processing Job", "Training Job", "Transform Job"),
    )
)
# AutoML, which SageMaker tells nothing of.
_SILENT = frozenset({"CreateAutoMLJob", "CreateAutoMLJobV2"})
# Denied too, and changes of what only a denied call could have made: whoever hears of that hears enough. The last is
# no operation of SageMaker's API.
_LATER = frozenset(
    (*(name.lower() for name, way in WAYS_TO_COMPUTE.items() if way.unwatched), "updateclusterinference")
)
# What makes a trail write less, and a rule must hear of. Source: Service Authorization Reference, "AWS CloudTrail".
_AGAINST_TRAILS = frozenset({"DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"})
# Metrics of a queue, and a value of each at which its alarm must be on: one message, or one of thirteen days, after
# which it is gone (Amazon SQS API Reference, SetQueueAttributes: MessageRetentionPeriod is 14 days at the most).
_QUEUE_METRICS = {"ApproximateAgeOfOldestMessage": 13 * 86_400, "ApproximateNumberOfMessagesVisible": 1}
_OF_QUEUES = "AWS/SQS"
_ABOVE: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
}
_STATISTICS = ("Average", "Maximum", "Sum")
# Longest time, in seconds, after which an alarm must be on.
_SOON = 900


@dataclass(frozen=True)
class _Guards:
    """What is read of a graph."""

    graph: PolicyGraph

    # ---- rules

    def rule(self, rule: DeclaredResource) -> Iterator[str]:
        if rule.get("isEnabled") is False or rule.text("state") == "DISABLED":
            yield "it is off"
        if not self._targets.get((rule.account, rule.name)):
            yield "it tells nobody"

    def target(self, target: DeclaredResource) -> Iterator[str]:
        """What it tells lets it, and so does the queue of what could not be told."""
        arn, rule = target.text("arn"), self._rule_of(target)
        if rule is None:
            yield f"it is of {target.text('rule') or 'no rule'}, which no stack made"
            return
        source = {"aws:SourceArn": rule.arn, "aws:SourceAccount": rule.account}
        kind = arn.split(":")[2] if arn.startswith("arn:") else ""
        if kind in _DELIVERIES and not self._arrives(_EVENTS, _DELIVERIES[kind], arn, source):
            yield f"{rule.name} may not tell {arn}"
        elif kind not in _DELIVERIES and kind != "events":
            yield f"{rule.name} tells {arn or 'nobody'}, of which nobody knows who hears it"
        queue = target.text("deadLetterConfig.arn")
        if queue and not self._arrives(_EVENTS, "sqs:SendMessage", queue, source):
            yield f"what {rule.name} cannot tell may not be left in {queue}"

    @cached_property
    def _rules(self) -> Mapping[tuple[str, str], DeclaredResource]:
        return {(rule.account, rule.name): rule for rule in self.graph.declared_of(RULE)}

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], list[DeclaredResource]]:
        found: dict[tuple[str, str], list[DeclaredResource]] = {}
        for target in self.graph.declared_of(TARGET):
            found.setdefault((target.account, target.text("rule").rsplit("/", 1)[-1]), []).append(target)
        return found

    def _rule_of(self, target: DeclaredResource) -> DeclaredResource | None:
        return self._rules.get((target.account, target.text("rule").rsplit("/", 1)[-1]))

    # ---- alarms

    def alarm(self, alarm: DeclaredResource) -> Iterator[str]:
        source = {"aws:SourceArn": alarm.arn, "aws:SourceAccount": alarm.account}
        for action in alarm.texts("alarmActions"):
            if ":sns:" not in action:
                yield f"it does {action}, of which nobody knows who hears it"
            elif not self._arrives(_ALARMS, "sns:Publish", action, source):
                yield f"it may not tell {action}"
        if alarm.text("namespace") == _OF_QUEUES and alarm.text("metricName") in _QUEUE_METRICS:
            yield from self._watches(alarm)

    def _watches(self, alarm: DeclaredResource) -> Iterator[str]:
        """It is on as soon as something waits, or waits too long."""
        wanted, threshold = _QUEUE_METRICS[alarm.text("metricName")], alarm.get("threshold")
        above = _ABOVE.get(alarm.text("comparisonOperator"))
        if above is None or not isinstance(threshold, int | float) or not above(wanted, threshold):
            yield f"it stays off at {alarm.text('metricName')} {wanted}"
        if alarm.text("statistic") not in _STATISTICS or _number(alarm, "period") * _number(
            alarm, "evaluationPeriods"
        ) > (_SOON):
            yield f"it is on later than {_SOON} seconds after something waits"
        if alarm.text("dimensions.QueueName") not in self._queues.get(alarm.account, ()):
            yield f"it watches {alarm.text('dimensions.QueueName') or 'no queue'}, which no stack made"

    @cached_property
    def _queues(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for queue in self.graph.declared_of(QUEUE):
            found.setdefault(queue.account, set()).add(queue.name)
        return found

    # ---- what arrives

    def _arrives(self, service: str, action: str, arn: str, source: RequestContext) -> bool:
        """Whether a service may hand something to a topic, queue or function, and use the key that it is under."""
        carrier = self.graph.policy_resource_of(arn)
        if carrier is None or not service_may(service, action, arn, carrier, source):
            return False
        key_arn = self._keys.get(carrier.arn, "")
        key = self.graph.policy_resources.get(key_arn)
        if not key_arn or action == "lambda:InvokeFunction":
            return True
        kind = "aws:sns:topicArn" if action == "sns:Publish" else "aws:sqs:arn"
        context = {**source, f"kms:EncryptionContext:{kind}": carrier.arn}
        return key is not None and all(
            service_may(service, use, key.arn, key, context) for use in ("kms:Decrypt", "kms:GenerateDataKey")
        )

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        return {
            one.arn: one.text("kmsMasterKeyId") for token in (QUEUE, TOPIC) for one in self.graph.declared_of(token)
        }

    # ---- the remediator

    def remediator(self, role: IamRole) -> Iterator[str]:
        """It hears of each beginning that SageMaker tells, and of each call that its boundary denies."""
        functions = {one.arn for one in self.graph.declared_of(FUNCTION) if one.text("role") == role.arn}
        if not functions:
            yield "no function runs with it"
            return
        heard = [
            pattern
            for target in self.graph.declared_of(TARGET)
            if target.text("arn") in functions and (rule := self._rule_of(target))
            for pattern in [_json(rule.text("eventPattern"))]
        ]
        states, calls = set[str](), set[str]()
        for pattern in heard:
            states |= _states(pattern, role.account)
            calls |= _calls(pattern, role.account, "sagemaker")
        if missing := sorted(_STATES - states):
            yield f"it does not hear of every {missing[0]} ({len(missing)} kinds of events)"
        if missing := sorted((denied_outright(role) | _SILENT) - calls):
            yield f"it does not hear of {', '.join(missing)}"

    def trails_told(self, account: str) -> Iterator[str]:
        """Where a trail records an account, a rule hears of calls against it."""
        patterns = [
            _json(rule.text("eventPattern")) for rule in self.graph.declared_of(RULE) if rule.account == account
        ]
        heard = {call for pattern in patterns for call in _calls(pattern, account, "cloudtrail")}
        if missing := sorted(_AGAINST_TRAILS - heard):
            yield f"nobody hears of {', '.join(missing)}"


_DELIVERIES = {"lambda": "lambda:InvokeFunction", "sns": "sns:Publish", "sqs": "sqs:SendMessage"}


def denied_outright(role: IamRole) -> frozenset[str]:
    """Operations of SageMaker that begin or enlarge something and that a role's boundary denies whatever they say."""
    known = actions.service("sagemaker")
    patterns = [
        str(pattern).lower().partition(":")[2]
        for statement in statements(role.boundary or {})
        if statement.get("Effect") == "Deny"
        and not statement.get("Condition")
        and statement.get("Resource") in ("*", ["*"])
        for pattern in as_list(statement.get("Action"))
        if str(pattern).lower().startswith("sagemaker:")
    ]
    names = known.names if known else {}
    return frozenset(
        name
        for lower, name in names.items()
        if lower not in _LATER and any(fnmatchcase(lower, each) for each in patterns)
    )


def _states(pattern: object, account: str) -> set[str]:
    """Kinds of events of SageMaker that a pattern takes without asking anything else of them."""
    if not isinstance(pattern, Mapping) or set(pattern) - {"account", "detail-type", "source"}:
        return set()
    return set(as_list(pattern.get("detail-type"))) if _from(pattern, account, "sagemaker") else set()


def _calls(pattern: object, account: str, service: str) -> set[str]:
    """Calls to a service that a pattern takes without asking anything else of them."""
    if not isinstance(pattern, Mapping) or set(pattern) - {"account", "detail", "detail-type", "source"}:
        return set()
    detail = pattern.get("detail")
    if not isinstance(detail, Mapping) or set(detail) - {"eventName", "eventSource"}:
        return set()
    told = _from(pattern, account, service) and _CALL in as_list(pattern.get("detail-type"))
    whose = as_list(detail.get("eventSource")) or [f"{service}.amazonaws.com"]
    return (
        {str(call) for call in as_list(detail.get("eventName"))}
        if told and f"{service}.amazonaws.com" in whose
        else set()
    )


def _from(pattern: Mapping[str, object], account: str, service: str) -> bool:
    return f"aws.{service}" in as_list(pattern.get("source")) and account in as_list(pattern.get("account", account))


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _number(alarm: DeclaredResource, prop: str) -> float:
    value = alarm.get(prop)
    return value if isinstance(value, int | float) else float("inf")


def watching(graph: PolicyGraph) -> ProofOutcome:
    """Rules are on, alarms fire, what they tell arrives, and the remediator hears of every way to compute."""
    guards = _Guards(graph)
    readers: Readers = {
        RULE: guards.rule,
        TARGET: guards.target,
        ALARM: guards.alarm,
    }
    found, looked_at = declared_problems(graph, readers)
    remediators = roles_of_kind(graph, RoleKind.REMEDIATOR)
    found += [(role.arn, role.urn, problem) for role in remediators for problem in guards.remediator(role)]
    recorded = sorted({trail.account for trail in graph.declared_of(TRAIL)})
    found += [(account, "", problem) for account in recorded for problem in guards.trails_told(account)]
    queries = len(remediators) + len(recorded) + looked_at
    findings = as_findings(found)
    unwatched = sorted(set(graph.accounts()) - {role.account for role in remediators})
    named = [f"{account} has no remediator" for account in unwatched]
    return ProofOutcome(findings=findings, named=named, queries=queries)


THEOREMS = (
    Theorem(
        id="guards-awake",
        statement="Rules and alarms are on and reach whoever they tell, and where an account is corrected its "
        "remediator hears of every way to compute; the printed accounts are not corrected.",
        prove=watching,
    ),
)
