"""Each shape of serving answers with real processes, is captured where it can be, and goes without remains."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from catalog.serving import ServingShape
from delivery import template as delivered
from rehearsal.aws.processes import REPOSITORY
from tests.rehearsal.accounts import REGION, STAGING, DataScienceAccount, json_lines
from tests.rehearsal.stack_sets import DeployedTemplate
from tests.rehearsal.workload import BUCKET, CAPTURE, ENDPOINT, ServingAccount, make_workload


@pytest.fixture
def deployed(data_science: DataScienceAccount, models: Path) -> DeployedTemplate:
    return DeployedTemplate(data_science, make_workload(data_science, models))


def captured(workload: ServingAccount) -> dict[str, list[Any]]:
    """Captured events by variant."""
    workload.data_science.sagemaker.hosting.flush()
    s3 = workload.client("s3")
    found: dict[str, list[Any]] = {}
    for entry in s3.list_objects_v2(Bucket=CAPTURE).get("Contents", ()):
        lines = json_lines(s3.get_object(Bucket=CAPTURE, Key=entry["Key"])["Body"].read())
        found.setdefault(entry["Key"].split("/")[2], []).extend(lines)
    return found


def same(answers: list[float], expected: list[float]) -> bool:
    return bool(np.array_equal(np.array(answers, dtype=np.float32), np.array(expected, dtype=np.float32)))


def csv(rows: list[list[float]]) -> bytes:
    return "\n".join(",".join(map(repr, row)) for row in rows).encode()


def left(workload: ServingAccount) -> list[str]:
    """Endpoints, configurations, models, alarms and scalable targets of the account."""
    sagemaker, cloudwatch = workload.client("sagemaker"), workload.client("cloudwatch")
    scaling = workload.client("application-autoscaling")
    return [
        *(each["EndpointName"] for each in sagemaker.list_endpoints()["Endpoints"]),
        *(each["EndpointConfigName"] for each in sagemaker.list_endpoint_configs()["EndpointConfigs"]),
        *(each["ModelName"] for each in sagemaker.list_models()["Models"]),
        *(each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]),
        *(
            each["ResourceId"]
            for each in scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
        ),
    ]


def settled(outcome: dict[str, Any]) -> str:
    return str(outcome["Status"])


def test_two_variants_share_the_requests_by_weight_and_each_answers_as_its_own_model(
    deployed: DeployedTemplate,
) -> None:
    workload = deployed.workload
    first, second = workload.package("first"), workload.package("second")
    assert settled(deployed.first(first, ServingShape.AB_TEST)) == "SUCCEEDED"
    more = {"ChallengerPackageArn": second, "PrimaryPercentage": "75", "ChallengerPercentage": "25"}
    assert settled(deployed.next(first, ServingShape.AB_TEST, SameVariants="no", **more)) == "SUCCEEDED"
    rows = workload.rows()
    for variant, name in (("primary", "first"), ("challenger", "second")):
        answer = json.loads(workload.ask(rows, TargetVariant=variant)["Body"].read())["predictions"]
        assert same(answer, workload.expected(name))
    asked = [workload.ask(rows[:1])["InvokedProductionVariant"] for _ in range(200)]
    assert 25 < asked.count("challenger") < 80
    assert set(captured(workload)) == {"primary", "challenger"}
    assert settled(deployed.stack_sets.delete(STAGING)) == "SUCCEEDED"
    assert left(workload) == []


def test_where_the_second_variant_comes_or_goes_no_traffic_is_shifted_in_steps(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    first, second = workload.package("first"), workload.package("second")
    deployed.first(first, ServingShape.AB_TEST)
    more = {"ChallengerPackageArn": second, "PrimaryPercentage": "50"}
    refused = deployed.next(first, ServingShape.AB_TEST, SameVariants="yes", **more)
    assert settled(refused) == "FAILED"
    assert settled(deployed.next(first, ServingShape.AB_TEST, SameVariants="no", **more)) == "SUCCEEDED"
    assert settled(deployed.next(first, ServingShape.AB_TEST, SameVariants="no")) == "SUCCEEDED"


def test_a_shadow_gets_copies_and_answers_nobody(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    first, second = workload.package("first"), workload.package("second")
    more = {"ChallengerPackageArn": second, "ChallengerPercentage": "100"}
    assert settled(deployed.first(first, ServingShape.SHADOW, **more)) == "SUCCEEDED"
    rows = workload.rows()
    answers = [json.loads(workload.ask(rows, InferenceId=f"r{n}")["Body"].read())["predictions"] for n in range(10)]
    assert all(same(answer, workload.expected("first")) for answer in answers)
    deadline = time.monotonic() + 10
    while len((found := captured(workload)).get("challenger", ())) < 10 and time.monotonic() < deadline:
        time.sleep(0.1)
    ids = {name: sorted(event["eventMetadata"]["inferenceId"] for event in events) for name, events in found.items()}
    assert ids["primary"] == ids["challenger"] == sorted(f"r{n}" for n in range(10))
    with pytest.raises(ClientError, match="no such variant"):
        workload.ask(rows, TargetVariant="challenger")
    assert settled(deployed.stack_sets.delete(STAGING)) == "SUCCEEDED"
    assert left(workload) == []


def test_an_inference_pipeline_answers_as_the_model_alone(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    assert settled(deployed.first(workload.package(), ServingShape.PIPELINE)) == "SUCCEEDED"
    assert len(workload.data_science.sagemaker.hosting.processes()) == 2
    rows = workload.rows()
    objects = json.dumps({"instances": [dict(zip("ab", row, strict=True)) for row in rows]})
    answer = workload.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=ENDPOINT, Body=objects, ContentType="application/json", Accept="application/json"
    )
    assert same(json.loads(answer["Body"].read())["predictions"], workload.expected())
    with pytest.raises(ClientError) as error:
        workload.ask([[1.0, 2.0, 3.0]])
    assert error.value.response["OriginalStatusCode"] == 400
    (event,) = captured(workload)["primary"]
    assert event["captureData"]["endpointInput"]["observedContentType"] == "application/json"
    assert settled(deployed.stack_sets.delete(STAGING)) == "SUCCEEDED"
    assert left(workload) == []
    assert workload.data_science.sagemaker.hosting.processes() == []


def test_a_container_with_several_models_answers_as_the_one_that_is_named(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    package = workload.package("first")
    workload.package("second")
    assert settled(deployed.first(package, ServingShape.MULTI_MODEL)) == "SUCCEEDED"
    rows = workload.rows()
    for name in ("first", "second"):
        answer = json.loads(workload.ask(rows, TargetModel=f"{name}/model.tar.gz")["Body"].read())["predictions"]
        assert same(answer, workload.expected(name))
    with pytest.raises(ClientError, match="A TargetModel must be given"):
        workload.ask(rows)
    with pytest.raises(ClientError, match="Failed to download model data"):
        workload.ask(rows, TargetModel="third/model.tar.gz")
    assert captured(workload) == {}
    assert settled(deployed.stack_sets.delete(STAGING)) == "SUCCEEDED"
    assert left(workload) == []


def test_a_model_is_named_only_where_there_are_several(deployed: DeployedTemplate) -> None:
    deployed.first(deployed.workload.package())
    with pytest.raises(ClientError, match="TargetModel can only be given for a multi-model endpoint"):
        deployed.workload.ask([[0.5, 0.5]], TargetModel="first/model.tar.gz")


def test_a_serverless_model_answers_and_nothing_is_captured(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    assert settled(deployed.first(workload.package(), ServingShape.SERVERLESS)) == "SUCCEEDED"
    assert same(workload.answers(workload.rows()), workload.expected())
    assert captured(workload) == {}
    described = workload.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    (variant,) = described["ProductionVariants"]
    assert variant["CurrentServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert settled(deployed.stack_sets.delete(STAGING)) == "SUCCEEDED"
    assert left(workload) == []


def request_object(workload: ServingAccount, name: str, body: bytes) -> str:
    key = f"screening/asynchronous/requests/{name}"
    workload.client("s3").put_object(Bucket=CAPTURE, Key=key, Body=body)
    return f"s3://{CAPTURE}/{key}"


def answered(workload: ServingAccount, place: str, seconds: float = 30) -> bytes:
    bucket, _, key = place.removeprefix("s3://").partition("/")
    deadline = time.monotonic() + seconds
    while True:
        try:
            return bytes(workload.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        except ClientError:
            assert time.monotonic() < deadline, f"{place} does not come"
            time.sleep(0.05)


def test_an_asynchronous_endpoint_answers_with_objects(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    assert settled(deployed.first(workload.package(), ServingShape.ASYNCHRONOUS)) == "SUCCEEDED"
    runtime = workload.client("sagemaker-runtime")
    good = runtime.invoke_endpoint_async(
        EndpointName=ENDPOINT,
        InputLocation=request_object(workload, "good.csv", csv(workload.rows())),
        ContentType="text/csv",
        Accept="application/json",
        InferenceId="mine",
    )
    assert (good["ResponseMetadata"]["HTTPStatusCode"], good["InferenceId"]) == (202, "mine")
    answer = json.loads(answered(workload, good["OutputLocation"]))["predictions"]
    assert same(answer, workload.expected())
    bad = runtime.invoke_endpoint_async(
        EndpointName=ENDPOINT, InputLocation=request_object(workload, "bad.csv", b"a,b\n"), ContentType="text/csv"
    )
    assert b"bad_input" in answered(workload, bad["FailureLocation"])
    head = workload.client("s3").head_object(
        Bucket=CAPTURE, Key=good["OutputLocation"].removeprefix(f"s3://{CAPTURE}/")
    )
    assert head["SSEKMSKeyId"] == workload.key
    with pytest.raises(ClientError, match="is asynchronous"):
        workload.ask(workload.rows())
    assert settled(deployed.stack_sets.delete(STAGING)) == "SUCCEEDED"
    assert left(workload) == []


def test_an_endpoint_that_answers_at_once_takes_no_asynchronous_request(deployed: DeployedTemplate) -> None:
    deployed.first(deployed.workload.package())
    with pytest.raises(ClientError, match="is not asynchronous"):
        deployed.workload.client("sagemaker-runtime").invoke_endpoint_async(
            EndpointName=ENDPOINT, InputLocation=f"s3://{CAPTURE}/x.csv", ContentType="text/csv"
        )


def transformed(workload: ServingAccount, name: str, model: str) -> dict[str, Any]:
    """A transform job over what is below the requests' prefix, once it has ended."""
    sagemaker = workload.client("sagemaker")
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{CAPTURE}/screening/batch/requests/{name}/"}
    sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=model,
        BatchStrategy="MultiRecord",
        TransformInput={"DataSource": {"S3DataSource": source}, "ContentType": "text/csv", "SplitType": "Line"},
        TransformOutput={
            "S3OutputPath": f"s3://{CAPTURE}/screening/batch/answers/{name}",
            "Accept": "text/csv",
            "AssembleWith": "Line",
            "KmsKeyId": workload.key,
        },
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeKmsKeyId": workload.key},
    )
    for _ in range(600):
        found: dict[str, Any] = sagemaker.describe_transform_job(TransformJobName=name)
        if found["TransformJobStatus"] != "InProgress":
            return found
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def test_a_batch_has_a_model_and_no_endpoint(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    package = workload.package()
    assert settled(deployed.first(package, ServingShape.BATCH)) == "SUCCEEDED"
    model = f"{ENDPOINT}-v{package.rpartition('/')[2]}"
    assert left(workload) == [model]
    s3 = workload.client("s3")
    for name, body in (("good", csv(workload.rows())), ("bad", b"a,b")):
        s3.put_object(Bucket=CAPTURE, Key=f"screening/batch/requests/{name}/rows.csv", Body=body)
    assert transformed(workload, "good", model)["TransformJobStatus"] == "Completed"
    place = f"s3://{CAPTURE}/screening/batch/answers/good/rows.csv.out"
    assert same([float(line) for line in answered(workload, place).split()], workload.expected())
    bad = transformed(workload, "bad", model)
    assert (bad["TransformJobStatus"], "bad_input" in bad["FailureReason"]) == ("Failed", True)
    empty = transformed(workload, "empty", model)
    assert (empty["TransformJobStatus"], "No objects found" in empty["FailureReason"]) == ("Failed", True)
    assert settled(deployed.stack_sets.delete(STAGING)) == "SUCCEEDED"
    assert left(workload) == []


@pytest.mark.parametrize("shape", list(ServingShape))
def test_the_template_of_a_shape_names_no_region_and_no_account(shape: ServingShape) -> None:
    text = json.dumps(delivered(shape))
    assert REGION not in text
    assert "arn:aws:" not in text
    assert BUCKET not in text


@pytest.mark.parametrize("shape", [ServingShape.SERVERLESS, ServingShape.ASYNCHRONOUS, ServingShape.BATCH])
def test_another_kind_comes_after_what_served_has_gone(
    deployed: DeployedTemplate, shape: ServingShape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(REPOSITORY / "seed_code" / "model-deploy"))
    from deploy.deployed import Deployed, StackSetUpdate  # type: ignore[import-not-found,unused-ignore]
    from deploy.updates import first_update  # type: ignore[import-not-found,unused-ignore]

    workload = deployed.workload
    package = workload.package()
    deployed.first(package)
    now = {each["ParameterKey"]: each["ParameterValue"] for each in deployed.parameters(package)}
    release = StackSetUpdate(json.dumps(delivered(shape)), deployed.parameters(package, shape))
    first = first_update(Deployed(now, json.dumps(delivered())), release)
    assert settled(deployed.stack_sets.update(json.loads(first.template), Parameters=first.parameters)) == "SUCCEEDED"
    assert left(workload) == []
    assert settled(deployed.next(package, shape)) == "SUCCEEDED"
    assert left(workload) != []
