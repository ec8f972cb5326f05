"""Services that watch over an account and that the in-memory AWS lacks, wholly or in part.

They keep what they are told and find nothing: what a detector would find is not made up here.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.request import Request

from rehearsal.aws.actors import Actor
from rehearsal.aws.requests import Question

Answer = tuple[int, dict[str, str], bytes]
_JSON = {"Content-Type": "application/json"}


class Missing(Exception):
    """There is no such thing."""


class Watching:
    """Access Analyzer, Security Hub and Macie of all accounts."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._operations: Mapping[str, Callable[[_Place, Mapping[str, Any]], dict[str, Any]]] = {
            "accessanalyzer:CreateAnalyzer": _create_analyzer,
            "accessanalyzer:GetAnalyzer": lambda here, given: {"analyzer": here.one("analyzer", given["analyzerName"])},
            "accessanalyzer:DeleteAnalyzer": lambda here, given: here.gone("analyzer", given["analyzerName"]),
            "accessanalyzer:TagResource": _tag,
            "accessanalyzer:UntagResource": _untag,
            "securityhub:EnableSecurityHub": _enable_hub,
            "securityhub:DescribeHub": lambda here, _: here.one("hub", "default"),
            "securityhub:UpdateSecurityHubConfiguration": lambda here, given: here.more("hub", "default", given),
            "securityhub:DisableSecurityHub": lambda here, _: here.gone("hub", "default"),
            "securityhub:BatchEnableStandards": _enable_standards,
            "securityhub:GetEnabledStandards": _standards,
            "securityhub:BatchDisableStandards": _disable_standards,
            "macie2:EnableMacie": _enable_macie,
            "macie2:GetMacieSession": lambda here, _: here.one("macie", "session"),
            "macie2:UpdateMacieSession": lambda here, given: here.more("macie", "session", given),
            "macie2:DisableMacie": lambda here, _: here.gone("macie", "session"),
            "macie2:CreateClassificationJob": _create_job,
            "macie2:DescribeClassificationJob": lambda here, given: here.one("job", given["jobId"]),
            "macie2:UpdateClassificationJob": lambda here, given: here.more("job", given["jobId"], given),
        }

    def handlers(self) -> dict[str, Callable[[Actor, Question, Request], Answer | None]]:
        """Who answers each operation, for `Cloud.handlers`."""
        return dict.fromkeys(self._operations, self._answer)

    def _answer(self, actor: Actor, question: Question, request: Request) -> Answer | None:  # noqa: ARG002
        here = _Place(self._kept, actor.account, question.region)
        try:
            answer = self._operations[f"{question.service}:{question.operation}"](here, question.parameters)
        except Missing as error:
            headers = {**_JSON, "x-amzn-errortype": "ResourceNotFoundException"}
            return 404, headers, json.dumps({"message": str(error)}).encode()
        return 200, _JSON, json.dumps(answer).encode()


class _Place:
    """What one account keeps in one region."""

    def __init__(self, kept: dict[tuple[str, str, str], dict[str, Any]], account: str, region: str) -> None:
        self._kept, self.account, self.region = kept, account, region

    def all(self, kind: str) -> dict[str, Any]:
        return self._kept.setdefault((self.account, self.region, kind), {})

    def one(self, kind: str, name: str) -> dict[str, Any]:
        if name not in self.all(kind):
            raise Missing(f"{kind} {name} does not exist")
        found: dict[str, Any] = self.all(kind)[name]
        return found

    def more(self, kind: str, name: str, members: Mapping[str, Any]) -> dict[str, Any]:
        self.one(kind, name).update(members)
        return {}

    def gone(self, kind: str, name: str) -> dict[str, Any]:
        self.one(kind, name)
        del self.all(kind)[name]
        return {}

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _create_analyzer(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    name = given["analyzerName"]
    arn = here.arn("access-analyzer", f"analyzer/{name}")
    told = {key: given[key] for key in ("type", "tags", "configuration") if key in given}
    here.all("analyzer")[name] = {**told, "arn": arn, "name": name, "createdAt": _now(), "status": "ACTIVE"}
    return {"arn": arn}


def _tag(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    analyzer = here.one("analyzer", given["resourceArn"].rpartition("/")[2])
    analyzer["tags"] = {**analyzer.get("tags", {}), **given["tags"]}
    return {}


def _untag(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    analyzer = here.one("analyzer", given["resourceArn"].rpartition("/")[2])
    analyzer["tags"] = {key: value for key, value in analyzer["tags"].items() if key not in given["tagKeys"]}
    return {}


def _enable_hub(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    arn = here.arn("securityhub", "hub/default")
    here.all("hub")["default"] = {"AutoEnableControls": True, **given, "HubArn": arn, "SubscribedAt": _now()}
    return {}


def _enable_standards(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    here.one("hub", "default")
    made = []
    for request in given["StandardsSubscriptionRequests"]:
        name = request["StandardsArn"].partition("standards/")[2]
        arn = here.arn("securityhub", f"subscription/{name}")
        one = {"StandardsSubscriptionArn": arn, "StandardsArn": request["StandardsArn"], "StandardsInput": {}}
        here.all("standard")[arn] = {**one, "StandardsStatus": "READY"}
        made.append(here.all("standard")[arn])
    return {"StandardsSubscriptions": made}


def _standards(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    wanted = given.get("StandardsSubscriptionArns") or list(here.all("standard"))
    return {"StandardsSubscriptions": [here.all("standard")[arn] for arn in wanted if arn in here.all("standard")]}


def _disable_standards(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    arns = given["StandardsSubscriptionArns"]
    return {"StandardsSubscriptions": [here.all("standard").pop(arn) for arn in arns if arn in here.all("standard")]}


def _enable_macie(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    here.all("macie")["session"] = {**given, "createdAt": _now(), "updatedAt": _now()}
    return {}


def _create_job(here: _Place, given: Mapping[str, Any]) -> dict[str, Any]:
    here.one("macie", "session")
    identity = uuid.uuid4().hex
    arn = here.arn("macie2", f"classification-job/{identity}")
    here.all("job")[identity] = {**given, "jobId": identity, "jobArn": arn, "jobStatus": "RUNNING"}
    return {"jobArn": arn, "jobId": identity}
