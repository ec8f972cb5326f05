"""Web ACLs in front of stages: rate rules, and what is looked at here of AWS's managed rule groups.

Sources: AWS WAF Developer Guide, "Rate-based rule statement", "Baseline rule groups", "Handling of oversize web request
components". Of the managed groups the rules about sizes, user agents, traversal, scripts and Log4j are rehearsed.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rehearsal.apigateway.messages import Exchange, GatewayError, IncomingRequest
from rehearsal.apigateway.routes import DeployedStage
from rehearsal.aws.cloud import Cloud
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.services.wafv2 import ASSOCIATIONS, WEB_ACLS

# What is inspected of a body that API Gateway hands over.
_INSPECTED = 16 * 1024
_Matcher = Callable[[IncomingRequest, str], bool]
_SCRIPT = re.compile(r"<\s*script|javascript:|onerror\s*=", re.IGNORECASE)
_JNDI = re.compile(r"\$\{\s*jndi\s*:", re.IGNORECASE)


def _body(request: IncomingRequest) -> str:
    return request.body[:_INSPECTED].decode("utf-8", errors="replace")


_COMMON: Mapping[str, _Matcher] = {
    "NoUserAgent_HEADER": lambda request, _: not request.header("User-Agent"),
    "SizeRestrictions_QUERYSTRING": lambda request, _: len(request.raw_query) > 2048,
    "SizeRestrictions_Cookie_HEADER": lambda request, _: len(request.header("Cookie") or "") > 10_240,
    "SizeRestrictions_BODY": lambda request, _: len(request.body) > 8192,
    "SizeRestrictions_URIPATH": lambda request, _: len(request.raw_path) > 1024,
    "GenericLFI_URIPATH": lambda _, path: "../" in path,
    "GenericLFI_BODY": lambda request, _: "../" in _body(request),
    "CrossSiteScripting_QUERYARGUMENTS": lambda request, _: any(_SCRIPT.search(value) for _, value in request.query),
    "CrossSiteScripting_BODY": lambda request, _: bool(_SCRIPT.search(_body(request))),
}
_BAD_INPUTS: Mapping[str, _Matcher] = {
    "Host_localhost_HEADER": lambda request, _: (request.header("Host") or "").partition(":")[0] == "localhost",
    "Log4JRCE_HEADER": lambda request, _: any(_JNDI.search(value) for _, value in request.headers),
    "Log4JRCE_QUERYSTRING": lambda request, _: bool(_JNDI.search(request.raw_query)),
    "Log4JRCE_BODY": lambda request, _: bool(_JNDI.search(_body(request))),
}
_GROUPS: Mapping[str, Mapping[str, _Matcher]] = {
    "AWSManagedRulesCommonRuleSet": _COMMON,
    "AWSManagedRulesKnownBadInputsRuleSet": _BAD_INPUTS,
    # Addresses of bad reputation: nobody on this machine has one.
    "AWSManagedRulesAmazonIpReputationList": {},
}


class WebAcls:
    """Asks the web ACL of a stage, if it has one. Rates are counted on the machine's clock."""

    def __init__(self, cloud: Cloud, now: Callable[[], float] = time.monotonic) -> None:
        self._cloud, self._now = cloud, now
        self._seen: dict[tuple[str, str, str], deque[float]] = {}
        self._lock = threading.Lock()

    def require(self, stage: DeployedStage, exchange: Exchange) -> None:
        """Let a request through that no rule blocks. Raises GatewayError."""
        records = self._cloud.records(stage.account, stage.region)
        arn = f"arn:aws:apigateway:{stage.region}::/restapis/{stage.api['id']}/stages/{stage.stage['stageName']}"
        acl = records.all(WEB_ACLS).get(records.all(ASSOCIATIONS).get("stages", {}).get(arn, ""))
        if acl is None:
            return
        exchange.context["webaclArn"] = acl["ARN"]
        blocked = self._blocked(acl, stage, exchange.request)
        exchange.context["wafResponseCode"] = "WAF_BLOCK" if blocked else "WAF_ALLOW"
        if blocked:
            raise GatewayError("WAF_FILTERED", 403, "Forbidden", "ForbiddenException", {"waf.error": blocked})

    def _blocked(self, acl: Mapping[str, Any], stage: DeployedStage, request: IncomingRequest) -> str:
        """The rule that blocks, empty where none does."""
        for rule in sorted(acl["Rules"], key=lambda each: int(each["Priority"])):
            action, name = self._action(acl, rule, stage, request)
            if action == "Allow":
                return ""
            if action == "Block":
                return name
        return str(acl["Name"]) if "Block" in acl["DefaultAction"] else ""

    def _action(
        self, acl: Mapping[str, Any], rule: Mapping[str, Any], stage: DeployedStage, request: IncomingRequest
    ) -> tuple[str, str]:
        """The ending action that a rule takes, with the name of what took it; empty where it goes on."""
        statement = rule["Statement"]
        if "RateBasedStatement" in statement:
            over = self._over(acl, rule, request)
            return (next(iter(rule["Action"])) if over else ""), str(rule["Name"])
        group = statement["ManagedRuleGroupStatement"]
        if "Count" in rule["OverrideAction"]:
            return "", ""
        overrides = {each["Name"]: next(iter(each["ActionToUse"])) for each in group.get("RuleActionOverrides") or ()}
        for name in matches(str(group["Name"]), request, stage.path):
            action = overrides.get(name, "Block")
            if action in ("Block", "Allow"):
                return action, name
        return "", ""

    def _over(self, acl: Mapping[str, Any], rule: Mapping[str, Any], request: IncomingRequest) -> bool:
        stated, now = rule["Statement"]["RateBasedStatement"], self._now()
        key = (str(acl["Id"]), str(rule["Name"]), request.source_ip)
        with self._lock:
            seen = self._seen.setdefault(key, deque())
            while seen and seen[0] <= now - int(stated.get("EvaluationWindowSec") or 300):
                seen.popleft()
            seen.append(now)
            return over_rate(len(seen), int(stated["Limit"]))


@aws_behavior('AWS WAF Developer Guide, "Rate-based rule statement": per aggregation instance and evaluation window')
def over_rate(seen: int, limit: int) -> bool:
    """A rate rule acts on an address that sent more requests than the limit within the window."""
    return seen > limit


@aws_behavior(
    'AWS WAF Developer Guide, "Baseline rule groups": SizeRestrictions_BODY blocks bodies of more than 8 KB; '
    "NoUserAgent_HEADER; Log4JRCE",
)
def matches(group: str, request: IncomingRequest, path: str) -> Iterator[str]:
    """The common rule set blocks a body of more than 8 KB, and a request without a user agent, whoever sends it."""
    for name, matcher in _GROUPS[group].items():
        if matcher(request, path):
            yield name
