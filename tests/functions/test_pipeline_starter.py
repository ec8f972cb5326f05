"""The pipeline starter: what events start, which are refused, and what CodePipeline answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from components import pipelines
from components.pipeline_starter import TIMEOUT_SECONDS
from functions import pipeline_starter
from functions.pipeline_starter import (
    ATTEMPTS,
    CONNECT_SECONDS,
    READ_SECONDS,
    RefusedEvent,
    decide,
    handle,
    read_config,
)

ACCOUNT, REGION, BUCKET = "111111111111", "eu-west-1", "mlops-dev-artifacts-111111111111-eu-west-1"
KEY, GROUP = "screening/source/model-build.zip", "mlops-screening"
PACKAGE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/{GROUP}/3"
CONFIG = {
    "partition": "aws",
    "account": ACCOUNT,
    "region": REGION,
    "bucket": BUCKET,
    "key": KEY,
    "group": GROUP,
    "build": {"pipeline": "screening-mlops-build", "variable": "SourceVersion"},
    "deploy": {"pipeline": "screening-mlops-deploy", "variable": "ModelPackageArn"},
    "rollback": {"pipeline": "screening-mlops-rollback", "variable": "Stage"},
    "releases": "mlops.screening.releases",
}
PROJECT = read_config(json.dumps(CONFIG))
VERSION = "3_L4kqtJlcpXroDTDmJ-rmSpXd3dIbrHY"


def event(source: str, detail_type: str, detail: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    known = {"id": "17793124-05d4-b198-2fde-7ededc63b103", "account": ACCOUNT, "region": REGION}
    return {**known, "source": source, "detail-type": detail_type, "detail": detail, **more}


def written(bucket: object = BUCKET, key: object = KEY, version: object = VERSION, **more: Any) -> dict[str, Any]:
    """The repository's object was written."""
    detail = {"bucket": {"name": bucket}, "object": {"key": key, "version-id": version}, "reason": "PutObject"}
    return event("aws.s3", "Object Created", detail, **more)


def approved(
    package: object = PACKAGE, group: object = GROUP, status: object = "Approved", **more: Any
) -> dict[str, Any]:
    """A model of the group was approved."""
    detail = {"ModelPackageGroupName": group, "ModelPackageArn": package, "ModelApprovalStatus": status}
    return event("aws.sagemaker", "SageMaker Model Package State Change", detail, **more)


def rejected(
    package: object = PACKAGE, stage: object = "production", change: object = "c-1", **more: Any
) -> dict[str, Any]:
    """The release recorder found that production serves what somebody rejected."""
    detail = {"package": package, "stage": stage, "change": change, "by": "arn:petra", "reason": "it is\nworse"}
    return event("mlops.screening.releases", "Served model rejected", detail, **more)


def test_a_written_repository_starts_the_build_with_its_version() -> None:
    start = decide(written(), PROJECT)
    assert (start.pipeline, start.variables) == ("screening-mlops-build", {"SourceVersion": VERSION})


def test_an_approved_model_starts_the_deployment_with_its_package() -> None:
    start = decide(approved(), PROJECT)
    assert (start.pipeline, start.variables) == ("screening-mlops-deploy", {"ModelPackageArn": PACKAGE})


def test_a_rejected_model_that_production_serves_starts_the_way_back() -> None:
    start = decide(rejected(), PROJECT)
    assert (start.pipeline, start.variables) == (
        "screening-mlops-rollback",
        {"Stage": "production", "From": PACKAGE, "Reason": "it is worse", "Requester": "arn:petra"},
    )
    names = {variable.name for variable in (pipelines.STAGE, *pipelines.ROLLBACK)}
    assert set(start.variables) <= names


def test_two_events_of_one_rejection_start_one_run_and_a_later_one_another() -> None:
    tokens = [decide(each, PROJECT).token for each in (rejected(), rejected(id="b"), rejected(change="c-2"))]
    assert tokens[0] == tokens[1] != tokens[2]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (rejected(package=PACKAGE.replace("/3", "/x")), "package .* is none of the project's"),
        (rejected(stage="production; rm"), "stage 'production; rm' is none"),
        (rejected(change=""), "change is a text, not ''"),
        ({**rejected(), "source": "mlops.diabetes.releases"}, "'mlops.diabetes.releases' .* starts no pipeline"),
        (written(bucket="mlops-dev-artifacts-999999999999-eu-west-1"), "bucket is .*999999999999.* the project's is"),
        (written(key="diabetes/source/model-build.zip"), "key is 'diabetes/source/model-build.zip'"),
        (written(key=KEY + "\n"), "key is "),
        (written(version=None), "version-id None is none that S3 gives: is the bucket versioned"),
        (written(version="#{codepipeline.PipelineExecutionId}"), "version-id '#{codepipeline"),
        (written(version="v" * 1001), r"version-id 'v+… is none"),
        (written(version="1\n"), "version-id"),
        (written(account="999999999999"), "account is '999999999999'"),
        (written(region="eu-central-1"), "region is 'eu-central-1'"),
        (approved(group="mlops-diabetes"), "ModelPackageGroupName is 'mlops-diabetes'"),
        (approved(status="Rejected"), "ModelApprovalStatus is 'Rejected'"),
        (approved(package=PACKAGE.replace(ACCOUNT, "999999999999")), "is none of the project's"),
        (approved(package=PACKAGE.replace("/3", "-2/3")), "is none of the project's"),
        (approved(package=PACKAGE + "/../4"), "is none of the project's"),
        (approved(package=PACKAGE.replace("/3", "/0")), "is none of the project's"),
        (approved(package=PACKAGE + "\n"), "is none of the project's"),
        (approved(package=PACKAGE.replace("/3", "/")), "is none of the project's"),
        (approved(package=[PACKAGE]), "is none of the project's"),
        (approved(id=""), "id is a text, not ''"),
        (approved(id=None), "id is a text, not None"),
        ({**approved(), "detail": "Approved"}, "detail is an object, not 'Approved'"),
        ({**written(), "detail": {"bucket": BUCKET, "object": {"key": KEY}}}, "bucket is an object"),
        (event("aws.s3", "Object Deleted", {}), "'aws.s3' 'Object Deleted' starts no pipeline. What does: aws.s3"),
        (event("mlops.drift", "Object Created", {}), "'mlops.drift' 'Object Created' starts no pipeline"),
        (event("aws.s3", ["Object Created"], {}), "detail-type is a text"),  # type: ignore[arg-type]
        (["aws.s3"], "an event is an object"),
        ({}, "id is a text, not None"),
    ],
)
def test_an_event_of_anything_but_the_project_is_refused_and_says_why(given: Any, reason: str) -> None:
    with pytest.raises(RefusedEvent, match=reason) as refused:
        decide(given, PROJECT)
    assert str(refused.value).lower().endswith("nothing was started")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 600


def test_the_same_event_again_has_the_same_token_and_any_other_has_another() -> None:
    tokens = [decide(each, PROJECT).token for each in (approved(), approved(), approved(id="another"), written())]
    assert tokens[0] == tokens[1]
    assert len({*tokens}) == 3


@pytest.mark.parametrize("identity", ["a", "é" * 500, "with space\n"])
def test_whatever_the_events_id_the_request_is_one_that_codepipeline_takes(identity: str) -> None:
    client = boto3.client("codepipeline", region_name=REGION)
    with Stubber(client) as stub:
        request = decide(approved(id=identity), PROJECT).request()
        stub.add_response("start_pipeline_execution", {"pipelineExecutionId": "1"}, request)
        client.start_pipeline_execution(**request)
    pattern = client.meta.service_model.shape_for("ClientRequestToken").metadata
    assert len(request["clientRequestToken"]) <= pattern["max"]
    assert request["clientRequestToken"].isalnum()


# ---- the call


class CodePipeline:
    """Notes what it was asked; refuses with an error code where there is one."""

    def __init__(self, code: str = "") -> None:
        self.code, self.asked = code, list[dict[str, Any]]()

    def start_pipeline_execution(self, **request: Any) -> dict[str, str]:
        self.asked.append(request)
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": "later"}}, "StartPipelineExecution")
        return {"pipelineExecutionId": "e-1"}


class Registry:
    """Knows one status, or an error instead."""

    def __init__(self, status: str, error: str = "") -> None:
        self._status, self._error = status, error

    def describe_model_package(self, ModelPackageName: str) -> dict[str, str]:  # noqa: N803 - boto3's own name
        if self._error:
            answer = {"Error": {"Code": "ValidationException", "Message": self._error.format(ModelPackageName)}}
            raise ClientError(answer, "DescribeModelPackage")
        return {"ModelApprovalStatus": self._status}


@pytest.fixture
def codepipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CodePipeline:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CONFIG), encoding="utf-8")
    client = CodePipeline()
    monkeypatch.setattr(pipeline_starter, "CONFIG", config)
    monkeypatch.setattr(pipeline_starter, "codepipeline", lambda: client)
    monkeypatch.setattr(pipeline_starter, "sagemaker", lambda: Registry("Approved"))
    return client


def test_it_tells_what_it_started(codepipeline: CodePipeline, capsys: pytest.CaptureFixture[str]) -> None:
    done = handle(approved(), None)
    assert done == {"pipeline": "screening-mlops-deploy", "execution": "e-1", "ModelPackageArn": PACKAGE}
    assert json.loads(capsys.readouterr().out) == {"event": approved()["id"], **done}
    assert codepipeline.asked[0]["variables"] == [{"name": "ModelPackageArn", "value": PACKAGE}]


def test_a_refused_event_asks_codepipeline_for_nothing(codepipeline: CodePipeline) -> None:
    with pytest.raises(RefusedEvent):
        handle(approved(group="mlops-diabetes"), None)
    assert codepipeline.asked == []


@pytest.mark.parametrize("code", ["ThrottlingException", "ConflictException"])
def test_a_pipeline_that_cannot_start_now_is_left_to_lambda_to_try_again(codepipeline: CodePipeline, code: str) -> None:
    codepipeline.code = code
    with pytest.raises(ClientError, match=code):
        handle(written(), None)
    codepipeline.code = ""
    handle(written(), None)
    first, second = codepipeline.asked
    assert first == second


def test_throttled_calls_are_made_again_and_end_before_the_functions_own_time() -> None:
    client = pipeline_starter.codepipeline(REGION)
    assert client.meta.config.retries == {"mode": "standard", "total_max_attempts": ATTEMPTS}
    slowest = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + sum(min(2**each, 20) for each in range(ATTEMPTS - 1))
    assert 2 * slowest < TIMEOUT_SECONDS


def test_a_config_that_lacks_something_is_an_error() -> None:
    lacking = {name: value for name, value in CONFIG.items() if name != "bucket"}
    with pytest.raises(TypeError, match="bucket"):
        read_config(json.dumps(lacking))


# ---- what the registry says


@pytest.mark.parametrize(
    ("registry", "because"),
    [
        (Registry("Rejected"), f"{PACKAGE} is Rejected by now"),
        (Registry("", "ModelPackage {} does not exist."), f"{PACKAGE} is gone"),
    ],
)
def test_an_approval_that_was_overtaken_starts_nothing_and_is_no_failure(
    codepipeline: CodePipeline, monkeypatch: pytest.MonkeyPatch, registry: Registry, because: str
) -> None:
    monkeypatch.setattr(pipeline_starter, "sagemaker", lambda: registry)
    assert handle(approved(), None) == {"because": because}
    assert codepipeline.asked == []


@pytest.mark.parametrize(
    ("registry", "error", "words"),
    [
        (Registry("PendingManualApproval"), pipeline_starter.NotYet, "PendingManualApproval in the registry"),
        (Registry("", "1 validation error detected"), ClientError, "validation error"),
    ],
)
def test_an_approval_that_the_registry_does_not_know_yet_is_tried_again(
    codepipeline: CodePipeline,
    monkeypatch: pytest.MonkeyPatch,
    registry: Registry,
    error: type[Exception],
    words: str,
) -> None:
    monkeypatch.setattr(pipeline_starter, "sagemaker", lambda: registry)
    with pytest.raises(error, match=words):
        handle(approved(), None)
    assert codepipeline.asked == []


def test_code_that_was_handed_over_asks_no_registry(
    codepipeline: CodePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline_starter, "sagemaker", lambda: pytest.fail("no call may be made"))
    handle(written(), None)
    assert codepipeline.asked[0]["name"] == "screening-mlops-build"
