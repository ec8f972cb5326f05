"""Lambda authorizers: who calls is told by a function, and its answer is kept for a while.

Source: Amazon API Gateway Developer Guide, "Use API Gateway Lambda authorizers", "Input to an Amazon API Gateway Lambda
authorizer", "Output from an Amazon API Gateway Lambda authorizer".
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.apigateway.authorization import PolicyOutcome, api_policy, caller_context, outcome, require_no_denial
from rehearsal.apigateway.calls import FunctionCalls
from rehearsal.apigateway.events import event_of
from rehearsal.apigateway.messages import Exchange, GatewayError
from rehearsal.apigateway.routes import DeployedStage, MatchedMethod
from rehearsal.clock import ServiceClock
from rehearsal.service_model.aws_behavior import aws_behavior

# What an authorizer's policy may hold (Developer Guide, "Output from an Amazon API Gateway Lambda authorizer").
_UNAUTHORIZED = "Unauthorized"


@dataclass(frozen=True)
class AuthorizerAnswer:
    """What an authorizer said of a caller."""

    principal: str
    policy: Mapping[str, Any]
    context: Mapping[str, object]
    key: str


class LambdaAuthorizers:
    """Asks authorizers, and keeps their answers for as long as each says, on the service clock."""

    def __init__(self, calls: FunctionCalls, clock: ServiceClock) -> None:
        self._calls, self._clock = calls, clock
        self._kept: dict[tuple[str, ...], tuple[float, AuthorizerAnswer]] = {}
        self._lock = threading.Lock()

    def require(self, stage: DeployedStage, matched: MatchedMethod, exchange: Exchange, arn: str) -> None:
        """Let a caller through whom the authorizer's policy and the API's let in. Raises GatewayError."""
        require_no_denial(stage, exchange, arn)
        authorizer = stage.snapshot["_authorizers"].get(matched.method.get("authorizerId"))
        if authorizer is None:
            raise configuration_error("the method's authorizer is not deployed")
        identity = identity_sources(authorizer, stage, exchange)
        answer = self._answer(stage, matched, exchange, authorizer, identity, arn)
        exchange.principal, exchange.api_key = answer.principal, answer.key
        exchange.authorizer.update({"principalId": answer.principal, **answer.context})
        self._decide(stage, exchange, answer, arn)

    def _decide(self, stage: DeployedStage, exchange: Exchange, answer: AuthorizerAnswer, arn: str) -> None:
        own = outcome(with_principal(answer.policy), arn, stage.account, caller_context(exchange))
        policy = api_policy(stage)
        theirs = outcome(policy, arn, stage.account, caller_context(exchange)) if policy else PolicyOutcome(None)
        if own.denies or theirs.denies or not (own.allows or theirs.allows):
            explicit = " with an explicit deny" if own.denies or theirs.denies else ""
            message = f"User is not authorized to access this resource{explicit}"
            raise GatewayError("ACCESS_DENIED", 403, message, "AccessDeniedException")

    def _answer(
        self,
        stage: DeployedStage,
        matched: MatchedMethod,
        exchange: Exchange,
        authorizer: Mapping[str, Any],
        identity: tuple[str, ...],
        arn: str,
    ) -> AuthorizerAnswer:
        seconds, key = int(authorizer["authorizerResultTtlInSeconds"]), (stage.arn, str(authorizer["id"]), *identity)
        with self._lock:
            kept = self._kept.get(key)
        if seconds and kept is not None and kept[0] > self._clock.monotonic():
            return kept[1]
        event = authorizer_event(stage, matched, exchange, authorizer, identity, arn)
        answer = self._asked(stage, authorizer, event)
        if seconds:
            with self._lock:
                self._kept[key] = (self._clock.monotonic() + seconds, answer)
        return answer

    def _asked(self, stage: DeployedStage, authorizer: Mapping[str, Any], event: Mapping[str, Any]) -> AuthorizerAnswer:
        called = self._calls.authorizer(stage, authorizer, event)
        if called.problem:
            raise configuration_error(called.problem)
        if called.failed:
            if (called.payload or {}).get("errorMessage") == _UNAUTHORIZED:
                raise unauthorized()
            raise configuration_error(f"the authorizer failed: {json.dumps(called.payload)[:200]}")
        return read_answer(called.payload)


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Use API Gateway Lambda authorizers": a missing identity source is '
    "answered with 401 without a call",
    'Amazon API Gateway Developer Guide, "x-amazon-apigateway-authorizer object": identityValidationExpression',
)
def identity_sources(authorizer: Mapping[str, Any], stage: DeployedStage, exchange: Exchange) -> tuple[str, ...]:
    """A caller without an identity source, or with a token that does not match, is refused before any function runs."""
    found: list[str] = []
    for source in str(authorizer.get("identitySource") or "").split(","):
        if not source.strip():
            continue
        value = _source(source.strip(), stage, exchange)
        if not value:
            raise unauthorized()
        found.append(value)
    pattern = authorizer.get("identityValidationExpression")
    if pattern and found and not re.fullmatch(pattern, found[0]):
        raise unauthorized()
    return tuple(found)


def _source(source: str, stage: DeployedStage, exchange: Exchange) -> str:
    place, _, name = source.removeprefix("method.request.").partition(".")
    if place == "header":
        return exchange.request.header(name) or ""
    if place == "querystring":
        return dict(exchange.request.query).get(name, "")
    if source.startswith("stageVariables."):
        return str((stage.stage.get("variables") or {}).get(source.partition(".")[2], ""))
    if source.startswith("context."):
        return exchange.context.get(source.partition(".")[2], "")
    return ""


def authorizer_event(
    stage: DeployedStage,
    matched: MatchedMethod,
    exchange: Exchange,
    authorizer: Mapping[str, Any],
    identity: tuple[str, ...],
    arn: str,
) -> dict[str, Any]:
    """What an authorizer is given: a token, or the request without its body."""
    if authorizer["type"] == "TOKEN":
        return {"type": "TOKEN", "authorizationToken": identity[0], "methodArn": arn}
    event = event_of(stage, matched, exchange)
    event.pop("body", None)
    event.pop("isBase64Encoded", None)
    return {"type": "REQUEST", "methodArn": arn, **event}


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Output from an Amazon API Gateway Lambda authorizer": principalId, '
    "policyDocument, a context of plain values",
)
def read_answer(payload: Any) -> AuthorizerAnswer:
    """An authorizer's answer must name a principal and a policy; its context may hold no lists and no objects."""
    if not isinstance(payload, Mapping) or not isinstance(payload.get("policyDocument"), Mapping):
        raise configuration_error("the authorizer's answer has no policyDocument")
    if not isinstance(payload.get("principalId"), str) or not payload["principalId"]:
        raise configuration_error("the authorizer's answer has no principalId")
    context = payload.get("context") or {}
    if not isinstance(context, Mapping) or any(isinstance(value, dict | list) for value in context.values()):
        raise configuration_error("the authorizer's context holds a list or an object")
    texts = {str(key): _text(value) for key, value in context.items() if value is not None}
    key = str(payload.get("usageIdentifierKey") or "")
    return AuthorizerAnswer(payload["principalId"], payload["policyDocument"], texts, key)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def with_principal(policy: Mapping[str, Any]) -> dict[str, Any]:
    """An authorizer's policy as one of a resource, which is how its statements are evaluated here."""
    stated = policy.get("Statement") or []
    statements = [stated] if isinstance(stated, Mapping) else list(stated)
    return {
        "Version": policy.get("Version", "2012-10-17"),
        "Statement": [{"Principal": "*", **each} for each in statements],
    }


def unauthorized() -> GatewayError:
    """The caller is nobody that the authorizer knows."""
    return GatewayError("UNAUTHORIZED", 401, "Unauthorized", "UnauthorizedException")


def configuration_error(why: str) -> GatewayError:
    """The authorizer cannot be asked, or answers what it must not; callers are not told why."""
    details = {"authorizer.error": why}
    return GatewayError("AUTHORIZER_CONFIGURATION_ERROR", 500, None, "AuthorizerConfigurationException", details)
