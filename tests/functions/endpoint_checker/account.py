"""An account's endpoint as the endpoint checker sees it, and the events of its schedule."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from functions.endpoint_checker.config import read_config
from functions.endpoint_checker.handler import Clients, check

ACCOUNT, REGION, ENDPOINT = "222222222222", "eu-west-1", "mlops-screening-staging"
CONFIG = {"account": ACCOUNT, "region": REGION, "endpoint": ENDPOINT, "namespace": "ModelEndpoints"}
CHECKER = read_config(json.dumps(CONFIG))
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ROWS = [f"{number}.5,{number}" for number in range(20)]


def event(**more: Any) -> dict[str, Any]:
    """An event of the schedule."""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2026-11-27T12:00:00Z",
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/check"],
        "detail": {},
        **more,
    }


def refusal(code: str, message: str = "no", operation: str = "Operation", status: int = 400) -> ClientError:
    given = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(given, operation)


FAULTS: Mapping[str, Callable[[], Exception]] = {
    "throttled": lambda: refusal("ThrottlingException", "Rate exceeded"),
    "not let in": lambda: refusal("AccessDeniedException"),
    "broken": lambda: refusal("InternalFailure", status=500),
    "no connection": lambda: ConnectTimeoutError(endpoint_url="https://aws"),
    "answer lost": lambda: ReadTimeoutError(endpoint_url="https://aws"),
}


def answers_of(version: int) -> list[list[float]]:
    return [[version + number / 8] for number in range(20)]


class Account:
    """An account's endpoint as the four services show it: `fault` is raised by one operation, as often as it is called.

    `serves` gives the version that answers a request of a number, with a shift of its answer.
    """

    def __init__(self, current: int = 1, new: int | None = None, status: str = "InService") -> None:
        self.status, self.current, self.new = status, current, new
        self.serves: Callable[[int], tuple[int, float]] = lambda _: (current, 0.0)
        self.attributes, self.stage = True, "Baking"
        self.checks: dict[str, bytes] = {}
        self.uris: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        for version in (1, 2):
            self.give(version, {"rows": ROWS, "expected": answers_of(version)})
        self.faults: dict[str, Callable[[], Exception | None]] = {}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.put: list[dict[str, Any]] = []

    def give(self, version: int, document: Any) -> None:
        """The checks of a version."""
        self.uris[f"model-{version}"] = f"s3://models/screening/checks/x{version}/checks.json"
        whole = {"contentType": "text/csv", "tolerance": 0, **document} if isinstance(document, dict) else document
        content = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
        self.checks[f"screening/checks/x{version}/checks.json"] = content
        self.digests[f"model-{version}"] = hashlib.sha256(content).hexdigest()

    def clients(self) -> Clients:
        return Clients(sagemaker=self, runtime=self, s3=self, cloudwatch=self)

    def _called(self, operation: str, given: Mapping[str, Any]) -> None:
        self.calls.append((operation, given))
        if operation in self.faults and (fault := self.faults[operation]()) is not None:
            raise fault

    # ---- the services

    def describe_endpoint(self, **given: Any) -> Any:
        self._called("describe_endpoint", given)
        if self.status == "none":
            raise refusal("ValidationException", f'Could not find endpoint "{ENDPOINT}".')
        variants = [{"VariantName": "primary", "VariantStatus": [{"Status": self.stage}]}]
        summary = {"EndpointConfigName": f"config-{self.new}", "ProductionVariants": variants}
        pending = {"PendingDeploymentSummary": summary} if self.new else {}
        return {"EndpointStatus": self.status, "EndpointConfigName": f"config-{self.current}", **pending}

    def describe_endpoint_config(self, **given: Any) -> Any:
        self._called("describe_endpoint_config", given)
        return {"ProductionVariants": [{"ModelName": given["EndpointConfigName"].replace("config", "model")}]}

    def describe_model(self, **given: Any) -> Any:
        self._called("describe_model", given)
        name = given["ModelName"]
        arn = f"arn:aws:sagemaker:{REGION}:111111111111:model-package/mlops-screening/{name[6:]}"
        checks = {"CHECKS_URI": self.uris[name], "CHECKS_SHA256": self.digests.get(name, "none")}
        return {"Containers": [{"Environment": {"MODEL_PACKAGE_ARN": arn, **checks}}]}

    def get_object(self, **given: Any) -> Any:
        self._called("get_object", given)
        return {"Body": io.BytesIO(self.checks[given["Key"]])}

    def invoke_endpoint(self, **given: Any) -> Any:
        self._called("invoke_endpoint", given)
        number = sum(operation == "invoke_endpoint" for operation, _ in self.calls) - 1
        version, shift = self.serves(number)
        answer = answers_of(version)[ROWS.index(given["Body"].decode().strip())][0] + shift
        attributes = {"CustomAttributes": f"model-package=mlops-screening/{version}"} if self.attributes else {}
        return {"Body": io.BytesIO(f"{answer!r}\n".encode()), **attributes}

    def put_metric_data(self, **given: Any) -> None:
        self._called("put_metric_data", given)
        self.put.append(given)


def told(account: Account) -> dict[tuple[str, ...], float]:
    """What CloudWatch was told: metric and values of its dimensions but the endpoint's."""
    (put,) = account.put
    assert put["Namespace"] == "ModelEndpoints"
    assert all(datum["Dimensions"][0] == {"Name": "EndpointName", "Value": ENDPOINT} for datum in put["MetricData"])
    return {
        (datum["MetricName"], *(each["Value"] for each in datum["Dimensions"][1:])): datum["Value"]
        for datum in put["MetricData"]
    }


def made(account: Account) -> dict[tuple[str, ...], float]:
    check(account.clients(), CHECKER, "id")
    return told(account)
