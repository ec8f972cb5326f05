"""What CodePipeline does by itself: the run at creation, and stages that are skipped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pytest
from botocore.exceptions import ClientError

from assumptions.outcomes import failing
from catalog.names import ProjectNames
from catalog.roles import RoleKind
from catalog.scope import Scope
from components import pipeline_events, pipelines
from components.pipeline_starter import PipelineStarter, PipelineStarterArgs
from policies.documents import operations_key
from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.execution import SKIPPED, SUCCEEDED, PipelineExecution
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.engine import Engine
from tests.rehearsal.codesuite.account import BUCKET, DEV, REGION, CodeSuiteAccount, action
from tests.rehearsal.engine.programs import STRICT, document, provider

SPEC = """
version: 0.2
env: {exported-variables: [SAID]}
phases: {build: {commands: ['export SAID="$MODEL_PACKAGE_ARN"']}}
"""
GROUP = "mlops-screening"
SCOPE = Scope(partition="aws", account=DEV, region=REGION, prefix="mlops")
NAMES = ProjectNames("mlops", "screening")
STARTER, STARTER_ROLE = NAMES.role(RoleKind.PIPELINE_STARTER), NAMES.role_arn(SCOPE, RoleKind.PIPELINE_STARTER)
QUEUE = SCOPE.arn("sqs", NAMES.dead_letters())
PACKAGE = f"arn:aws:sagemaker:{REGION}:{DEV}:model-package/{GROUP}/1"


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[CodeSuiteAccount]:
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as suite:
        account = CodeSuiteAccount(cloud, suite)
        account.source({"buildspec.yml": SPEC})
        account.project("builder")
        register_approved(account)
        yield account


def register_approved(dev: CodeSuiteAccount) -> None:
    """The package of which events tell: the starter looks it up."""
    client = dev.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName=GROUP)
    made = client.create_model_package(ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved")
    assert made["ModelPackageArn"] == PACKAGE


def starter(dev: CodeSuiteAccount, options: pulumi.ResourceOptions, **config: str) -> PipelineStarter:
    """The starter of the platform, for the one pipeline and whatever `config` says otherwise."""
    flow = {"pipeline": "flow", "variable": pipelines.PACKAGE.name}
    known = {"partition": "aws", "account": DEV, "region": REGION, "bucket": BUCKET, "key": "source.zip"}
    iam = dev.client("iam")
    own_key = operations_key.operations_key(
        SCOPE,
        log_groups=[SCOPE.arn("logs", "*")],
        topics=[SCOPE.arn("sns", "*")],
        dead_letters=operations_key.DeadLetterQueues(queues=[QUEUE], senders=[STARTER_ROLE]),
    )
    args = PipelineStarterArgs(
        name=STARTER,
        project="screening",
        scope=SCOPE,
        path=NAMES.path(),
        boundary=iam.create_policy(PolicyName="boundary", PolicyDocument=document("*"))["Policy"]["Arn"],
        config=json.dumps(
            {**known, "group": GROUP, "build": flow, "deploy": flow, "rollback": flow, "releases": "r", **config}
        ),
        policy=lambda queue: queue.apply(lambda arn: document("sqs:SendMessage", resource=arn)),
        rules=["flow"],
        queue=NAMES.dead_letters(),
        alarm="mlops-screening-lost-events",
        topic_arn=SCOPE.arn("sns", "alarms"),
        key_arn=dev.client("kms").create_key(Policy=own_key)["KeyMetadata"]["Arn"],
        tags={},
    )
    return PipelineStarter("starter", args, options)


def deploying(
    dev: CodeSuiteAccount, event: str = pipeline_events.model_approved(GROUP), **config: str
) -> Callable[[], None]:
    """A program of the platform's own pipeline and its starter, with one stage that renders."""

    def program() -> None:
        options = pulumi.ResourceOptions(providers=[provider()])
        render = pipelines.build("Render", "builder", environment={"MODEL_PACKAGE_ARN": pipelines.PACKAGE.reference})
        args = pipelines.PipelineArgs(
            name="flow",
            role_arn=dev.pipeline_role,
            bucket=BUCKET,
            key_arn=dev.key,
            stages=[
                pipelines.source(BUCKET, "source.zip"),
                pipelines.Stage(name="Render", actions=[render]),
                pipelines.Stage(name="Again", actions=[pipelines.build("Again", "builder")]),
            ],
            starter=starter(dev, options, **config),
            event=event,
            event_description="A model was approved",
            variable=pipelines.PACKAGE,
        )
        pipelines.Pipeline("flow", args, options)

    return program


def executions(dev: CodeSuiteAccount) -> Sequence[PipelineExecution]:
    """All that ran, ended, oldest first."""
    dev.suite.events.drain()
    dev.suite.functions.wait()
    return [each.wait(60) for each in dev.suite.pipelines.executions(DEV, REGION, "flow")]


def lost(dev: CodeSuiteAccount) -> list[dict[str, Any]]:
    """The events in the dead-letter queue."""
    dev.suite.events.drain()
    dev.suite.functions.wait()
    client = dev.client("sqs")
    url = client.get_queue_url(QueueName=NAMES.dead_letters())["QueueUrl"]
    messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def approve(dev: CodeSuiteAccount, package: str = PACKAGE, **more: object) -> None:
    """The event of an approval."""
    detail = {"ModelPackageGroupName": GROUP, "ModelApprovalStatus": "Approved", "ModelPackageArn": package, **more}
    name = "SageMaker Model Package State Change"
    dev.suite.emit(
        DEV, REGION, {"source": "aws.sagemaker", "detail-type": name, "resources": [package], "detail": detail}
    )


@pytest.mark.aws_behavior("first_execution")
def test_a_pipeline_without_conditions_builds_as_soon_as_it_is_created(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Build", [action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")]))
    (first,) = executions(dev)
    assert (first.trigger.type, first.stages[1].status) == ("CreatePipeline", SUCCEEDED)
    assert len(dev.suite.builds.records) == 1


@pytest.mark.aws_behavior("first_execution")
def test_the_platforms_pipeline_builds_nothing_when_it_is_created_or_started_without_its_variable(
    dev: CodeSuiteAccount,
) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    dev.client("codepipeline").start_pipeline_execution(name="flow")
    first, by_hand = executions(dev)
    assert first.trigger.type == "CreatePipeline"
    assert [(each.status, [stage.status for stage in each.stages]) for each in (first, by_hand)] == [
        (SUCCEEDED, [SUCCEEDED, SKIPPED, SKIPPED])
    ] * 2
    assert not dev.suite.builds.records


@pytest.mark.aws_behavior("first_execution")
def test_a_pipeline_that_is_created_before_its_source_fails_once(dev: CodeSuiteAccount) -> None:
    dev.s3.delete_object(Bucket=BUCKET, Key="source.zip")
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    (first,) = executions(dev)
    assert first.status == "Failed"


@pytest.mark.parametrize("fields", [{"UpdatedModelPackageFields": ["ModelApprovalStatus"]}, {}])
def test_the_package_that_was_approved_travels_into_the_build(dev: CodeSuiteAccount, fields: dict[str, Any]) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    executions(dev)
    approve(dev, **fields)
    _, started = executions(dev)
    assert (started.status, started.trigger.type) == (SUCCEEDED, "StartPipelineExecution")
    assert f":assumed-role/{STARTER_ROLE.rpartition('/')[2]}/" in started.trigger.detail
    assert started.variables == {"ModelPackageArn": PACKAGE}
    assert {record.exported["SAID"] for record in dev.suite.builds.records.values() if record.exported} >= {PACKAGE}


def test_another_change_of_an_approved_package_starts_nothing(dev: CodeSuiteAccount) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    approve(dev, UpdatedModelPackageFields=["CustomerMetadataProperties"])
    assert len(executions(dev)) == 1


@pytest.mark.aws_behavior("repeated_token")
def test_an_event_that_is_handed_over_twice_starts_one_run(dev: CodeSuiteAccount) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    detail = {"ModelPackageGroupName": GROUP, "ModelApprovalStatus": "Approved", "ModelPackageArn": PACKAGE}
    event = {"id": "1", "account": DEV, "region": REGION, "source": "aws.sagemaker", "detail": detail}
    event["detail-type"] = "SageMaker Model Package State Change"
    for each in (event, event, {**event, "id": "2"}):
        dev.suite.functions.start(DEV, REGION, STARTER, each)
    assert [each.trigger.type for each in executions(dev)] == ["CreatePipeline", *["StartPipelineExecution"] * 2]


@pytest.mark.aws_behavior("repeated_token")
def test_a_token_that_started_something_else_is_refused(dev: CodeSuiteAccount) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    client = dev.client("codepipeline")
    client.start_pipeline_execution(name="flow", clientRequestToken="once")
    with pytest.raises(ClientError, match="token once has started another execution, of flow"):
        client.start_pipeline_execution(
            name="flow", clientRequestToken="once", variables=[{"name": "ModelPackageArn", "value": PACKAGE}]
        )


def test_an_event_that_the_starter_refuses_waits_in_the_dead_letter_queue(dev: CodeSuiteAccount) -> None:
    Engine(dev.cloud).up("project", deploying(dev, group="mlops-diabetes"), STRICT)
    approve(dev)
    assert [event["detail"]["ModelPackageArn"] for event in lost(dev)] == [PACKAGE]
    assert len(executions(dev)) == 1


@pytest.mark.parametrize("against", [(), ("source-of-rules-in-queue-keys",)])
def test_an_event_that_does_not_reach_the_starter_waits_in_the_dead_letter_queue(
    dev: CodeSuiteAccount, against: tuple[str, ...]
) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    dev.client("lambda").remove_permission(FunctionName=STARTER, StatementId="flow")
    with failing(against):
        approve(dev)
        assert [event["detail"]["ModelPackageArn"] for event in lost(dev)] == [PACKAGE]
    assert len(executions(dev)) == 1


def test_a_rule_that_hands_variables_to_a_pipeline_starts_nothing(dev: CodeSuiteAccount) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    given = {"variables": [{"name": "ModelPackageArn", "value": "<value>"}]}
    transformer = {
        "InputPathsMap": {"value": "$.detail.ModelPackageArn"},
        "InputTemplate": json.dumps(given),
    }
    target = {"Id": "pipeline", "Arn": SCOPE.arn("codepipeline", "flow"), "InputTransformer": transformer}
    target["RoleArn"] = dev.role("rules", "events.amazonaws.com")
    dev.client("events").put_targets(Rule="flow", Targets=[target])
    approve(dev)
    assert len(executions(dev)) == 1
    assert "holds variables: only sourceRevisions is documented" in dev.suite.events.delivered[-1].error


def test_a_condition_that_is_not_run_here_is_refused(dev: CodeSuiteAccount) -> None:
    rule = {"name": "Ask", "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "LambdaInvoke"}}
    build = action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")
    dev.pipeline("flow", ("Build", [build]))
    structure = dev.client("codepipeline").get_pipeline(name="flow")["pipeline"]
    structure["stages"][1]["beforeEntry"] = {"conditions": [{"result": "FAIL", "rules": [rule]}]}
    dev.client("codepipeline").update_pipeline(pipeline=json.loads(json.dumps(structure)))
    with pytest.raises(ClientError, match=r"'FAIL' is not run here(.|\n)*LambdaInvoke is not run here"):
        dev.client("codepipeline").start_pipeline_execution(name="flow")
