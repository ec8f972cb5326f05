"""An AWS account as the release recorder sees it: in memory, with a fault at whichever call a test wants."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from functions.release_recorder.changes import read_change
from functions.release_recorder.config import Project, read_config
from functions.release_recorder.events import read_event
from functions.release_recorder.recorder import Recorder

ACCOUNT, REGION = "111111111111", "eu-west-1"
STAGING, PRODUCTION, SECOND = "222222222222", "333333333333", "444444444444"
GROUP = "mlops-screening"
DEPLOY, ROLLBACK = "screening-mlops-deploy", "screening-mlops-rollback"
RECORDER = "mlops-screening-release-recorder"
CONFIG = {
    "partition": "aws",
    "account": ACCOUNT,
    "region": REGION,
    "project": "screening",
    "bucket": "mlops-dev-artifacts",
    "group": GROUP,
    "build": "screening-mlops-build",
    "source_key": "screening/source/model-build.zip",
    "pipelines": {DEPLOY: "release", ROLLBACK: "rollback"},
    "stack_sets": {"staging": "mlops-screening-staging", "production": "mlops-screening-production"},
    "endpoints": {stage: f"mlops-screening-{stage}" for stage in ("staging", "production")},
    "readers": {stage: f"mlops/projects/screening/{stage}-reader" for stage in ("staging", "production")},
    "role": RECORDER,
    "topic": "arn:aws:sns:eu-west-1:111111111111:mlops-dev-alarms",
    "event_source": "mlops.screening.releases",
}
PROJECT: Project = read_config(json.dumps(CONFIG))
APPROVER = f"arn:aws:sts::{ACCOUNT}:assumed-role/mlops-dev-approver/petra"
OWN = f"arn:aws:sts::{ACCOUNT}:assumed-role/{RECORDER}/run"

THROTTLED, TIMED_OUT, LOST = "throttled", "timed out", "lost answer"
FAULTS = (THROTTLED, TIMED_OUT, LOST)


def package(version: int) -> str:
    return PROJECT.package_arn(str(version))


def at(minute: int) -> datetime:
    return datetime(2026, 11, 27, 12, minute, tzinfo=UTC)


def execution(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


def error(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@dataclass
class Account:
    """Everything that the recorder asks and changes. `fault` is the kind of fault at the call of number `at_call`."""

    objects: dict[str, Any] = field(default_factory=dict)
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    actions: list[dict[str, Any]] = field(default_factory=list)
    operations: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    announcements: list[dict[str, Any]] = field(default_factory=list)
    builds: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    # Account -> what its endpoint serves by its own word, and why its last update failed; otherwise as delivered.
    serves: dict[str, tuple[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    fault: str = ""
    at_call: int = -1
    minute: int = 59

    def client(self, service: str) -> Any:
        return _Client(self, service)

    def there(self, credentials: Mapping[str, str], _: str) -> Any:
        """SageMaker of the account whose reader role was assumed."""
        return _Client(self, "sagemaker", credentials["AccessKeyId"])

    # ---- what there is

    def register(self, version: int, status: str = "Approved", **more: Any) -> None:
        """A package, last changed by the approver."""
        self.packages[package(version)] = {
            "ModelPackageArn": package(version),
            "ModelApprovalStatus": status,
            "CreationTime": at(0),
            "LastModifiedTime": at(1),
            "LastModifiedBy": {"IamIdentity": {"Arn": APPROVER}},
            "CustomerMetadataProperties": {"metric": "auc"},
            **more,
        }

    def deliver(
        self,
        number: int,
        version: int,
        results: Mapping[str, str],
        *,
        stage: str = "production",
        pipeline: str = DEPLOY,
        minute: int = 10,
        variables: Mapping[str, str] | None = None,
        by: str = APPROVER,
    ) -> dict[str, Any]:
        """An execution that has brought a version to accounts (results by account); gives its event.

        The first action delivers, as where the instance type stays; the second finds nothing to change.
        """
        id_ = execution(number)
        self.executions[id_] = {
            "variables": [{"name": name, "resolvedValue": value} for name, value in (variables or {}).items()],
            "trigger": {"triggerType": "StartPipelineExecution", "triggerDetail": APPROVER},
        }
        file = f"{stage}-parameters.json"
        kept = [{"ParameterKey": "ModelPackageArn", "ParameterValue": package(version)}]
        for name in (file, f"{stage}-deregister-parameters.json"):
            self.objects[f"screening/releases/rendered/{id_}/{name}"] = kept
        if stage == "production" and pipeline == DEPLOY:
            self._act(id_, pipeline, "Approve", "Approve", "Manual", minute - 1, updatedBy=by)
        failed = any(status == "FAILED" for status in results.values())
        names = ["Deregister"] if failed else ["Deregister", "Update"]
        for order, name in enumerate(names):
            self._operate(f"op-{number}-{name}", stage, minute + order, results)
            parameters = file if name == "Update" else f"{stage}-deregister-parameters.json"
            self._act(
                id_,
                pipeline,
                stage.capitalize(),
                name,
                "CloudFormationStackSet",
                minute + order,
                operation=f"op-{number}-{name}",
                parameters=f"Rendered::build/{parameters}",
                status="Failed" if failed else "Succeeded",
            )
        return action_ended(number, stage=stage, pipeline=pipeline, state="FAILED" if failed else "SUCCEEDED")

    def _operate(self, id_: str, stage: str, minute: int, results: Mapping[str, str]) -> None:
        reason = {"FAILED": f"rolled back: alarm mlops-screening-{stage}-c1-5xx is in state ALARM"}
        self.operations.insert(
            0,
            {
                "set": PROJECT.stack_sets[stage],
                "OperationId": id_,
                "Status": "SUCCEEDED",
                "EndTimestamp": at(minute),
                "results": [
                    {"Account": account, "Region": REGION, "Status": status, "StatusReason": reason.get(status, "")}
                    for account, status in results.items()
                ],
            },
        )

    def _act(
        self,
        id_: str,
        pipeline: str,
        stage: str,
        name: str,
        provider: str,
        minute: int,
        *,
        operation: str = "",
        parameters: str = "",
        status: str = "Succeeded",
        **more: Any,
    ) -> None:
        outcome = {"executionResult": {"externalExecutionId": operation}} if operation else {}
        self.actions.insert(
            0,
            {
                "pipelineExecutionId": id_,
                "pipeline": pipeline,
                "stageName": stage,
                "actionName": name,
                "status": status,
                "startTime": at(minute),
                "lastUpdateTime": at(minute),
                "input": {"actionTypeId": {"provider": provider}, "configuration": {"Parameters": parameters}},
                "output": outcome,
                **more,
            },
        )

    # ---- the API

    def call(self, service: str, operation: str, members: dict[str, Any]) -> Any:
        """Answer a call, with the fault that a test wants at it."""
        number = len(self.calls)
        self.calls.append(f"{service}:{operation}")
        fault = self.fault if number == self.at_call else ""
        if fault == THROTTLED:
            raise error("ThrottlingException", "Rate exceeded", operation)
        if fault == TIMED_OUT:
            raise ConnectTimeoutError(endpoint_url=f"https://{service}")
        answer = getattr(self, f"_{operation}")(**members)
        if fault == LOST:
            raise ReadTimeoutError(endpoint_url=f"https://{service}")
        return answer

    def _put_object(self, Key: str, Body: bytes, **more: Any) -> dict[str, Any]:  # noqa: N803
        if more.get("IfNoneMatch") == "*" and Key in self.objects:
            raise error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", "Put")
        self.objects[Key] = json.loads(Body)
        return {}

    def _get_object(self, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        if Key not in self.objects:
            raise error("NoSuchKey", "The specified key does not exist.", "GetObject")
        return {"Body": io.BytesIO(json.dumps(self.objects[Key]).encode())}

    def _list_objects_v2(self, Prefix: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Contents": [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]}

    def _get_object_tagging(self, VersionId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"TagSet": [{"Key": key, "Value": value} for key, value in self.tags.get(VersionId, {}).items()]}

    def _get_pipeline_execution(self, pipelineExecutionId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"pipelineExecution": self.executions[pipelineExecutionId]}

    def _list_action_executions(self, pipelineName: str, **more: Any) -> dict[str, Any]:  # noqa: N803
        only = (more.get("filter") or {}).get("pipelineExecutionId")
        found = [
            each
            for each in self.actions
            if each["pipeline"] == pipelineName and only in (None, each["pipelineExecutionId"])
        ]
        return {"actionExecutionDetails": found}

    def _list_pipeline_executions(self, **_: Any) -> dict[str, Any]:
        return {"pipelineExecutionSummaries": self.builds}

    def _list_stack_set_operations(self, StackSetName: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Summaries": [each for each in self.operations if each["set"] == StackSetName]}

    def _describe_stack_set_operation(self, OperationId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"StackSetOperation": self._found(OperationId)}

    def _list_stack_set_operation_results(self, OperationId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Summaries": self._found(OperationId)["results"]}

    def _found(self, id_: str) -> dict[str, Any]:
        return next(each for each in self.operations if each["OperationId"] == id_)

    def _assume_role(self, RoleArn: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Credentials": {"AccessKeyId": RoleArn.split(":")[4]}}

    def _describe_endpoint(self, at: str, EndpointName: str) -> dict[str, Any]:  # noqa: N803
        return {
            "EndpointStatus": "InService",
            "EndpointConfigName": EndpointName,
            "FailureReason": self.serves.get(at, ("", ""))[1],
        }

    def _describe_endpoint_config(self, **_: Any) -> dict[str, Any]:
        return {"ProductionVariants": [{"ModelName": "model"}]}

    def _describe_model(self, at: str, **_: Any) -> dict[str, Any]:
        served = self.serves.get(at, ("", ""))[0]
        return {"Containers": [{"ModelPackageName": served}] if served else []}

    def _describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:  # noqa: N803
        if ModelPackageName not in self.packages:
            raise error("ValidationException", f"ModelPackage {ModelPackageName} does not exist.", "Describe")
        return copy.deepcopy(self.packages[ModelPackageName])

    def _update_model_package(self, ModelPackageArn: str, **members: Any) -> dict[str, Any]:  # noqa: N803
        self.minute += 0
        self.packages[ModelPackageArn] |= {
            **members,
            "LastModifiedTime": at(self.minute),
            "LastModifiedBy": {"IamIdentity": {"Arn": OWN}},
        }
        return {}

    def _put_events(self, Entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.events += [{**entry, "Detail": json.loads(entry["Detail"])} for entry in Entries]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}

    def _publish(self, **members: Any) -> dict[str, Any]:
        self.announcements.append(members)
        return {}

    def state(self) -> dict[str, Any]:
        """What is left of what was done, but how often others were told of it."""
        told = {(each["DetailType"], json.dumps(each["Detail"], sort_keys=True)) for each in self.events}
        heard = {each["Subject"] for each in self.announcements}
        return {"objects": self.objects, "packages": self.packages, "told": told, "announced": heard}


class _Client:
    """A client of one service: methods answer from the account, pages come as one."""

    def __init__(self, account: Account, service: str, at: str = "") -> None:
        self._account, self._service = account, service
        self._at = {"at": at} if at else {}

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **members: self._account.call(self._service, operation, {**self._at, **members})

    def get_paginator(self, operation: str) -> Any:
        account, service = self._account, self._service

        class _Pages:
            def paginate(self, **members: Any) -> Iterator[Any]:
                yield account.call(service, operation, members)

        return _Pages()


def action_ended(
    number: int, *, stage: str = "production", pipeline: str = DEPLOY, state: str = "SUCCEEDED", **more: Any
) -> dict[str, Any]:
    """The event of an action that ended."""
    detail = {
        "pipeline": pipeline,
        "execution-id": execution(number),
        "stage": stage.capitalize(),
        "action": "Update",
        "state": state,
        "type": {"owner": "AWS", "category": "Deploy", "provider": "CloudFormationStackSet", "version": "1"},
    }
    return {
        "id": f"event-{number}",
        "account": ACCOUNT,
        "region": REGION,
        "source": "aws.codepipeline",
        "detail-type": "CodePipeline Action Execution State Change",
        "detail": {**detail, **more},
    }


def decided(version: int, status: str, **more: Any) -> dict[str, Any]:
    """The event of a decision on a package."""
    detail = {"ModelPackageGroupName": GROUP, "ModelPackageArn": package(version), "ModelApprovalStatus": status}
    return {
        "id": f"event-{version}-{status}",
        "account": ACCOUNT,
        "region": REGION,
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Model Package State Change",
        "detail": {**detail, **more},
    }


def tell(account: Account, *events: Any) -> None:
    for event in events:
        Recorder(PROJECT, account.client, account.there).deal_with(read_event(event, PROJECT))


def changes(account: Account, stage: str = "production") -> list[Any]:
    found = [
        read_change(document)
        for key, document in account.objects.items()
        if key.startswith(f"screening/releases/{stage}/")
    ]
    return sorted(found, key=lambda change: change.at)
