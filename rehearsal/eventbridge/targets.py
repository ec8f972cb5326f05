"""Delivers one event to one target of a rule: as the target's role, or as EventBridge where the resource admits it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.events.models import events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.eventbridge.service_senders import (
    RULES,
    NotAdmitted,
    ServiceSender,
    require_invoke,
    require_publish,
    require_send,
)
from rehearsal.eventbridge.target_input import Event
from rehearsal.lambda_functions import LambdaFunctions, UnknownFunction
from rehearsal.service_model.admission import PolicyCaller, admits


class Undeliverable(Exception):
    """Why an event did not reach its target, with EventBridge's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class EventDelivery:
    """One event for one target. `text` is what the target is given; `transformed` if it is not the event itself."""

    account: str
    region: str
    rule_arn: str
    target: Mapping[str, Any]
    event: Event
    text: str
    transformed: bool

    @property
    def arn(self) -> list[str]:
        """The target's ARN, split: partition 1, service 2, region 3, account 4, resource 5 and on."""
        return str(self.target["Arn"]).split(":")


class EventTargets:
    """Delivers to targets of every service that is rehearsed. `forward` puts an event on another bus."""

    def __init__(
        self, cloud: Cloud, functions: LambdaFunctions, forward: Callable[[str, str, str, Event], None]
    ) -> None:
        self.cloud = cloud
        self.functions = functions
        self.forward = forward
        self.rules: dict[str, str] = {}
        self._send_by_service: Mapping[str, Callable[[EventDelivery], None]] = {
            "codepipeline": self._pipeline,
            "codebuild": self._build,
            "sagemaker": self._training,
            "sns": self._topic,
            "sqs": self._queue,
            "lambda": self._function,
            "events": self._bus,
        }

    def deliver(self, delivery: EventDelivery) -> None:
        """Deliver. Raises Undeliverable, or the ClientError of the target's service."""
        send = self._send_by_service.get(delivery.arn[2])
        if send is None:
            allowed = ", ".join(self._send_by_service)
            raise Undeliverable("UNSUPPORTED_TARGET", f"{delivery.target['Arn']}: allowed here: {allowed}")
        send(delivery)

    # ---- roles

    def _actor(self, delivery: EventDelivery) -> Actor:
        """The target's role. Raises Undeliverable where the target names none."""
        role = delivery.target.get("RoleArn")
        if not role:
            raise Undeliverable("NO_PERMISSIONS", f"target {delivery.target['Arn']} has no role: set RoleArn")
        session = delivery.rule_arn.rpartition("/")[2][:64]
        actor = self.cloud.service_assume(
            role, service=RULES, session=session, region=delivery.region, source=delivery.rule_arn
        )
        self.rules[actor.access_key] = delivery.rule_arn
        return actor

    def _sends(self, delivery: EventDelivery, operation: str, resource: str, *asked: Any) -> None:
        """EventBridge itself acts on a resource whose policies were asked by `require(sender, resource, *asked)`.

        Raises Undeliverable where they do not admit it.
        """
        require, *policies = asked
        sender = ServiceSender(service=RULES, account=delivery.account, source=delivery.rule_arn)
        try:
            sent = require(sender, resource, *policies)
        except NotAdmitted as error:
            raise Undeliverable("NO_PERMISSIONS", str(error)) from None
        service, _, name = operation.partition(":")
        question = SignedRequest("", delivery.region, service, name, resource, {})
        self.cloud.recorder.add_service(RULES, delivery.account, question, context=sent)

    # ---- targets by service

    def _pipeline(self, delivery: EventDelivery) -> None:
        client = self.cloud.client(self._actor(delivery), "codepipeline", delivery.arn[3])
        overrides = source_overrides(json.loads(delivery.text)) if delivery.transformed else {}
        client.start_pipeline_execution(name=delivery.arn[5], **overrides)

    def _build(self, delivery: EventDelivery) -> None:
        client = self.cloud.client(self._actor(delivery), "codebuild", delivery.arn[3])
        client.start_build(projectName=delivery.arn[5].rpartition("/")[2])

    def _training(self, delivery: EventDelivery) -> None:
        given = (delivery.target.get("SageMakerPipelineParameters") or {}).get("PipelineParameterList") or []
        client = self.cloud.client(self._actor(delivery), "sagemaker", delivery.arn[3])
        client.start_pipeline_execution(PipelineName=delivery.arn[5].rpartition("/")[2], PipelineParameters=given)

    def _topic(self, delivery: EventDelivery) -> None:
        arn = str(delivery.target["Arn"])
        if delivery.target.get("RoleArn"):
            client = self.cloud.client(self._actor(delivery), "sns", delivery.arn[3])
            client.publish(TopicArn=arn, Message=delivery.text)
            return
        backend = sns_backends[delivery.arn[4]][delivery.arn[3]]
        topic = backend.topics.get(arn)
        if topic is None:
            raise Undeliverable("RESOURCE_NOT_FOUND", f"topic {arn} does not exist")
        key = topic.kms_master_key_id or ""
        self._sends(delivery, "sns:Publish", arn, require_publish, topic.policy, key)
        backend.publish(delivery.text, arn=arn)

    def _queue(self, delivery: EventDelivery) -> None:
        self.send(delivery, str(delivery.target["Arn"]), delivery.text, {})

    def send(self, delivery: EventDelivery, arn: str, text: str, attributes: Mapping[str, str]) -> None:
        """Send to a queue as EventBridge itself; dead letter queues take this way too."""
        _, _, _, region, account, name = arn.split(":")
        backend = sqs_backends[account][region]
        queue = backend.queues.get(name)
        if queue is None:
            raise Undeliverable("RESOURCE_NOT_FOUND", f"queue {arn} does not exist")
        key = getattr(queue, "kms_master_key_id", None) or ""
        self._sends(delivery, "sqs:SendMessage", arn, require_send, queue.policy, key)
        message_attributes = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
        group = (delivery.target.get("SqsParameters") or {}).get("MessageGroupId")
        backend.send_message(name, text, message_attributes=message_attributes, group_id=group)

    def _function(self, delivery: EventDelivery) -> None:
        arn, payload = str(delivery.target["Arn"]), json.loads(delivery.text)
        if delivery.target.get("RoleArn"):
            client = self.cloud.client(self._actor(delivery), "lambda", delivery.arn[3])
            client.invoke(FunctionName=arn, InvocationType="Event", Payload=delivery.text)
            return
        account, region, name = delivery.arn[4], delivery.arn[3], delivery.arn[6]
        try:
            policy = self.functions.policy(account, region, name)
        except UnknownFunction as error:
            raise Undeliverable("RESOURCE_NOT_FOUND", str(error)) from None
        self._sends(delivery, "lambda:InvokeFunction", arn, require_invoke, policy)
        self.functions.start(account, region, name, payload)

    def _bus(self, delivery: EventDelivery) -> None:
        arn, name = str(delivery.target["Arn"]), delivery.arn[5].rpartition("/")[2]
        account, region = delivery.arn[4], delivery.arn[3]
        actor = self._actor(delivery)
        if delivery.event["account"] != delivery.account != account:
            raise Undeliverable("NO_PERMISSIONS", "an event of another account is not passed on to a third")
        admitted = account == delivery.account or bus_admits(account, region, name, actor)
        sent = {key: delivery.event[key] for key in ("source", "detail-type") if key in delivery.event}
        entry = {"EventBusName": arn, "Source": sent.get("source"), "DetailType": sent.get("detail-type")}
        question = SignedRequest("", region, "events", "PutEvents", arn, {"Entries": [entry]})
        self.cloud.recorder.add(actor, question, None, 200 if admitted else 400)
        if not admitted:
            raise Undeliverable("NO_PERMISSIONS", f"the policy of {arn} does not let {actor.role_arn} events:PutEvents")
        self.forward(account, region, name, delivery.event)


def source_overrides(given: Any) -> dict[str, Any]:
    """What a rule's input may hand to a pipeline: `sourceRevisions`, and nothing else that is documented.

    Source: CodePipeline User Guide, "Start a pipeline with a source revision override". Raises Undeliverable for
    anything more: of `variables` no page says whether EventBridge passes them on.
    """
    more = sorted(set(given) - {"sourceRevisions"}) if isinstance(given, Mapping) else ["no object"]
    if more:
        raise Undeliverable(
            "INVALID_PARAMETER",
            f"the input of a pipeline as a rule's target holds {', '.join(more)}: only sourceRevisions is documented. "
            "Call StartPipelineExecution from a function, which takes variables",
        )
    return dict(given)


def bus_admits(account: str, region: str, name: str, actor: Actor) -> bool:
    """Whether another account's bus takes events from a role. Raises Undeliverable where there is no such bus."""
    bus = events_backends[account][region].event_buses.get(name)
    if bus is None:
        raise Undeliverable("RESOURCE_NOT_FOUND", f"event bus {name} does not exist in account {account}")
    caller = PolicyCaller(
        role_arn=actor.role_arn, account=actor.account, context={"aws:PrincipalAccount": actor.account}
    )
    return admits(bus.policy, caller, "events:PutEvents", bus.arn)
