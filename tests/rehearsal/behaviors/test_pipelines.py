"""What CodePipeline does by itself: the run at creation, and stages that are skipped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pytest
from botocore.exceptions import ClientError

from assumptions.entries import pipeline_variables_from_events
from assumptions.outcomes import failing
from components import pipelines
from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.execution import SKIPPED, SUCCEEDED, PipelineExecution
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.engine import Engine
from tests.rehearsal.codesuite.account import BUCKET, DEV, REGION, CodeSuiteAccount, action
from tests.rehearsal.engine.programs import STRICT, provider

SPEC = """
version: 0.2
env: {exported-variables: [SAID]}
phases: {build: {commands: ['export SAID="$MODEL_PACKAGE_ARN"']}}
"""
GROUP = "mlops-screening"
PACKAGE = f"arn:aws:sagemaker:{REGION}:{DEV}:model-package/{GROUP}/3"


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[CodeSuiteAccount]:
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as suite:
        account = CodeSuiteAccount(cloud, suite)
        account.source({"buildspec.yml": SPEC})
        account.project("builder")
        yield account


def deploying(dev: CodeSuiteAccount, event: str = pipelines.model_approved(GROUP)) -> Callable[[], None]:
    """A program of the platform's own pipeline, with one stage that renders."""
    events_role = dev.role("starter", "events.amazonaws.com")

    def program() -> None:
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
            events_role_arn=events_role,
            event=event,
            event_description="A model was approved",
            variable=pipelines.PACKAGE,
        )
        pipelines.Pipeline("flow", args, pulumi.ResourceOptions(providers=[provider()]))

    return program


def executions(dev: CodeSuiteAccount) -> Sequence[PipelineExecution]:
    """All that ran, ended, oldest first."""
    dev.suite.events.drain()
    return [each.wait(60) for each in dev.suite.pipelines.executions(DEV, REGION, "flow")]


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
    assert (started.status, started.trigger.type) == (SUCCEEDED, "CloudWatchEvent")
    assert started.variables == {"ModelPackageArn": PACKAGE}
    assert {record.exported["SAID"] for record in dev.suite.builds.records.values() if record.exported} >= {PACKAGE}


def test_another_change_of_an_approved_package_starts_nothing(dev: CodeSuiteAccount) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    approve(dev, UpdatedModelPackageFields=["CustomerMetadataProperties"])
    assert len(executions(dev)) == 1


def test_where_variables_do_not_travel_an_approval_deploys_nothing(dev: CodeSuiteAccount) -> None:
    Engine(dev.cloud).up("project", deploying(dev), STRICT)
    executions(dev)
    with failing([pipeline_variables_from_events.ASSUMPTION.name]):
        approve(dev)
        _, started = executions(dev)
    assert [stage.status for stage in started.stages] == [SUCCEEDED, SKIPPED, SKIPPED]


def test_a_condition_that_is_not_run_here_is_refused(dev: CodeSuiteAccount) -> None:
    rule = {"name": "Ask", "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "LambdaInvoke"}}
    build = action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")
    dev.pipeline("flow", ("Build", [build]))
    structure = dev.client("codepipeline").get_pipeline(name="flow")["pipeline"]
    structure["stages"][1]["beforeEntry"] = {"conditions": [{"result": "FAIL", "rules": [rule]}]}
    dev.client("codepipeline").update_pipeline(pipeline=json.loads(json.dumps(structure)))
    with pytest.raises(ClientError, match=r"'FAIL' is not run here(.|\n)*LambdaInvoke is not run here"):
        dev.client("codepipeline").start_pipeline_execution(name="flow")
