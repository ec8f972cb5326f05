"""API keys, usage plans and throttles: token buckets by client, method, stage and account, and quotas by client.

Source: Amazon API Gateway Developer Guide, "Throttle API requests for better throughput" and "Creating and using usage
plans with API keys". Rates are those of this machine's requests: they do not follow the hurried clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rehearsal.apigateway.messages import Exchange, GatewayError
from rehearsal.apigateway.routes import DeployedStage, MatchedMethod
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import ServiceRecords
from rehearsal.services.apigateway.deployments import account
from rehearsal.services.apigateway.store import API_KEYS, USAGE_PLANS

_HEADER = "x-api-key"


class TokenBucket:
    """Lets through `burst` requests at once and `rate` a second in the long run."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst = rate, burst
        self._tokens, self._at = float(burst), now

    def take(self, now: float) -> bool:
        """Take one token, if there is one."""
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class UsagePlans:
    """Decides about keys, throttles and quotas of every API."""

    def __init__(
        self, records: Callable[[str, str], ServiceRecords], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._records, self._now = records, now
        self._buckets: dict[tuple[str, ...], TokenBucket] = {}
        self._used: dict[tuple[str, str, str], int] = {}
        self._lock = threading.Lock()

    def require(self, stage: DeployedStage, matched: MatchedMethod, exchange: Exchange) -> None:
        """Count a request against the limits that concern it. Raises GatewayError."""
        records = self._records(stage.account, stage.region)
        plan, key = None, None
        if matched.method.get("apiKeyRequired"):
            value = given_key(stage.snapshot, exchange)
            key, plan = known_key(records, stage, value)
            exchange.identity.update(apiKey=value, apiKeyId=str(key["id"]))
        with self._lock:
            for name, rate, burst in limits(records, stage, matched, plan, key):
                self._take(name, rate, burst)
            if plan is not None and key is not None and plan.get("quota"):
                self._count(plan, key)

    def used(self, plan: str, key: str, day: str) -> int:
        """Requests of a key in the plan's period that a day lies in."""
        return self._used.get((plan, key, day), 0)

    def _take(self, name: tuple[str, ...], rate: float, burst: float) -> None:
        bucket = self._buckets.get(name)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
            bucket = self._buckets[name] = TokenBucket(rate, burst, self._now())
        if not bucket.take(self._now()):
            raise GatewayError("THROTTLED", 429, "Too Many Requests", "TooManyRequestsException")

    def _count(self, plan: Mapping[str, Any], key: Mapping[str, Any]) -> None:
        quota = plan["quota"]
        name = (str(plan["id"]), str(key["id"]), quota_period(quota, datetime.now(UTC)))
        used = self._used.get(name, int(quota.get("offset") or 0))
        if used >= int(quota["limit"]):
            raise GatewayError("QUOTA_EXCEEDED", 429, "Limit Exceeded", "LimitExceededException")
        self._used[name] = used + 1


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Choose an API key source in API Gateway": header x-api-key, or the '
    "authorizer's usageIdentifierKey",
)
def given_key(snapshot: Mapping[str, Any], exchange: Exchange) -> str:
    """The key comes in a header, or from the authorizer where the API says so; the other place does not count."""
    if snapshot.get("apiKeySource") == "AUTHORIZER":
        return exchange.api_key
    return exchange.request.header(_HEADER) or ""


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Creating and using usage plans with API keys": a key counts only '
    "through a usage plan that has both the key and the stage",
)
def known_key(records: ServiceRecords, stage: DeployedStage, value: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A key must be enabled and in a usage plan of this very stage. Raises GatewayError."""
    key = next((each for each in records.all(API_KEYS).values() if value and each.get("value") == value), None)
    if key is not None and key.get("enabled"):
        for plan in records.all(USAGE_PLANS).values():
            stages = [(each["apiId"], each["stage"]) for each in plan.get("apiStages") or ()]
            if key["id"] in plan["_keys"] and (stage.api["id"], stage.stage["stageName"]) in stages:
                return key, plan
    raise GatewayError("INVALID_API_KEY", 403, "Forbidden", "ForbiddenException")


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Throttle API requests for better throughput": client and method, '
    "client, method, account, in this order",
)
def limits(
    records: ServiceRecords,
    stage: DeployedStage,
    matched: MatchedMethod,
    plan: Mapping[str, Any] | None,
    key: Mapping[str, Any] | None,
) -> Iterator[tuple[tuple[str, ...], float, float]]:
    """A request takes a token of its client's plan, of its method and stage, and of the account's, in this order."""
    path, verb, api = matched.resource["path"], matched.method["httpMethod"], str(stage.api["id"])
    name = str(stage.stage["stageName"])
    if plan is not None and key is not None:
        for each in plan.get("apiStages") or ():
            if (each["apiId"], each["stage"]) == (api, name):
                own = (each.get("throttle") or {}).get(f"{path}/{verb}")
                if own:
                    yield (*_names("plan-method", plan, key), path, verb), *_limit(own)
        if plan.get("throttle"):
            yield _names("plan", plan, key), *_limit(plan["throttle"])
    settings = method_settings(stage.stage, path, verb)
    if "throttlingRateLimit" in settings or "throttlingBurstLimit" in settings:
        shared = f"{path.lstrip('/')}/{verb}" in stage.stage["methodSettings"]
        where = (path, verb) if shared else ("*", "*")
        rate, burst = settings.get("throttlingRateLimit", 10_000.0), settings.get("throttlingBurstLimit", 5_000)
        yield ("method", api, name, *where), float(rate), float(burst)
    general = account(records)["throttleSettings"]
    yield ("account", stage.account, stage.region), float(general["rateLimit"]), float(general["burstLimit"])


def _names(kind: str, plan: Mapping[str, Any], key: Mapping[str, Any]) -> tuple[str, ...]:
    return kind, str(plan["id"]), str(key["id"])


def _limit(stated: Mapping[str, Any]) -> tuple[float, float]:
    return float(stated.get("rateLimit") or 0), float(stated.get("burstLimit") or 0)


def method_settings(stage: Mapping[str, Any], path: str, verb: str) -> dict[str, Any]:
    """The settings of a method: those of all methods, and its own above them."""
    every = stage.get("methodSettings") or {}
    return {**every.get("*/*", {}), **every.get(f"{path.lstrip('/')}/{verb}", {})}


def quota_period(quota: Mapping[str, Any], moment: datetime) -> str:
    """The day, week or month that a quota is counted for."""
    if quota.get("period") == "DAY":
        return moment.strftime("%Y-%m-%d")
    return moment.strftime("%G-W%V") if quota.get("period") == "WEEK" else moment.strftime("%Y-%m")
