"""Pipelines run from their definitions, as their roles, and say what failed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from rehearsal import zip_archives
from rehearsal.codesuite.pending import ApprovalRequest
from tests.rehearsal.codesuite.account import BUCKET, DEV, REGION, CodeSuiteAccount, action, trust

SPEC = """
version: 0.2
env:
  exported-variables: [GREETING]
phases:
  build:
    commands:
      - export GREETING="hello $WHO"
      - echo "$GREETING" > out.txt
artifacts:
  files: [out.txt]
"""


def build(name: str = "Build", **more: object) -> dict[str, object]:
    return action(name, "Build", "CodeBuild", inputs=["Source"], ProjectName="builder", **more)


def test_a_build_passes_its_artifact_and_variables_to_the_next_action(dev: CodeSuiteAccount) -> None:
    version = dev.source({"buildspec.yml": SPEC, "second.yml": SPEC.replace("$WHO", "again $WHO")})
    dev.project("builder", variables=[{"name": "WHO", "value": "nobody", "type": "PLAINTEXT"}])
    dev.project("second", "second.yml")
    who = json.dumps([{"name": "WHO", "value": "world", "type": "PLAINTEXT"}])
    after = json.dumps([{"name": "WHO", "value": "#{made.GREETING}", "type": "PLAINTEXT"}])
    first = build(outputs=["Built"], namespace="made", EnvironmentVariables=who)
    next_one = action(
        "Next", "Test", "CodeBuild", inputs=["Source", "Built"], outputs=["Last"], runOrder=2, ProjectName="second",
        PrimarySource="Source", EnvironmentVariables=after,
    )  # fmt: skip
    dev.pipeline("flow", ("Build", [first, next_one]))
    answer = dev.run("flow")
    assert (answer["status"], dev.failure("flow")) == ("Succeeded", "")
    assert {"name": "Source", "revisionId": version} in answer["artifactRevisions"]
    last = dev.suite.pipelines.executions(DEV, REGION, "flow")[-1].artifacts["Last"]
    stored = dev.s3.get_object(Bucket=BUCKET, Key=last.key)
    assert zip_archives.member(stored["Body"].read(), "out.txt") == b"hello again hello world\n"
    assert stored["SSEKMSKeyId"] == dev.key
    assert last.key.startswith("flow/Last/")


def test_the_pipeline_acts_as_its_role_and_the_build_as_its_own(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.project("builder")
    dev.pipeline("flow", ("Build", [build(outputs=["Built"])]))
    dev.run("flow")
    runner, builder = dev.by(dev.pipeline_role), dev.by(dev.build_role)
    assert {"s3:GetBucketVersioning", "s3:GetObject", "s3:PutObject", "codebuild:StartBuild"} <= set(runner)
    assert {"s3:GetObject", "s3:PutObject", "logs:PutLogEvents"} <= set(builder)
    assert "codebuild:StartBuild" not in builder


def test_a_failing_build_fails_the_pipeline_and_names_the_command(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": "version: 0.2\nphases: {build: {commands: ['true', 'exit 7']}}"})
    dev.project("builder")
    dev.pipeline("flow", ("Build", [build()]), ("Never", [build("Never")]))
    assert dev.run("flow")["status"] == "Failed"
    assert "command: exit 7. Reason: exit status 7" in dev.failure("flow")
    states = {s["stageName"]: s for s in dev.client("codepipeline").get_pipeline_state(name="flow")["stageStates"]}
    assert states["Build"]["latestExecution"]["status"] == "Failed"
    assert "exit 7" in states["Build"]["actionStates"][0]["latestExecution"]["errorDetails"]["message"]
    assert "latestExecution" not in states["Never"]


def test_an_unknown_configuration_key_is_refused_with_the_nearest(dev: CodeSuiteAccount) -> None:
    dev.project("builder")
    dev.pipeline("flow", ("Build", [build(PrimarySourc="Source")]))
    with pytest.raises(ClientError, match="unknown configuration key PrimarySourc; did you mean PrimarySource"):
        dev.run("flow")


def test_an_unknown_provider_is_refused_before_anything_runs(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Build", [action("Ship", "Deploy", "ECS")]))
    with pytest.raises(ClientError, match="Deploy/ECS of AWS is not run here"):
        dev.run("flow")


def test_a_source_without_versions_fails_the_pipeline(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.project("builder")
    dev.pipeline("flow", ("Build", [build()]))
    dev.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    assert dev.run("flow")["status"] == "Failed"
    assert "must have versioning enabled" in dev.failure("flow")


def test_a_reference_without_a_value_fails_the_action(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.project("builder")
    variables = json.dumps([{"name": "WHO", "value": "#{nowhere.WHO}", "type": "PLAINTEXT"}])
    dev.pipeline("flow", ("Build", [build(EnvironmentVariables=variables)]))
    assert dev.run("flow")["status"] == "Failed"
    assert "#{nowhere.WHO} has no value" in dev.failure("flow")


def test_a_role_that_does_not_trust_the_service_cannot_run_a_pipeline(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.project("builder")
    dev.pipeline("flow", ("Build", [build()]))
    dev.client("iam").update_assume_role_policy(RoleName="runner", PolicyDocument=trust("lambda.amazonaws.com"))
    assert dev.run("flow")["status"] == "Failed"
    assert "does not trust codepipeline.amazonaws.com" in dev.failure("flow")


# ---- approval


def approval(dev: CodeSuiteAccount) -> dict[str, object]:
    topic = dev.client("sns").create_topic(Name="approvals")["TopicArn"]
    return action("Approve", "Approval", "Manual", NotificationArn=topic, CustomData="to production")


def wait_for_token(dev: CodeSuiteAccount) -> str:
    for _ in range(100):
        for stage in dev.client("codepipeline").get_pipeline_state(name="flow")["stageStates"]:
            for state in stage["actionStates"]:
                token = state.get("latestExecution", {}).get("token")
                if token:
                    return str(token)
        time.sleep(0.05)
    raise AssertionError("no approval waits")


@pytest.mark.parametrize(("answer", "ended"), [("Approved", "Succeeded"), ("Rejected", "Failed")])
def test_an_approver_with_the_token_decides(dev: CodeSuiteAccount, answer: str, ended: str) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.pipeline("flow", ("Approval", [approval(dev)]))
    client = dev.client("codepipeline")
    client.start_pipeline_execution(name="flow")
    token = wait_for_token(dev)
    approver = dev.cloud.service_assume(dev.role("approver", "x.amazonaws.com"), service="x.amazonaws.com", session="a")
    action_name = {"pipelineName": "flow", "stageName": "Approval", "actionName": "Approve"}
    result = {"summary": "looked at it", "status": answer}
    dev.cloud.client(approver, "codepipeline").put_approval_result(**action_name, token=token, result=result)
    execution = dev.suite.pipelines.executions(DEV, REGION, "flow")[-1].wait(20)
    assert execution.status == ended
    assert execution.stages[1].actions[0].updated_by == approver.session_arn
    assert "sns:Publish" in dev.by(dev.pipeline_role)
    with pytest.raises(ClientError, match="ApprovalAlreadyCompletedException"):
        client.put_approval_result(**action_name, token=token, result=result)


def test_a_wrong_token_approves_nothing(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.pipeline("flow", ("Approval", [approval(dev)]))
    dev.client("codepipeline").start_pipeline_execution(name="flow")
    wait_for_token(dev)
    with pytest.raises(ClientError, match="InvalidApprovalTokenException"):
        dev.client("codepipeline").put_approval_result(
            pipelineName="flow", stageName="Approval", actionName="Approve", token=str(uuid.uuid4()),
            result={"summary": "", "status": "Approved"},
        )  # fmt: skip


def test_an_approval_that_nobody_gives_ends_in_time(dev: CodeSuiteAccount) -> None:
    dev.suite.pipelines._approval_seconds = 0.2
    dev.source({"buildspec.yml": SPEC})
    dev.pipeline("flow", ("Approval", [approval(dev)]))
    assert dev.run("flow")["status"] == "Failed"
    assert "nobody approved or rejected" in dev.failure("flow")


def test_the_rehearsals_approver_is_told(dev: CodeSuiteAccount) -> None:
    requests: list[ApprovalRequest] = []

    def approve(request: ApprovalRequest) -> None:
        requests.append(request)
        dev.client("codepipeline").put_approval_result(
            pipelineName=request.pipeline, stageName=request.stage, actionName=request.action, token=request.token,
            result={"summary": "yes", "status": "Approved"},
        )  # fmt: skip

    dev.suite.pipelines.pending._on_approval = approve
    dev.source({"buildspec.yml": SPEC})
    dev.pipeline("flow", ("Approval", [approval(dev)]))
    assert dev.run("flow")["status"] == "Succeeded"
    assert (requests[0].custom_data, requests[0].account) == ("to production", DEV)


# ---- stopping and queueing


def test_an_abandoned_execution_stops_and_its_approval_with_it(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.pipeline("flow", ("Approval", [approval(dev)]))
    client = dev.client("codepipeline")
    started = client.start_pipeline_execution(name="flow")["pipelineExecutionId"]
    wait_for_token(dev)
    client.stop_pipeline_execution(pipelineName="flow", pipelineExecutionId=started, abandon=True, reason="enough")
    execution = dev.suite.pipelines.executions(DEV, REGION, "flow")[-1].wait(10)
    assert (execution.status, execution.stages[1].actions[0].status) == ("Stopped", "Abandoned")


@pytest.mark.parametrize(("mode", "second"), [("QUEUED", "InProgress"), ("SUPERSEDED", "Superseded")])
def test_a_newer_execution_queues_or_supersedes_by_the_pipelines_mode(
    dev: CodeSuiteAccount, mode: str, second: str
) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.pipeline("flow", ("Approval", [approval(dev)]), executionMode=mode)
    runs = []
    for _ in range(3):
        runs.append(dev.suite.pipelines.start(DEV, REGION, "flow"))
        wait_for_token(dev)
        time.sleep(0.4)
    assert [runs[0].status, runs[1].status, runs[2].status] == ["InProgress", second, "InProgress"]


def test_a_child_process_starts_a_pipeline_over_loopback(dev: CodeSuiteAccount) -> None:
    dev.source({"buildspec.yml": SPEC})
    dev.project("builder")
    dev.pipeline("flow", ("Build", [build()]))
    code = (
        "import boto3; print(boto3.client('codepipeline').start_pipeline_execution(name='flow')['pipelineExecutionId'])"
    )
    environment = dev.deployer.environment(dev.cloud.endpoint_url)
    completed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    execution = dev.suite.pipelines.executions(DEV, REGION, "flow")[-1].wait(60)
    assert (completed.stdout.strip(), execution.status) == (execution.id, "Succeeded")
