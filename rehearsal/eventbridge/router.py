"""EventBridge that delivers: events of services and of PutEvents, through the rules of a bus, to their targets."""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.core.request import Request
from moto.events.models import EventBus, Rule, events_backends
from moto.s3 import models as s3_models
from moto.s3 import notifications

from rehearsal.aws.actors import Actor
from rehearsal.aws.answers import Answer, refusal
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.logs import refused
from rehearsal.aws.requests import SignedRequest
from rehearsal.eventbridge.alarm_actions import notify
from rehearsal.eventbridge.schedules import Schedules
from rehearsal.eventbridge.service_senders import NotAdmitted
from rehearsal.eventbridge.target_input import Event, target_input
from rehearsal.eventbridge.targets import EventDelivery, EventTargets, Undeliverable, bus_admits
from rehearsal.lambda_functions import LambdaFunctions
from rehearsal.service_model.patches import Patches

# Enough for a report of one rehearsal; a ring, so that a loop of events does not eat the memory.
_KEPT = 2000


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """How the delivery of one event to one target ended. `outcome`: delivered, dead-letter or failed.

    Of an alarm that tells a topic, `rule` is the alarm.
    """

    at: float
    account: str
    rule: str
    target: str
    source: str
    detail_type: str
    event_id: str
    outcome: str
    error: str = ""


class EventRouter:
    """The buses of all accounts. Events are delivered one after another by a thread of its own, in their order."""

    def __init__(self, cloud: Cloud, functions: LambdaFunctions) -> None:
        self.cloud = cloud
        self.delivered: deque[DeliveryRecord] = deque(maxlen=_KEPT)
        self.targets = EventTargets(cloud, functions, self.put)
        self._queue: queue.Queue[tuple[str, str, str, Event] | None] = queue.Queue()
        self._worker = threading.Thread(target=self._work, daemon=True, name="event-bridge")
        self._patches = Patches()
        self.schedules = Schedules(cloud.clock, self._send_scheduled, _complete)

    def install(self) -> None:
        """Deliver instead of moto, which would deliver by itself and with no role."""
        self._patches.set_item(self.cloud.handlers, "events:PutEvents", self._put_events)
        self._patches.set(notifications, "_send_event_bridge_message", self._object_changed)
        self._patches.set(s3_models, "events_send_notification", lambda *_, **__: None)
        self._patches.set(Rule, "send_to_targets", lambda *_, **__: None)
        self._patches.wrap(Alarm, "update_state", self._update_alarm)
        self._worker.start()
        self.schedules.start()

    def _update_alarm(
        self, original: Callable[..., None], alarm: Any, reason: str, reason_data: str, state: str
    ) -> None:
        before = alarm.state_value
        original(alarm, reason, reason_data, state)
        self._alarm_changed(alarm, before)
        if alarm.state_value == "ALARM" != before and alarm.actions_enabled is not False:
            for action in alarm.alarm_actions or ():
                self._notify(alarm, action)

    def _notify(self, alarm: Any, action: str) -> None:
        """Tell a topic of an alarm; what else an alarm can do is not rehearsed."""
        outcome, error = "delivered", ""
        try:
            if action.split(":")[2] == "sns":
                notify(self.cloud, alarm, action)
        except NotAdmitted as refused:
            outcome, error = "failed", str(refused)
        self.delivered.append(
            DeliveryRecord(
                at=time.time(),
                account=alarm.alarm_arn.split(":")[4],
                rule=alarm.alarm_arn,
                target=action,
                source="aws.cloudwatch",
                detail_type="alarm action",
                event_id="",
                outcome=outcome,
                error=error,
            )
        )

    def close(self) -> None:
        """Deliver the events in the queue, then restore moto's methods."""
        self.schedules.close()
        self._queue.put(None)
        self._worker.join(10)
        self._patches.undo()

    def rule_of(self, actor: Actor) -> str | None:
        """The rule that an actor delivers for, None for anybody else."""
        return self.targets.rules.get(actor.access_key)

    def drain(self, seconds: float = 10.0) -> None:
        """Wait until no event waits. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while self._queue.unfinished_tasks:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._queue.unfinished_tasks} events are still on their way")
            time.sleep(0.01)

    # ---- sources of events

    def emit(self, account: str, region: str, event: Event) -> None:
        """Send a service's event to the default bus. `event`: source, detail-type, detail, perhaps resources."""
        self.put(account, region, "default", _complete(account, region, event))

    def put(self, account: str, region: str, bus: str, event: Event) -> None:
        """Put a complete event on a bus."""
        self._queue.put((account, region, bus, event))

    def _object_changed(self, account_id: str, bucket: Any, event_name: str, key: Any) -> None:
        detail = {
            "version": "0",
            "bucket": {"name": bucket.name},
            **_object_detail(notifications.S3NotificationEvent(event_name).value, key),
        }
        kind = notifications._detail_type(event_name)
        event = {"source": "aws.s3", "detail-type": kind, "resources": [bucket.arn], "detail": detail}
        self.emit(account_id, bucket.region_name, event)

    def _alarm_changed(self, alarm: Any, before: str) -> None:
        if alarm.state_value == before:
            return
        detail = {
            "alarmName": alarm.name,
            "state": {"value": alarm.state_value, "reason": alarm.state_reason},
            "previousState": {"value": before},
            "configuration": {"description": alarm.description or ""},
        }
        account, region = alarm.alarm_arn.split(":")[4], alarm.region_name
        kind = "CloudWatch Alarm State Change"
        event = {"source": "aws.cloudwatch", "detail-type": kind, "resources": [alarm.alarm_arn], "detail": detail}
        self.emit(account, region, event)

    def _put_events(self, actor: Actor, question: SignedRequest, request: Request) -> Answer | None:
        """PutEvents of anybody. Another account's bus must admit the caller, or the whole request is refused."""
        entries = (question.parameters or json.loads(request.data))["Entries"]
        buses = [_bus(entry.get("EventBusName") or "default", actor, question.region) for entry in entries]
        try:
            for account, region, name in buses:
                if account != actor.account and not bus_admits(account, region, name, actor):
                    message = (
                        f"{actor.role_arn} is not authorized to perform: events:PutEvents on bus {name} of {account}"
                    )
                    return refusal("AccessDeniedException", message, "events")
                if name not in events_backends[account][region].event_buses:
                    raise Undeliverable("RESOURCE_NOT_FOUND", f"Event bus {name} does not exist.")
        except Undeliverable as error:
            return refusal("ResourceNotFoundException", str(error), "events")
        results = [self._put_entry(actor, entry, bus) for entry, bus in zip(entries, buses, strict=True)]
        failed = sum("ErrorCode" in result for result in results)
        body = json.dumps({"FailedEntryCount": failed, "Entries": results})
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, body.encode()

    def _put_entry(self, actor: Actor, entry: Mapping[str, Any], bus: tuple[str, str, str]) -> dict[str, str]:
        for member in ("Source", "DetailType", "Detail"):
            if not entry.get(member):
                text = f"Parameter {member} is not valid. Reason: {member} is a required argument."
                return {"ErrorCode": "InvalidArgument", "ErrorMessage": text}
        if entry["Source"].startswith("aws."):
            text = "Not authorized for the source."
            return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": text}
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            detail = None
        if not isinstance(detail, dict):
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        sent = {
            "source": entry["Source"],
            "detail-type": entry["DetailType"],
            "resources": list(entry.get("Resources") or ()),
            "detail": detail,
        }
        event = _complete(actor.account, bus[1], sent)
        self.put(*bus, event)
        return {"EventId": event["id"]}

    # ---- delivery to targets

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            try:
                self._route(*item)
            finally:
                self._queue.task_done()
        self._queue.task_done()

    def _route(self, account: str, region: str, name: str, event: Event) -> None:
        bus: EventBus | None = events_backends[account][region].event_buses.get(name)
        for rule in list(bus.rules.values()) if bus else ():
            # A rule without a pattern is a schedule; moto's matcher would let it match everything.
            if rule.state != "ENABLED" or not rule.event_pattern.get_pattern():
                continue
            if rule.event_pattern.matches_event(dict(event)):  # type: ignore[arg-type]
                for target in list(rule.targets):
                    self._send(account, region, rule, target, event)

    def _send_scheduled(self, account: str, region: str, rule: Any, target: Mapping[str, Any], event: Event) -> None:
        """Deliver, and wait for the function that was called, if it is one."""
        self._send(account, region, rule, target, event)
        _, _, service, _, owner, *rest = str(target["Arn"]).split(":")
        if service == "lambda":
            self.targets.functions.wait_for(owner, region, rest[1])

    def _send(self, account: str, region: str, rule: Any, target: Mapping[str, Any], event: Event) -> None:
        delivery = EventDelivery(
            account=account,
            region=region,
            rule_arn=rule.arn,
            target=target,
            event=event,
            text="",
            transformed=any(target.get(key) for key in ("Input", "InputPath", "InputTransformer")),
        )
        code, error = self._attempt(delivery, self.targets.deliver, text=True)
        outcome = "delivered"
        if code:
            self._count(account, region, rule.name, "FailedInvocations")
            outcome, error = self._send_to_dead_letter_queue(delivery, code, error)
        self.delivered.append(
            DeliveryRecord(
                at=time.time(),
                account=account,
                rule=rule.arn,
                target=str(target["Arn"]),
                source=event["source"],
                detail_type=event["detail-type"],
                event_id=event["id"],
                outcome=outcome,
                error=error,
            )
        )

    def _send_to_dead_letter_queue(self, delivery: EventDelivery, code: str, error: str) -> tuple[str, str]:
        """Outcome and error of a delivery that failed: dead-letter where the target has a queue that took the event."""
        queue_arn = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue_arn:
            return "failed", error
        attributes = {
            "RULE_ARN": delivery.rule_arn,
            "TARGET_ARN": str(delivery.target["Arn"]),
            "ERROR_CODE": code,
            "ERROR_MESSAGE": error,
        }
        text = json.dumps(delivery.event)
        second_code, second_error = self._attempt(
            delivery, lambda failed: self.targets.send(failed, queue_arn, text, attributes)
        )
        if second_code:
            return "failed", f"{error}; dead letter queue: {second_error}"
        return "dead-letter", error

    def _attempt(
        self, delivery: EventDelivery, send: Callable[[EventDelivery], None], *, text: bool = False
    ) -> tuple[str, str]:
        """Error code and message; both empty where it went well."""
        try:
            if text:
                given = target_input(delivery.target, delivery.event, delivery.rule_arn)
                delivery = replace(delivery, text=given)
            send(delivery)
        except Undeliverable as error:
            return error.code, str(error)
        except ClientError as error:
            return error.response["Error"]["Code"], refused(error)
        except NotTrusted as error:
            return "NO_PERMISSIONS", str(error)
        except (BotoCoreError, ValueError) as error:
            return "INVALID_PARAMETER", str(error)
        except Exception as error:  # one bad target must not end all deliveries
            return "SDK_CLIENT_ERROR", f"{type(error).__name__}: {error}"
        return "", ""

    def _count(self, account: str, region: str, rule: str, metric: str) -> None:
        data = {"MetricName": metric, "Value": 1, "Dimensions": [{"Name": "RuleName", "Value": rule}], "Unit": "Count"}
        cloudwatch_backends[account][region].put_metric_data("AWS/Events", [data])


def _object_detail(event_name: str, key: Any) -> dict[str, Any]:
    """What S3 says of an object. Of a deletion it says its type instead of a size: moto tells of permanent ones alone.

    Source: Amazon S3 User Guide, "EventBridge event message structure".
    """
    kind, _, operation = event_name.removeprefix("s3:").partition(":")
    if kind == "ObjectRemoved":
        shown = {"key": key.name, "version-id": key.version_id}
        return {"object": shown, "reason": "DeleteObject", "deletion-type": "Permanently Deleted"}
    shown = {"key": key.name, "size": key.size, "etag": key.etag.strip('"'), "version-id": key.version_id}
    return {"object": shown, "reason": f"{operation}Object"}


def _complete(account: str, region: str, event: Event) -> dict[str, Any]:
    """An event with all members of the envelope (EventBridge User Guide, "AWS service event metadata")."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": event["detail-type"],
        "source": event["source"],
        "account": account,
        "time": event.get("time") or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "region": region,
        "resources": list(event.get("resources", ())),
        "detail": json.loads(json.dumps(event["detail"], default=str)),
    }


def _bus(name: str, actor: Actor, region: str) -> tuple[str, str, str]:
    """Account, Region and name of a bus that is named by its name or ARN."""
    if name.startswith("arn:"):
        parts = name.split(":")
        return parts[4], parts[3], parts[5].partition("/")[2]
    return actor.account, region, name
