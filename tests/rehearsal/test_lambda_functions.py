"""Functions run from their deployed archive, as their roles, and fail as Lambda's do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.suite import CodeSuite
from tests.rehearsal.codesuite.account import DEV, REGION, CodeSuiteAccount, action, archive

CODE = """
import json, os, time, boto3
def handle(event, context):
    print("hello from", context.function_name)
    if event.get("sleep"):
        time.sleep(event["sleep"])
    if event.get("crash"):
        os._exit(9)
    if event.get("fail"):
        raise ValueError(event["fail"])
    if event.get("who"):
        return boto3.client("sts").get_caller_identity()["Arn"]
    return {"colour": os.environ["COLOUR"], "event": event, "outside": os.environ.get("OUTSIDE_SECRET")}
def job(event, context):
    work = event["CodePipeline.job"]
    wanted = work["data"]["actionConfiguration"]["configuration"]["UserParameters"]
    client = boto3.client("codepipeline")
    if wanted == "fail":
        client.put_job_failure_result(jobId=work["id"], failureDetails={"type": "JobFailed", "message": "it is red"})
    else:
        client.put_job_success_result(jobId=work["id"], outputVariables={"Wanted": wanted})
"""


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[CodeSuiteAccount]:
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as suite:
        yield CodeSuiteAccount(cloud, suite)


def deploy(dev: CodeSuiteAccount, name: str = "worker", handler: str = "app.handle", **more: Any) -> str:
    """Create the function. Gives its role's ARN."""
    role = dev.role(f"{name}-role", "lambda.amazonaws.com")
    dev.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler=handler,
        Code={"ZipFile": archive({"app.py": CODE})},
        **{"Environment": {"Variables": {"COLOUR": "green"}}, "Timeout": 20, **more},
    )
    return role


def call(dev: CodeSuiteAccount, event: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = dev.client("lambda").invoke(FunctionName="worker", Payload=json.dumps(event), **more)
    return {**answer, "Payload": json.loads(answer["Payload"].read() or b"null")}


def test_a_function_answers_with_its_environment_and_no_other(
    dev: CodeSuiteAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSIDE_SECRET", "leaked")
    deploy(dev)
    answer = call(dev, {"a": 1})
    assert answer["Payload"] == {"colour": "green", "event": {"a": 1}, "outside": None}
    assert (answer["StatusCode"], answer.get("FunctionError")) == (200, None)


def test_a_function_acts_as_its_role(dev: CodeSuiteAccount) -> None:
    role = deploy(dev)
    assert ":assumed-role/worker-role/" in call(dev, {"who": True})["Payload"]
    assert "sts:GetCallerIdentity" in dev.by(role)


def test_what_a_function_prints_is_in_its_log(dev: CodeSuiteAccount) -> None:
    deploy(dev)
    call(dev, {})
    logs = dev.client("logs")
    stream = logs.describe_log_streams(logGroupName="/aws/lambda/worker")["logStreams"][0]["logStreamName"]
    events = logs.get_log_events(logGroupName="/aws/lambda/worker", logStreamName=stream)["events"]
    assert "hello from worker" in [event["message"] for event in events]


@pytest.mark.parametrize(
    ("event", "kind", "message"),
    [
        ({"fail": "no such colour"}, "ValueError", "no such colour"),
        ({"crash": True}, "Runtime.ExitError", "exit status 9"),
        ({"sleep": 30}, "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
    ],
)
def test_a_failing_function_answers_an_error_of_lambdas_shape(
    dev: CodeSuiteAccount, event: dict[str, Any], kind: str, message: str
) -> None:
    deploy(dev, Timeout=20 if "sleep" not in event else 1)
    answer = call(dev, event)
    assert (answer["StatusCode"], answer["FunctionError"], answer["Payload"]["errorType"]) == (200, "Unhandled", kind)
    assert message in answer["Payload"]["errorMessage"]


def test_a_handler_that_is_not_there_is_said(dev: CodeSuiteAccount) -> None:
    deploy(dev, handler="app.nothing")
    assert "nothing" in call(dev, {})["Payload"]["errorMessage"]


def test_an_unknown_function_is_refused(dev: CodeSuiteAccount) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        call(dev, {})
    status, answer = dev.suite.functions.invoke(DEV, "worker", {})
    assert (status, answer["errorType"]) == (404, "ResourceNotFoundException")


def test_a_role_that_lambda_may_not_assume_fails_the_function(dev: CodeSuiteAccount) -> None:
    deploy(dev)
    dev.role("other", "ec2.amazonaws.com")
    dev.client("lambda").update_function_configuration(FunctionName="worker", Role=f"arn:aws:iam::{DEV}:role/other")
    assert "does not trust lambda.amazonaws.com" in call(dev, {})["Payload"]["errorMessage"]


def test_a_function_in_a_vpc_reaches_only_what_has_an_endpoint(dev: CodeSuiteAccount) -> None:
    ec2 = dev.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="f", Description="f")["GroupId"]
    deploy(dev, VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]})
    assert "no endpoint com.amazonaws.eu-west-1.sts" in call(dev, {"who": True})["Payload"]["errorMessage"]


def test_a_child_process_invokes_over_loopback(dev: CodeSuiteAccount) -> None:
    deploy(dev)
    code = "import boto3; print(boto3.client('lambda').invoke(FunctionName='worker', Payload='{}')['Payload'].read())"
    environment = dev.deployer.environment(dev.cloud.endpoint_url)
    completed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert "green" in completed.stdout


@pytest.mark.parametrize(("wanted", "ended"), [("blue", "Succeeded"), ("fail", "Failed")])
def test_a_pipelines_function_reports_its_jobs_result(dev: CodeSuiteAccount, wanted: str, ended: str) -> None:
    role = deploy(dev, handler="app.job")
    dev.source({"any.txt": "x"})
    invoke = action("Ask", "Invoke", "Lambda", inputs=["Source"], FunctionName="worker", UserParameters=wanted)
    dev.pipeline("flow", ("Ask", [invoke]))
    assert dev.run("flow")["status"] == ended
    assert ("it is red" in dev.failure("flow")) is (ended == "Failed")
    assert "lambda:Invoke" in dev.by(dev.pipeline_role)
    assert any(operation.startswith("codepipeline:PutJob") for operation in dev.by(role))
