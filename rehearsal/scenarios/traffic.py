"""Requests on production while it changes: what is asked, and what each version of the model has to answer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.journey import prediction
from rehearsal.journey.journey import Journey
from rehearsal.load import LoadAnswer

ROWS = 200
_VERSION = re.compile(r"model-package=[^/]+/(\d+)")
_CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=70)


class ProductionTraffic:
    """Asks production's endpoint one row at a time, as the project's test role.

    `expected` holds each version's own answers by row; a version that is not there cannot be judged.
    """

    def __init__(self, journey: Journey, workload: Any) -> None:
        self._journey, self._workload = journey, workload
        self.endpoint = journey.outputs["endpoints"]["production"]
        metadata = journey.package["CustomerMetadataProperties"]
        self.rows = prediction.many_rows(journey.object_at(metadata["holdout_uri"] + "/holdout.csv").decode(), ROWS)
        self.lines: Sequence[str] = self.rows.splitlines()
        self.expected: dict[str, list[list[float]]] = {}
        self._clients = threading.local()

    def learn(self) -> str:
        """Take up what the journey's current package answers; gives its version."""
        version = str(self._journey.package["ModelPackageVersion"])
        artifact = self._journey.registered_artifact(self._workload)
        self.expected[version] = prediction.expected(artifact, self.rows)
        return version

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
        return self._judged(index, numbers, found[1] if found else "")

    def _judged(self, index: int, numbers: Sequence[float], version: str) -> LoadAnswer:
        expected = self.expected.get(version)
        right = None if expected is None else not prediction.differing([numbers], [expected[index]])
        problem = f"a wrong answer of version {version}: {json.dumps(numbers)}" if right is False else ""
        return LoadAnswer(200, version, right, problem)

    def _client(self) -> Any:
        """A client for each thread: connections are kept."""
        if not hasattr(self._clients, "own"):
            tester = self._journey.tester_in(self._workload)
            session = boto3.Session(**tester.credentials())
            self._clients.own = session.client(
                "sagemaker-runtime", endpoint_url=self._journey.cloud.endpoint_url, config=_CONFIG
            )
        return self._clients.own
