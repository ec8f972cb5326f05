"""Callers of a project's API in production, over HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from delivery.api_names import STAGE
from rehearsal.aws.actors import Actor
from rehearsal.journey.steps import JourneyFailed
from rehearsal.scenarios.scenario import ScenarioRun
from settings.api import ApiSettings

PATH = "/predictions"


@dataclass(frozen=True)
class HttpAnswer:
    """An answer; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def content_type(self) -> str:
        """Its media type."""
        return self.headers.get("content-type", "")


class ApiCallers:
    """Calls the API of the scenario's project in production's account."""

    def __init__(self, scenario: ScenarioRun) -> None:
        self._scenario, self._cloud = scenario, scenario.environment.cloud
        workloads = [each for each in scenario.journey.release_facts.workloads if each["stage"] == "production"]
        self.account, self.region = workloads[0]["account"], workloads[0]["region"]
        settings = scenario.journey.project.settings.deployments.production.api  # type: ignore[union-attr]
        if settings is None or not settings.callers:
            raise JourneyFailed("this scenario needs a project whose API in production takes signed requests")
        self.settings: ApiSettings = settings
        self._callers: dict[str, Actor] = {}

    def stack_outputs(self) -> Mapping[str, str]:
        """What the delivered stack says of itself. Raises JourneyFailed where it has no API."""
        client = self._cloud.client(self._cloud.owner(self.account), "cloudformation", self.region)
        for stack in client.describe_stacks()["Stacks"]:
            outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}
            if outputs.get("EndpointName") == self._scenario.journey.outputs["endpoints"]["production"]:
                if "ApiId" not in outputs:
                    break
                return outputs
        raise JourneyFailed("production's stack has no API")

    def url(self, path: str = PATH) -> str:
        """Where the API answers on this machine."""
        return self._scenario.runtime.apigateway.url(self.stack_outputs()["ApiId"], STAGE) + path

    def caller(self) -> Actor:
        """Credentials of a role that the settings let call, which its own account lets call too."""
        return self.role(self.settings.callers[0], allowed=True)

    def role(self, arn: str, *, allowed: bool) -> Actor:
        """Credentials of a role of some account."""
        if arn not in self._callers:
            account, name = arn.split(":")[4], arn.rpartition("/")[2]
            owner = self._cloud.owner(account)
            iam = self._cloud.client(owner, "iam")
            trust = {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "sts:AssumeRole",
            }
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
            if allowed:
                call = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
                iam.put_role_policy(RoleName=name, PolicyName="call", PolicyDocument=_document(call))
            self._callers[arn] = self._cloud.external(arn, session="caller")
        return self._callers[arn]

    def logs(self) -> Mapping[str, str]:
        """What stands in the log groups of production's account, by group."""
        client = self._cloud.client(self._cloud.owner(self.account), "logs", self.region)
        found: dict[str, str] = {}
        for group in (each["logGroupName"] for each in client.describe_log_groups()["logGroups"]):
            for stream in client.describe_log_streams(logGroupName=group)["logStreams"]:
                events = client.get_log_events(
                    logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
                )["events"]
                found[group] = found.get(group, "") + "\n".join(event["message"] for event in events)
        return found

    def row(self) -> list[float]:
        """Values of one held-out row."""
        metadata = self._scenario.journey.package["CustomerMetadataProperties"]
        text = self._scenario.journey.object_at(metadata["holdout_uri"] + "/holdout.csv").decode()
        return [float(cell) for cell in text.splitlines()[1].split(",")]

    def call(
        self,
        body: str | bytes,
        *,
        signer: Actor | None = None,
        path: str = PATH,
        url: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """One request."""
        url, content = url or self.url(path), body.encode() if isinstance(body, str) else body
        given = {"Content-Type": "application/json", **(headers or {})}
        if signer is not None:
            given = signed(signer, url, content, given, self.region)
        return send(url, content, given)


def _document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def signed(signer: Actor, url: str, body: bytes, headers: Mapping[str, str], region: str) -> dict[str, str]:
    """The headers of a request that is signed with Signature Version 4."""
    request = AWSRequest(method="POST", url=url, data=body, headers=dict(headers))
    credentials = Credentials(signer.access_key, signer.secret_key, signer.token)
    SigV4Auth(credentials, "execute-api", region).add_auth(request)
    return dict(request.headers.items())


def send(url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
    """One POST over HTTP."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("POST", parts.path, body, dict(headers))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return HttpAnswer(answer.status, found, answer.read().decode())
    finally:
        connection.close()
