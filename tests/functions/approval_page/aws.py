"""KMS, CodePipeline, S3 and SNS as the functions see them, with faults at every call."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from functions.approval_page.config import Project

TOKEN = "1b5e2f5c-1111-4222-8333-444455556666"
EXECUTION = "a0a0a0a0-1111-4222-8333-444455556666"
NOW = 1_800_000_000
PROJECT = Project(
    project="screening",
    account="111111111111",
    region="eu-west-1",
    pipeline="screening-mlops-deploy",
    stage="Approve",
    action="Approve",
    bucket="artifacts",
    changes="screening-mlops-depl/changes",
    approvers=("alice", "bob@example.com"),
    hours=24,
    url="https://api/approvals",
    key="key",
    topic="topic",
)


def refusal(code: str, operation: str = "Any") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} said"}}, operation)


class InvalidMac(ClientError):  # type: ignore[misc] # botocore is untyped
    """botocore makes such a class of each error in a service's model."""


def report(**more: Any) -> dict[str, Any]:
    """What the deploy pipeline wrote down."""
    return {
        "stage": "production",
        "modelPackageArn": "arn:aws:sagemaker:eu-west-1:111111111111:model-package/mlops-screening/4",
        "publisher": "carol",
        "registeredBy": "mlops-screening-pipeline",
        "commit": "0123abc",
        "risks": [],
        "comparison": {
            "metric": "auc",
            "candidate": {"value": 0.98, "low": 0.96, "high": 0.99, "rows": 200},
            "production": {"value": 0.97, "low": 0.95, "high": 0.985, "rows": 200},
            "words": "the intervals overlap",
        },
        "accounts": [
            {"account": "333333333333", "region": "eu-west-1", "words": ["model: 3 becomes 4"], "cost": ["0.08 USD"]}
        ],
        **more,
    }


@dataclass
class Aws:
    """One project's AWS. `faults`: operation -> what its next calls raise, None for a call that goes well.

    `lost` holds operations whose next call is done though its caller is told that it failed.
    """

    reports: dict[str, Any] = field(default_factory=lambda: {EXECUTION: report()})
    faults: dict[str, list[Exception | None]] = field(default_factory=dict)
    lost: dict[str, list[Exception]] = field(default_factory=dict)
    status: str = "InProgress"
    token: str = TOKEN
    execution: str = EXECUTION
    summary: str = ""
    calls: list[str] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    secret: bytes = b"of the key"
    approvers: list[str] = field(default_factory=lambda: list(PROJECT.approvers))

    def client(self, service: str) -> Any:
        return _Client(self, service)

    def run(self, operation: str, done: Callable[[], Any]) -> Any:
        self.calls.append(operation)
        queue = self.faults.get(operation, [])
        if queue and (fault := queue.pop(0)) is not None:
            raise fault
        answer = done()
        if self.lost.get(operation):
            raise self.lost[operation].pop(0)
        return answer


class _Client:
    class exceptions:  # noqa: N801 - botocore's name
        KMSInvalidMacException = InvalidMac
        ClientError = ClientError

    def __init__(self, aws: Aws, service: str) -> None:
        self._aws, self._service = aws, service

    def _mac(self, message: bytes, key: str) -> bytes:
        return hmac.new(self._aws.secret + key.encode(), message, hashlib.sha256).digest()

    def generate_mac(self, **given: Any) -> Any:
        assert given["MacAlgorithm"] == "HMAC_SHA_256"
        return self._aws.run("generate_mac", lambda: {"Mac": self._mac(given["Message"], given["KeyId"])})

    def verify_mac(self, **given: Any) -> Any:
        def verify() -> Any:
            if not hmac.compare_digest(self._mac(given["Message"], given["KeyId"]), given["Mac"]):
                raise InvalidMac({"Error": {"Code": "KMSInvalidMacException", "Message": ""}}, "VerifyMac")
            return {"MacValid": True}

        return self._aws.run("verify_mac", verify)

    def get_pipeline_state(self, name: str) -> Any:
        assert name == PROJECT.pipeline
        return self._aws.run("get_pipeline_state", self._state)

    def _state(self) -> Mapping[str, Any]:
        aws = self._aws
        latest = {
            "status": aws.status,
            "token": aws.token if aws.status == "InProgress" else "",
            "summary": aws.summary,
        }
        return {
            "stageStates": [
                {"stageName": "Source"},
                {
                    "stageName": "Approve",
                    "latestExecution": {"pipelineExecutionId": aws.execution},
                    "actionStates": [{"actionName": "Approve", "latestExecution": latest if aws.status else None}],
                },
            ]
        }

    def put_approval_result(self, **given: Any) -> Any:
        def put() -> Any:
            if self._aws.status != "InProgress" or given["token"] != self._aws.token:
                raise refusal("ApprovalAlreadyCompletedException", "PutApprovalResult")
            approved = given["result"]["status"] == "Approved"
            self._aws.status = "Succeeded" if approved else "Failed"
            self._aws.summary = given["result"]["summary"]
            self._aws.results.append(given)
            return {"approvedAt": 0}

        return self._aws.run("put_approval_result", put)

    def get_object(self, **given: Any) -> Any:
        def read() -> Any:
            assert given["Bucket"] == PROJECT.bucket
            *_, execution, name = given["Key"].split("/")
            if name != "production.json" or execution not in self._aws.reports:
                raise refusal("AccessDenied", "GetObject")
            found = self._aws.reports[execution]
            return {"Body": io.BytesIO(found if isinstance(found, bytes) else json.dumps(found).encode())}

        return self._aws.run("get_object", read)

    def get_parameter(self, **given: Any) -> Any:
        assert given["Name"].endswith("/approval-link")
        outputs = {name: getattr(PROJECT, name) for name in ("url", "key", "topic")}
        value = json.dumps({**outputs, "approvers": self._aws.approvers})
        return self._aws.run("get_parameter", lambda: {"Parameter": {"Value": value}})

    def publish(self, **given: Any) -> Any:
        def send() -> Any:
            self._aws.mails.append(given)
            return {"MessageId": "1"}

        return self._aws.run("publish", send)
