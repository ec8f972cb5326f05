"""Requests on production while it changes: what is asked, and what each version of the model has to answer."""

from __future__ import annotations

import http.client
import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.journey import prediction
from rehearsal.journey.journey import Journey
from rehearsal.load import LoadAnswer
from rehearsal.scenarios.api_callers import ApiCallers, signed

ROWS = 200
_VERSION = re.compile(r"model-package=[^/]+/(\d+)")
_CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=70)


class ProductionTraffic(ABC):
    """Asks production one row at a time.

    `expected` holds each version's own answers by row; a version that is not there cannot be judged.
    """

    def __init__(self, journey: Journey, workload: Any) -> None:
        self._journey, self._workload = journey, workload
        self.endpoint = journey.outputs["endpoints"]["production"]
        metadata = journey.package["CustomerMetadataProperties"]
        self.rows = prediction.many_rows(journey.object_at(metadata["holdout_uri"] + "/holdout.csv").decode(), ROWS)
        self.lines: Sequence[str] = self.rows.splitlines()
        self.expected: dict[str, list[list[float]]] = {}
        # Of each thread: connections are kept.
        self._own = threading.local()

    def learn(self) -> str:
        """Take up what the journey's current package answers; gives its version."""
        version = str(self._journey.package["ModelPackageVersion"])
        artifact = self._journey.registered_artifact(self._workload)
        self.expected[version] = prediction.expected(artifact, self.rows)
        return version

    @abstractmethod
    def ask(self, number: int) -> LoadAnswer:
        """One request."""

    def judged(self, index: int, numbers: Sequence[float], version: str) -> LoadAnswer:
        """A good answer to a row, held against what its version answers."""
        expected = self.expected.get(version)
        right = None if expected is None else not prediction.differing([numbers], [expected[index]])
        problem = f"a wrong answer of version {version}: {json.dumps(numbers)}" if right is False else ""
        return LoadAnswer(200, version, right, problem)


class EndpointTraffic(ProductionTraffic):
    """Asks the endpoint itself, as the project's test role."""

    def ask(self, number: int) -> LoadAnswer:
        """One request."""
        index = number % len(self.lines)
        try:
            answer = self._client().invoke_endpoint(
                EndpointName=self.endpoint, ContentType="text/csv", Accept="text/csv", Body=self.lines[index].encode()
            )
        except ClientError as error:
            status = int(error.response["ResponseMetadata"]["HTTPStatusCode"])
            return LoadAnswer(status, problem=error.response["Error"]["Code"])
        except BotoCoreError as error:
            return LoadAnswer(0, problem=type(error).__name__)
        numbers = [float(cell) for cell in answer["Body"].read().decode().strip().split(",")]
        found = _VERSION.search(answer.get("CustomAttributes", ""))
        return self.judged(index, numbers, found[1] if found else "")

    def _client(self) -> Any:
        if not hasattr(self._own, "client"):
            tester = self._journey.tester_in(self._workload)
            session = boto3.Session(**tester.credentials())
            self._own.client = session.client(
                "sagemaker-runtime", endpoint_url=self._journey.cloud.endpoint_url, config=_CONFIG
            )
        return self._own.client


class ApiTraffic(ProductionTraffic):
    """Asks through the API over HTTP, signed by a role of another account that the settings let call."""

    def __init__(self, journey: Journey, workload: Any, callers: ApiCallers) -> None:
        super().__init__(journey, workload)
        self._region, self._signer, self._url = callers.region, callers.caller(), callers.url()
        self._bodies = [
            json.dumps({"instances": [[float(cell) if cell else None for cell in line.split(",")]]}).encode()
            for line in self.lines
        ]

    def ask(self, number: int) -> LoadAnswer:
        """One request."""
        index = number % len(self.lines)
        body = self._bodies[index]
        headers = signed(self._signer, self._url, body, {"Content-Type": "application/json"}, self._region)
        try:
            status, text = self._post(body, headers)
        except (OSError, http.client.HTTPException) as error:
            del self._own.connection
            return LoadAnswer(0, problem=type(error).__name__)
        if status != 200:
            return LoadAnswer(status, problem=f"{status} {text[:120]}")
        answer = json.loads(text)
        (predicted,) = answer["predictions"]
        numbers = predicted if isinstance(predicted, list) else [predicted]
        return self.judged(index, [float(number) for number in numbers], str(answer["modelVersion"]))

    def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        parts = urlsplit(self._url)
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(parts.netloc, timeout=70)
        self._own.connection.request("POST", parts.path, body, dict(headers))
        answer = self._own.connection.getresponse()
        return answer.status, answer.read().decode()
