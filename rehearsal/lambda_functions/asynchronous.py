"""Asynchronous invocations: tried again where they fail, then sent to where their failures go.

Source: AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation" and "Retaining
records of asynchronous invocations".
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.core.utils import iso_8601_datetime_with_milliseconds

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.lambda_functions.results import InvocationResult, Throttled
from rehearsal.lambda_functions.versions import FunctionName, InvocationTarget, target_of
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import records

# Tried twice more; AWS waits one minute, then two.
_MOST_RETRIES = 2
_THROTTLED_SECONDS = 0.2
# Kind of the records that `rehearsal/services/lambda_` keeps.
EVENT_INVOKE_CONFIGS = "event-invoke-configs"
_Run = Callable[[str, str, str, Any, str], InvocationResult]


@aws_behavior(
    'AWS Lambda Developer Guide, "Configuring error handling settings for asynchronous invocation": per function, '
    "version or alias, MaximumRetryAttempts 0 to 2",
)
def retries_of(configs: Mapping[str, Mapping[str, Any]], qualifier: str) -> int:
    """An asynchronous invocation that fails is tried as often again as the configuration of its qualifier says."""
    config = configs.get(qualifier or "$LATEST") or {}
    stated = config.get("MaximumRetryAttempts")
    return _MOST_RETRIES if stated is None else int(stated)


def event_invoke_configs(account: str, region: str, name: str) -> dict[str, dict[str, Any]]:
    """How a function's asynchronous invocations are handled, by qualifier."""
    return records(lambda_backends[account][region], EVENT_INVOKE_CONFIGS).setdefault(name, {})


class AsynchronousInvocations:
    """Runs events one by one, each to its end."""

    def __init__(self, cloud: Cloud, run: _Run) -> None:
        self._cloud, self._run = cloud, run

    def run(self, named: FunctionName, payload: Any) -> None:
        """Run an event to its end."""
        target = target_of(named)
        configs = event_invoke_configs(named.account, named.region, named.name)
        result, attempts = None, 0
        while attempts <= retries_of(configs, named.qualifier):
            try:
                result = self._run(named.account, named.region, named.name, payload, named.qualifier)
            except Throttled:  # stays in the queue for hours, and is not counted as an attempt
                time.sleep(_THROTTLED_SECONDS)
                continue
            attempts += 1
            if not result.error:
                break
        if result is not None:
            self._ended(target, configs.get(named.qualifier or "$LATEST") or {}, payload, result, attempts)

    def _ended(
        self,
        target: InvocationTarget,
        config: Mapping[str, Any],
        payload: Any,
        result: InvocationResult,
        attempts: int,
    ) -> None:
        destinations = config.get("DestinationConfig") or {}
        side = "OnFailure" if result.error else "OnSuccess"
        destination = (destinations.get(side) or {}).get("Destination")
        if destination:
            self._send(target, str(destination), _record(target, payload, result, attempts))
        queue = (getattr(target.function, "dead_letter_config", None) or {}).get("TargetArn")
        if queue and result.error:
            self._send_dead_letter(target, str(queue), payload, result)

    def _role(self, target: InvocationTarget) -> Actor:
        return self._cloud.service_assume(
            target.function.role,
            service="lambda.amazonaws.com",
            session=target.named.name[:64],
            region=target.named.region,
        )

    def _send(self, target: InvocationTarget, destination: str, record: Mapping[str, Any]) -> None:
        """Send a record to a destination as the function's role."""
        service, region, account, name = destination.split(":", 5)[2:]
        client = self._cloud.client(self._role(target), service, region)
        text = json.dumps(record)
        if service == "sqs":
            client.send_message(QueueUrl=f"https://sqs.{region}.amazonaws.com/{account}/{name}", MessageBody=text)
        elif service == "sns":
            client.publish(TopicArn=destination, Message=text)
        elif service == "lambda":
            client.invoke(FunctionName=destination, InvocationType="Event", Payload=text.encode())
        elif service == "events":
            failed = record["requestContext"]["condition"] != "Success"
            kind = f"Lambda Function Invocation Result - {'Failure' if failed else 'Success'}"
            entry = {"Source": "lambda", "DetailType": kind, "Detail": text, "EventBusName": destination}
            client.put_events(Entries=[entry])

    def _send_dead_letter(self, target: InvocationTarget, queue: str, payload: Any, result: InvocationResult) -> None:
        """Send an event to the dead-letter queue or topic, as the function's role."""
        texts = {
            "RequestID": result.request_id,
            "ErrorCode": "200",
            "ErrorMessage": str((result.payload or {}).get("errorMessage", ""))[:1024],
        }
        attributes = {key: {"DataType": "String", "StringValue": text} for key, text in texts.items() if text}
        service, region, account, name = queue.split(":", 5)[2:]
        client = self._cloud.client(self._role(target), service, region)
        if service == "sns":
            client.publish(TopicArn=queue, Message=json.dumps(payload), MessageAttributes=attributes)
            return
        client.send_message(
            QueueUrl=f"https://sqs.{region}.amazonaws.com/{account}/{name}",
            MessageBody=json.dumps(payload),
            MessageAttributes=attributes,
        )


def _record(target: InvocationTarget, payload: Any, result: InvocationResult, attempts: int) -> dict[str, Any]:
    return {
        "version": "1.0",
        "timestamp": iso_8601_datetime_with_milliseconds(),
        "requestContext": {
            "requestId": result.request_id,
            "functionArn": target.named.arn if target.named.qualifier else f"{target.named.arn}:$LATEST",
            "condition": "RetriesExhausted" if result.error else "Success",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": payload,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": result.version,
            **({"functionError": result.error} if result.error else {}),
        },
        "responsePayload": result.payload,
    }
