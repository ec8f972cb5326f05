"""Versions, aliases, concurrency, images and asynchronous invocations of functions."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.cloudformation.handlers.lambda_ import inline_archive, require_new_version
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.lambda_functions import Throttled
from rehearsal.lambda_functions.asynchronous import retries_of
from rehearsal.lambda_functions.images import FUNCTION_IMAGE, image_defaults, image_words
from rehearsal.lambda_functions.pool import require_concurrency
from rehearsal.lambda_functions.versions import function_name, routed
from rehearsal.services.lambda_.version_patches import require_weights
from tests.rehearsal.codesuite.account import DEV, REGION, CodeSuiteAccount

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CODE = """
import time
calls = []
def handle(event, context):
    calls.append(1)
    time.sleep(event.get("sleep", 0))
    if event.get("fail"):
        raise ValueError("failed")
    return [context.function_version, len(calls), context.invoked_function_arn.rpartition(":")[2]]
"""


def archive(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("app.py", text)
    return buffer.getvalue()


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[CodeSuiteAccount]:
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as suite:
        made = CodeSuiteAccount(cloud, suite)
        role = made.role("worker-role", "lambda.amazonaws.com")
        made.client("lambda").create_function(
            FunctionName="worker",
            Runtime="python3.13",
            Role=role,
            Handler="app.handle",
            Code={"ZipFile": archive(CODE)},
            Timeout=20,
        )
        yield made


def call(dev: CodeSuiteAccount, qualifier: str = "", **event: Any) -> Any:
    more = {"Qualifier": qualifier} if qualifier else {}
    answer = dev.client("lambda").invoke(FunctionName="worker", Payload=json.dumps(event), **more)
    return json.loads(answer["Payload"].read())


@pytest.mark.aws_behavior("publish_version")
@pytest.mark.aws_behavior("require_unused_version")
def test_a_version_stays_as_it_was_and_its_number_is_never_given_again(dev: CodeSuiteAccount) -> None:
    client = dev.client("lambda")
    assert client.publish_version(FunctionName="worker")["Version"] == "1"
    assert client.publish_version(FunctionName="worker")["Version"] == "1"
    client.update_function_code(FunctionName="worker", ZipFile=archive(CODE.replace("len(calls)", "-1")))
    assert client.publish_version(FunctionName="worker")["Version"] == "2"
    assert [call(dev, "1")[:2], call(dev, "2")[:2], call(dev)[:2]] == [["1", 1], ["2", -1], ["$LATEST", -1]]
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="2")
    with pytest.raises(ClientError, match="aliases reference it"):
        client.delete_function(FunctionName="worker", Qualifier="2")
    client.update_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    client.delete_function(FunctionName="worker", Qualifier="2")
    client.update_function_configuration(FunctionName="worker", Timeout=5)
    assert client.publish_version(FunctionName="worker")["Version"] == "3"
    assert call(dev, "live")[2] == "live"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        call(dev, "2")


@pytest.mark.aws_behavior("require_weights")
@pytest.mark.aws_behavior("routed")
def test_an_alias_shares_between_two_published_versions() -> None:
    routing = {"AdditionalVersionWeights": {"2": 0.1}}
    assert [routed("1", routing, drawn) for drawn in (0.05, 0.1, 0.9)] == ["2", "1", "1"]
    assert routed("1", None, 0.0) == "1"
    for version, weights in (
        ("1", {"2": 0.1, "3": 0.1}),
        ("$LATEST", {"2": 0.1}),
        ("1", {"1": 0.5}),
        ("1", {"2": 1.5}),
    ):
        with pytest.raises(Exception, match="InvalidParameterValueException"):
            require_weights(version, weights)


def test_an_environment_serves_many_and_a_changed_function_gets_another(dev: CodeSuiteAccount) -> None:
    assert [call(dev)[1] for _ in range(3)] == [1, 2, 3]
    dev.client("lambda").update_function_configuration(FunctionName="worker", Timeout=10)
    assert call(dev)[1] == 1


@pytest.mark.aws_behavior("require_concurrency")
def test_reserved_concurrency_throttles(dev: CodeSuiteAccount) -> None:
    client = dev.client("lambda")
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        call(dev)
    client.delete_function_concurrency(FunctionName="worker")
    assert call(dev)[1] == 1
    require_concurrency(2, 1, 999, 0)
    for reserved, own, others, kept in ((2, 2, 2, 2), (None, 0, 900, 100)):
        with pytest.raises(Throttled):
            require_concurrency(reserved, own, others, kept)


@pytest.mark.aws_behavior("retries_of")
def test_an_asynchronous_failure_is_tried_as_often_as_its_configuration_says(dev: CodeSuiteAccount) -> None:
    client, sqs = dev.client("lambda"), dev.client("sqs")
    queue = sqs.create_queue(QueueName="failed")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{DEV}:failed"
    client.put_function_event_invoke_config(
        FunctionName="worker",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    client.invoke(FunctionName="worker", InvocationType="Event", Payload=b'{"fail": true}')
    dev.suite.functions.wait()
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    record = json.loads(message["Body"])
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["requestPayload"] == {"fail": True}
    assert record["responsePayload"]["errorMessage"] == "failed"
    assert retries_of({}, "") == 2
    assert retries_of({"live": {"MaximumRetryAttempts": 1}}, "live") == 1


@pytest.mark.aws_behavior("require_image")
def test_an_image_must_be_in_a_repository_that_lets_lambda_pull_it(dev: CodeSuiteAccount) -> None:
    client, ecr = dev.client("lambda"), dev.client("ecr")
    uri = f"{DEV}.dkr.ecr.{REGION}.amazonaws.com/model"

    def create(image: str) -> Any:
        return client.create_function(
            FunctionName=f"image-{time.monotonic_ns()}",
            PackageType="Image",
            Code={"ImageUri": image},
            Role=f"arn:aws:iam::{DEV}:role/worker-role",
        )

    with pytest.raises(ClientError, match="does not exist"):
        create(f"{uri}:1")
    with pytest.raises(ClientError, match="is not valid"):
        create(f"{DEV}.dkr.ecr.us-east-1.amazonaws.com/model:1")
    ecr.create_repository(repositoryName="model")
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": {"size": 1}, "layers": []})
    image = ecr.put_image(repositoryName="model", imageManifest=manifest, imageTag="1")["image"]["imageId"]
    made = create(f"{uri}:1")
    assert made["CodeSha256"] == image["imageDigest"].removeprefix("sha256:")
    other = dev.cloud.client(dev.cloud.deployer("222222222222"), "lambda")
    iam = dev.cloud.client(dev.cloud.deployer("222222222222"), "iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    with pytest.raises(ClientError, match="does not have permission to access the ECR image"):
        other.create_function(
            FunctionName="abroad",
            PackageType="Image",
            Code={"ImageUri": f"{uri}:1"},
            Role="arn:aws:iam::222222222222:role/r",
        )


@pytest.mark.aws_behavior("inline_archive")
@pytest.mark.aws_behavior("require_new_version")
def test_templates_publish_what_has_changed_and_inline_code_is_the_module_index() -> None:
    context: Any = SimpleNamespace(fail=ValueError)
    with zipfile.ZipFile(io.BytesIO(inline_archive(context, "index.handle", "x = 1"))) as zipped:
        assert zipped.read("index.py") == b"x = 1"
    with pytest.raises(ValueError, match="not index"):
        inline_archive(context, "app.handle", "x = 1")
    require_new_version(context, {"Version": "2"}, ["$LATEST", "1"])
    with pytest.raises(ValueError, match="A version for this Lambda function exists"):
        require_new_version(context, {"Version": "1"}, ["$LATEST", "1"])


@pytest.mark.parametrize(
    ("name", "qualifier", "arn"),
    [
        ("f", "", f"arn:aws:lambda:{REGION}:{DEV}:function:f"),
        ("f:live", "", f"arn:aws:lambda:{REGION}:{DEV}:function:f:live"),
        ("f", "3", f"arn:aws:lambda:{REGION}:{DEV}:function:f:3"),
        (
            "arn:aws:lambda:eu-west-2:333333333333:function:f:live",
            "",
            "arn:aws:lambda:eu-west-2:333333333333:function:f:live",
        ),
        ("333333333333:function:f", "", f"arn:aws:lambda:{REGION}:333333333333:function:f"),
    ],
)
def test_functions_are_named_in_every_form(name: str, qualifier: str, arn: str) -> None:
    assert function_name(DEV, REGION, name, qualifier).arn == arn


@pytest.mark.aws_behavior("log_group")
def test_a_function_logs_where_its_configuration_says(dev: CodeSuiteAccount) -> None:
    client, logs = dev.client("lambda"), dev.client("logs")
    logs.create_log_group(logGroupName="/own/group")
    client.update_function_configuration(FunctionName="worker", LoggingConfig={"LogGroup": "/own/group"})
    assert client.get_function_configuration(FunctionName="worker")["LoggingConfig"] == {"LogGroup": "/own/group"}
    call(dev)
    assert logs.describe_log_streams(logGroupName="/own/group")["logStreams"]
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/worker")["logGroups"] == []


@pytest.mark.aws_behavior("image_words")
def test_an_image_starts_as_its_dockerfile_says_unless_the_function_says_otherwise() -> None:
    defaults = image_defaults(FUNCTION_IMAGE)
    assert defaults.entry_point == ("/opt/venv/bin/python", "-m", "awslambdaric")
    assert image_words({}, defaults)[3:] == list(defaults.command)
    assert image_words({"Command": ["a.b"]}, defaults) == ["/opt/venv/bin/python", "-m", "awslambdaric", "a.b"]
    assert image_words({"EntryPoint": ["/bin/sh"]}, defaults)[0] == "/bin/sh"
