"""ASY-01: what could not be delivered is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from policies.pack.asynchronous import JUDGED, KEEP_NOTHING, KEPT_AT, NOTICES, WAITING_INVOKERS
from policies.pack.model import NotApplicable, Rule, Severity, StackResource
from policies.pack.related_resources import attached

PERMISSION = "aws:lambda/permission:Permission"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """Whatever delivers asynchronously names a place for what it could not deliver."""
    if resource.type in KEEP_NOTHING:
        return [f"it keeps nothing that it could not deliver: use {KEEP_NOTHING[resource.type]}"]
    if resource.type in _CHECKS:
        return _CHECKS[resource.type](resource, stack)
    if resource.get("protocol") in NOTICES:
        raise NotApplicable("it is a notice to a person")
    kept = KEPT_AT[resource.type]
    return [] if resource.present(kept) else [f"what it cannot deliver is lost: {kept} names no place"]


def _bus(bus: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every check's signature)
    """A bus loses events only where it may not use its own key (EventBridge User Guide, "Encryption at rest")."""
    if not bus.present("kmsKeyIdentifier"):
        raise NotApplicable("it has no key of its own, and so loses nothing")
    return [] if bus.present("deadLetterConfig.arn") else ["events that its key does not encrypt are lost"]


def _mapping(mapping: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001
    if ":sqs:" in mapping.text("eventSourceArn"):
        raise NotApplicable("its queue has a dead-letter queue of its own: SQS-02")
    kept = mapping.present("destinationConfig.onFailure.destinationArn")
    return [] if kept else ["records that the function fails with are lost: destinationConfig names no place"]


def _function(function: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """A function that a service invokes without waiting has a place for the events with which it failed."""
    if function.present("deadLetterConfig.targetArn") or attached(function, stack, [INVOKE_CONFIG], "functionName"):
        return []
    allowed = attached(function, stack, [PERMISSION], "function")
    invokers = sorted({each.text("principal") for each in allowed} - WAITING_INVOKERS)
    services = [each for each in invokers if each.endswith(".amazonaws.com")]
    if not services:
        raise NotApplicable("no service invokes it without waiting for its answer")
    return [f"{', '.join(services)} invokes it, and events with which it fails are lost"]


def _notification(notification: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001
    """S3 keeps nothing; a rule of EventBridge has a target with a place."""
    direct = [name for name in ("lambdaFunctions", "queues", "topics") if notification.present(name)]
    return [f"S3 keeps nothing that {name} could not be told: use eventbridge and a rule" for name in direct]


_CHECKS: Mapping[str, Callable[[StackResource, Sequence[StackResource]], list[str]]] = dict(
    zip(sorted(JUDGED), (_bus, _mapping, _function, _notification), strict=True)
)

RULE = Rule(
    id="ASY-01",
    name="asynchronous-delivery",
    title="What cannot be delivered is kept",
    why="A lost approval, failure or alarm is a release that silently does not happen, or goes on.",
    fix="Name a dead-letter queue of the platform; `python -m operate redrive` hands over what waits there.",
    severity=Severity.MEDIUM,
    types=tuple(sorted({*KEPT_AT, *JUDGED, *KEEP_NOTHING} - {"aws:cloudwatch/eventTarget:EventTarget"})),
    scope="stack",
    related_types=(PERMISSION,),
    check=check,
)
