"""The StackSet actions reach other accounts, and fail when an instance does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assumptions.outcomes import failing
from rehearsal.aws.answers import refusal
from rehearsal.cloudformation.preferences import at_once, tolerated
from rehearsal.cloudformation.service import CloudFormation
from tests.rehearsal.codesuite.account import BUCKET, DEV, REGION, CodeSuiteAccount, action, archive, trust

STAGING, PROD = "222222222222", "333333333333"
TEMPLATE = {
    "Parameters": {"Name": {"Type": "String", "AllowedPattern": "[a-z]+"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}},
}


@pytest.fixture
def dev(dev: CodeSuiteAccount) -> Iterator[CodeSuiteAccount]:
    """The account with CloudFormation as it is rehearsed, an administration role, and execution roles elsewhere."""
    dev.role("administration", "cloudformation.amazonaws.com")
    for account in (STAGING, PROD):
        iam = dev.cloud.client(dev.cloud.deployer(account), "iam")
        iam.create_role(RoleName="execution", AssumeRolePolicyDocument=trust("cloudformation.amazonaws.com"))
    with CloudFormation(dev.cloud):
        yield dev
        dev.suite.pipelines.close()


def put(dev: CodeSuiteAccount, name: str, template: Any = None) -> None:
    """A source whose template makes a topic of this name."""
    parameters = [{"ParameterKey": "Name", "ParameterValue": name}]
    files = {"template.json": json.dumps(template or TEMPLATE), "parameters.json": json.dumps(parameters)}
    dev.s3.put_object(Bucket=BUCKET, Key="source.zip", Body=archive(files))


def actions(targets: str = f"{STAGING},{PROD}", **more: str) -> list[dict[str, Any]]:
    common = {"StackSetName": "models", "DeploymentTargets": targets, "Regions": REGION}
    settings = {
        "TemplatePath": "Source::template.json",
        "Parameters": "Source::parameters.json",
        "PermissionModel": "SELF_MANAGED",
        "AdministrationRoleArn": f"arn:aws:iam::{DEV}:role/administration",
        "ExecutionRoleName": "execution",
        "FailureTolerancePercentage": "0",
        "MaxConcurrentPercentage": "1",
    }
    update = common | settings | more
    return [
        action("Update", "Deploy", "CloudFormationStackSet", inputs=["Source"], **update),
        action("Reach", "Deploy", "CloudFormationStackInstances", inputs=["Source"], runOrder=2, **common),
    ]


def topics(dev: CodeSuiteAccount, account: str) -> list[str]:
    found = dev.cloud.client(dev.cloud.deployer(account), "sns").list_topics()["Topics"]
    return sorted(topic["TopicArn"].rpartition(":")[2] for topic in found)


def test_a_stack_set_reaches_two_accounts_and_follows_the_template(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Deploy", actions()))
    put(dev, "first")
    assert (dev.run("flow")["status"], dev.failure("flow")) == ("Succeeded", "")
    assert (topics(dev, STAGING), topics(dev, PROD)) == (["first"], ["first"])
    put(dev, "second")
    assert (dev.run("flow")["status"], dev.failure("flow")) == ("Succeeded", "")
    assert (topics(dev, STAGING), topics(dev, PROD)) == (["second"], ["second"])


def test_the_pipeline_role_asks_and_the_execution_role_makes(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Deploy", actions()))
    put(dev, "first")
    dev.run("flow")
    requests = dev.by(dev.pipeline_role)
    assert {"cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"} <= set(requests)
    assert "cloudformation:CreateStack" not in requests
    assert "cloudformation:CreateStack" in dev.by(f"arn:aws:iam::{PROD}:role/execution")


def test_an_account_that_joins_later_is_reached(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Deploy", actions(STAGING)))
    put(dev, "first")
    dev.run("flow")
    dev.pipeline("wider", ("Deploy", actions()))
    put(dev, "second")
    dev.run("wider")
    assert (dev.failure("wider"), topics(dev, PROD), topics(dev, STAGING)) == ("", ["second"], ["second"])


def test_one_failed_account_fails_the_action_with_its_reason(dev: CodeSuiteAccount) -> None:
    dev.cloud.client(dev.cloud.deployer(PROD), "iam").delete_role(RoleName="execution")
    dev.pipeline("flow", ("Deploy", actions()))
    put(dev, "first")
    assert dev.run("flow")["status"] == "Failed"
    assert f"{PROD}/{REGION}: Account {PROD} should have 'execution' role" in dev.failure("flow")
    assert dev.suite.pipelines.executions(DEV, REGION, "flow")[-1].stages[1].actions[1].status == ""


def test_a_failure_within_the_tolerance_still_fails_the_action(dev: CodeSuiteAccount) -> None:
    dev.cloud.client(dev.cloud.deployer(STAGING), "iam").delete_role(RoleName="execution")
    dev.pipeline("flow", ("Deploy", actions(FailureTolerancePercentage="50")))
    put(dev, "first")
    assert dev.run("flow")["status"] == "Failed"
    assert "SUCCEEDED, 1 failed" in dev.failure("flow")
    assert topics(dev, PROD) == ["first"]


def test_a_failure_within_the_tolerance_passes_where_the_action_looks_at_the_operation_alone(
    dev: CodeSuiteAccount,
) -> None:
    dev.cloud.client(dev.cloud.deployer(STAGING), "iam").delete_role(RoleName="execution")
    dev.pipeline("flow", ("Deploy", actions(FailureTolerancePercentage="50")[:1]))
    put(dev, "first")
    with failing(["stack-set-actions-fail-within-tolerance"]):
        assert dev.run("flow")["status"] == "Succeeded"
    assert (topics(dev, PROD), topics(dev, STAGING)) == (["first"], [])


def test_parameters_may_be_written_in_the_configuration(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Deploy", actions(STAGING, Parameters="ParameterKey=Name,ParameterValue=literal")))
    put(dev, "ignored")
    dev.run("flow")
    assert (dev.failure("flow"), topics(dev, STAGING)) == ("", ["literal"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"TemplatePath": "Source::missing.json"}, "the artifact has no file missing.json; it holds"),
        ({"TemplatePath": "Other::template.json"}, "Other is no input artifact of the action; its inputs: Source"),
        ({"Parameters": "Source::template.json"}, "allowed: a list of objects with ParameterKey"),
        ({"Parameters": "Name"}, "'Name' is no Key=Value"),
    ],
)
def test_a_wrong_configuration_says_what_is_allowed(
    dev: CodeSuiteAccount, changes: dict[str, str], message: str
) -> None:
    dev.pipeline("flow", ("Deploy", actions(STAGING, **changes)[:1]))
    put(dev, "first")
    assert dev.run("flow")["status"] == "Failed"
    assert message in dev.failure("flow")


def test_an_action_with_a_role_acts_as_that_role(dev: CodeSuiteAccount) -> None:
    role = dev.role("deployment", "codepipeline.amazonaws.com")
    for deploy in (chosen := actions(STAGING)):
        deploy["roleArn"] = role
    dev.pipeline("flow", ("Deploy", chosen))
    put(dev, "first")
    assert dev.run("flow")["status"] == "Succeeded"
    assert "cloudformation:CreateStackSet" in dev.by(role)
    assert "cloudformation:CreateStackSet" not in dev.by(dev.pipeline_role)


# ---- an account that fails on the way


BODY = {"Fn::Join": ["", ['{"widgets": [], "start": "', {"Ref": "Name"}, '"}']]}
DASHBOARD = {
    **TEMPLATE,
    "Resources": {
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardName": "d", "DashboardBody": BODY},
        }
    },
}


def shown(dev: CodeSuiteAccount, account: str) -> str:
    """The name that the account's dashboard has."""
    client = dev.cloud.client(dev.cloud.deployer(account), "cloudwatch")
    return str(json.loads(client.get_dashboard(DashboardName="d")["DashboardBody"])["start"])


def out_of_quota(dev: CodeSuiteAccount, account: str) -> None:
    """An account takes no dashboard."""
    full = refusal("LimitExceededFault", f"account {account} has reached its quota of dashboards", "cloudwatch")
    dev.cloud.handlers["cloudwatch:PutDashboard"] = lambda actor, *_: full if actor.account == account else None


def mended(dev: CodeSuiteAccount) -> None:
    del dev.cloud.handlers["cloudwatch:PutDashboard"]


def retry(dev: CodeSuiteAccount, mode: str = "FAILED_ACTIONS", stage: str = "Deploy") -> Any:
    execution = dev.suite.pipelines.executions(DEV, REGION, "flow")[-1]
    dev.client("codepipeline").retry_stage_execution(
        pipelineName="flow", stageName=stage, pipelineExecutionId=execution.id, retryMode=mode
    )
    return execution.wait(60)


def released(dev: CodeSuiteAccount, name: str) -> Any:
    put(dev, name, DASHBOARD)
    dev.run("flow")
    return dev.suite.pipelines.executions(DEV, REGION, "flow")[-1].wait(60)


@pytest.mark.aws_behavior("nothing_to_update")
def test_a_retry_completes_only_the_account_that_failed(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Deploy", actions()[:1]))
    released(dev, "first")
    out_of_quota(dev, PROD)
    failed = released(dev, "second")
    assert failed.status == "Failed"
    assert f"{PROD}/{REGION}:" in failed.failure
    assert "quota of dashboards" in failed.failure
    assert (shown(dev, STAGING), shown(dev, PROD)) == ("second", "first")
    mended(dev)
    before = len(dev.cloud.recorder.requests)
    again = retry(dev)
    assert (again.status, again.failure) == ("Succeeded", "")
    assert (shown(dev, STAGING), shown(dev, PROD)) == ("second", "second")
    made = dev.cloud.recorder.since(before, lambda line: line.operation == "PutDashboard")
    assert {line.account for line in made} == {PROD}


@pytest.mark.aws_behavior("retried_stage")
def test_a_stage_that_did_not_fail_or_was_entered_since_is_not_retried(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Deploy", actions()[:1]))
    released(dev, "first")
    with pytest.raises(ClientError, match="StageNotRetryableException"):
        retry(dev)
    with pytest.raises(ClientError, match="StageNotFoundException"):
        retry(dev, stage="Elsewhere")
    out_of_quota(dev, PROD)
    failed = released(dev, "second")
    mended(dev)
    released(dev, "third")
    with pytest.raises(ClientError, match="NotLatestPipelineExecutionException"):
        dev.client("codepipeline").retry_stage_execution(
            pipelineName="flow", stageName="Deploy", pipelineExecutionId=failed.id, retryMode="ALL_ACTIONS"
        )


@pytest.mark.aws_behavior("rollback_target")
def test_a_failed_stage_goes_back_to_the_execution_before_without_a_rebuild(dev: CodeSuiteAccount) -> None:
    dev.pipeline("flow", ("Deploy", actions()[:1]))
    pipeline = dev.client("codepipeline").get_pipeline(name="flow")["pipeline"]
    pipeline["stages"][1]["onFailure"] = {"result": "ROLLBACK"}
    dev.client("codepipeline").update_pipeline(pipeline=pipeline)
    out_of_quota(dev, PROD)
    assert released(dev, "zeroth").type == "STANDARD"  # there is nothing to go back to
    mended(dev)
    first = released(dev, "first")
    out_of_quota(dev, PROD)
    put(dev, "second", DASHBOARD)
    dev.run("flow")
    back = dev.suite.pipelines.executions(DEV, REGION, "flow")[-1].wait(60)
    assert (back.type, back.status, back.trigger.type) == ("ROLLBACK", "Succeeded", "AutomatedRollback")
    assert back.artifacts["Source"] == first.artifacts["Source"]
    shown_ = dev.client("codepipeline").get_pipeline_execution(pipelineName="flow", pipelineExecutionId=back.id)
    assert shown_["pipelineExecution"]["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first.id}
    assert (shown(dev, STAGING), shown(dev, PROD)) == ("first", "first")
    mended(dev)
    dev.client("codepipeline").update_pipeline(pipeline=pipeline)
    out_of_quota(dev, PROD)
    assert released(dev, "third").type == "STANDARD"  # the pipeline was changed since
    assert shown(dev, STAGING) == "third"


@pytest.mark.aws_behavior("tolerated")
def test_a_share_that_may_fail_is_rounded_down() -> None:
    assert [tolerated({"FailureTolerancePercentage": 50}, accounts) for accounts in (1, 2, 3)] == [0, 1, 1]
    assert tolerated({"FailureToleranceCount": 2}, 3) == 2


@pytest.mark.aws_behavior("at_once")
def test_strict_concurrency_is_bounded_by_what_may_fail_and_soft_is_not() -> None:
    half = {"MaxConcurrentPercentage": 50}
    assert [at_once(half, accounts, 0) for accounts in (1, 4, 10)] == [1, 1, 1]
    assert at_once({**half, "FailureTolerancePercentage": 20}, 10, 0) == 3
    assert at_once({**half, "FailureTolerancePercentage": 20}, 10, 2) == 1
    assert at_once({**half, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}, 10, 4) == 5


def test_accounts_that_begin_at_a_time_come_to_their_end(dev: CodeSuiteAccount) -> None:
    together = {"MaxConcurrentPercentage": "100", "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}
    dev.pipeline("flow", ("Deploy", actions(**together)[:1]))
    released(dev, "first")
    out_of_quota(dev, STAGING)
    assert released(dev, "second").status == "Failed"
    assert shown(dev, PROD) == "second"
