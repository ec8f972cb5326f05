"""Looks at what an event names, stops it where it breaks the rules, marks it and says so.

Events come more than once and out of order, so everything can be repeated: what is stopped is stopped again without
harm, and what has ended is reported once, by its mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from functions import notices
from functions.remediator import resource_kinds
from functions.remediator.events import Passed, Subject, read
from functions.remediator.rules import Described, Rules, breaches, facts_of, variants_of

# A tag's value: botocore sagemaker TagValue.
_TAG_CHARACTERS = 256
# Of what is gone: a notebook instance is "RecordNotFound" (terraform-provider-aws,
# "internal/service/sagemaker/notebook_instance.go").
_NO_MORE = ("could not find", "does not exist", "not found", "recordnotfound")
# A change that the state does not allow, in SageMaker's words for jobs, notebooks and endpoints.
_STATE_CODES = ("ValidationException", "ConflictException")


@dataclass(frozen=True, kw_only=True)
class RemediatorConfig:
    """What the remediator is to do. `prefix` begins its tags' keys.

    `denied_calls` are operations that prevention denies outright, so that one that succeeds came past it. They differ
    too much to be undone here.
    """

    rules: Rules
    topic: str
    prefix: str
    only_report: bool = False
    delete_endpoints: bool = False
    denied_calls: frozenset[str] = frozenset()


class Remediation:
    """Acts with the clients of one account and region."""

    def __init__(self, sagemaker: Any, sns: Any, config: RemediatorConfig) -> None:
        self._sagemaker, self._sns, self._config = sagemaker, sns, config

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Deal with one event; the answer says what was done. Raises UnknownEvent, and what AWS refuses for good."""
        subject = read(event, self._config.denied_calls)
        if subject is None:
            return {"outcome": "none", "because": "the call failed"}
        if isinstance(subject, Passed):
            return self._passed(subject)
        described = self._describe(subject.kind, subject.name)
        if described is None:
            return {"outcome": "none", "because": f"{subject.kind.title} {subject.name} is gone"}
        broken = self._judge(subject.kind, described)
        if not broken:
            return {"outcome": "none", "because": "it keeps the rules"}
        return {"breaches": broken, **self._act(subject, described, broken)}

    # ---- looking

    def _describe(self, kind: resource_kinds.ResourceKind, name: str) -> Described | None:
        """None where it is gone."""
        try:
            answer: Described = getattr(self._sagemaker, kind.describe)(**{kind.name: name})
        except ClientError as error:
            if _is_gone(error):
                return None
            raise
        return answer

    def _judge(self, kind: resource_kinds.ResourceKind, described: Described) -> list[str]:
        if kind is resource_kinds.ENDPOINT:
            config = self._describe(resource_kinds.ENDPOINT_CONFIG, described["EndpointConfigName"])
            if config is None:
                return []  # it was judged when it was made, and nothing tells of it any longer
            described = config
        names = [described.get("ModelName"), *(variant.get("ModelName") for variant in variants_of(described))]
        wanted = sorted({str(name) for name in names if name}) if kind is not resource_kinds.MODEL else []
        found = [self._describe(resource_kinds.MODEL, name) for name in wanted]
        models = [model for model in found if model is not None]
        facts, rules = facts_of(kind, described, models), self._config.rules
        roles = {str(model.get("ExecutionRoleArn", "")) for model in (models or [described])}
        if facts.vpc is False and roles <= rules.serverless:
            # Serverless inference takes no VPC, and the account's owner lets these projects have it.
            facts = replace(facts, vpc=None)
        return breaches(facts, rules)

    # ---- acting

    def _act(self, subject: Subject, described: Described, broken: list[str]) -> dict[str, Any]:
        kind, arn = subject.kind, str(described[subject.kind.arn])
        status = str(described.get(kind.status, ""))
        if status in kind.changing:
            return {"outcome": "none", "because": f"it is {status}"}
        if self._may_stop(kind) and status in kind.running:
            if kind is resource_kinds.ENDPOINT:
                # Nothing is left of it that an event which comes again could be told by: it is told of first.
                self._tell(subject, arn, "is being deleted", broken)
            try:
                getattr(self._sagemaker, kind.stop)(**{kind.name: subject.name})
            except ClientError as error:
                return self._not_stopped(subject, broken, error)
            if kind is resource_kinds.ENDPOINT:
                return {"outcome": "deleted", "resource": arn}
            return self._report(subject, arn, "stopped", broken)
        if kind.status and self._marked(arn):
            return {"outcome": "none", "because": "it is known"}
        return self._report(subject, arn, "reported", broken, status)

    def _may_stop(self, kind: resource_kinds.ResourceKind) -> bool:
        if self._config.only_report or not kind.stop:
            return False
        return kind is not resource_kinds.ENDPOINT or self._config.delete_endpoints

    def _not_stopped(self, subject: Subject, broken: list[str], error: ClientError) -> dict[str, Any]:
        """It may have ended, or gone, between looking and stopping; anything else is an error."""
        if not _is_gone(error) and error.response["Error"]["Code"] not in _STATE_CODES:
            raise error
        described = self._describe(subject.kind, subject.name)
        if described is None:
            return {"outcome": "none", "because": f"{subject.kind.title} {subject.name} is gone"}
        status = str(described[subject.kind.status])
        if status in subject.kind.running:
            raise error
        arn = str(described[subject.kind.arn])
        if self._marked(arn):
            return {"outcome": "none", "because": "it is known"}
        return self._report(subject, arn, "reported", broken, status)

    def _marked(self, arn: str) -> bool:
        ours = {resource_kinds.stopped_tag(self._config.prefix), resource_kinds.reported_tag(self._config.prefix)}
        pages = self._sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
        return any(tag["Key"] in ours for page in pages for tag in page["Tags"])

    def _report(self, subject: Subject, arn: str, outcome: str, broken: list[str], status: str = "") -> dict[str, Any]:
        """Publishes first and tags afterwards: what fails between the two is reported twice, never not at all."""
        how = "breaks the platform's rules" + (f" and is {status}" if status else "")
        self._tell(subject, arn, how if outcome == "reported" else f"was {outcome}", broken)
        key = resource_kinds.stopped_tag if outcome == "stopped" else resource_kinds.reported_tag
        self._mark(arn, key(self._config.prefix), broken)
        return {"outcome": outcome, "resource": arn}

    def _tell(self, subject: Subject, arn: str, how: str, broken: list[str]) -> None:
        title = subject.kind.title
        self._publish(f"{title} {how}", f"{title} {subject.name} {how}: {'; '.join(broken)}.\n\n{arn}")

    def _mark(self, arn: str, key: str, broken: list[str]) -> None:
        value = " / ".join(broken)[:_TAG_CHARACTERS]
        try:
            self._sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": key, "Value": value}])
        except ClientError as error:
            if not _is_gone(error):
                raise

    def _passed(self, call: Passed) -> dict[str, Any]:
        text = (
            f"{call.caller} called {call.call}, which prevention denies to every role of the platform: {call.what} "
            "may be running outside the VPC. Look at it, and at how the caller came past its boundary."
        )
        self._publish(f"{call.call} was not denied", text)
        return {"outcome": "reported", "resource": call.what}

    def _publish(self, subject: str, text: str) -> None:
        notices.publish(self._sns, self._config.topic, f"Remediation: {subject}", text)


def _is_gone(error: ClientError) -> bool:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "").lower()
    return code.startswith("ResourceNotFound") or (code in _STATE_CODES and any(words in message for words in _NO_MORE))
