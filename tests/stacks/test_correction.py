"""What begins outside the rules in an account with controls is stopped, marked and reported by the function."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from tests.functions.remediated import called
from tests.stacks.account_controls import ACCOUNT, REGION, RemediatedAccount, account_with_controls, status, tags, train

GUARD = f"arn:aws:iam::{ACCOUNT}:role/mlops/foundation/mlops-foundation-guard"
# It matches the guard's rule and names nothing.
UNKNOWN = {"source": "aws.sagemaker", "detail-type": "SageMaker Model State Change", "detail": {}, "resources": []}


def arn(service: str, resource: str) -> str:
    """The ARN of what a request was recorded to ask for, where its members hold but a name."""
    whole = {
        "logs": f"log-group:{resource}:log-stream:one",
        "sagemaker": f"training-job/{resource}",
        "sqs": "mlops-foundation-dead-letters",
    }
    return resource if resource.startswith("arn:") else f"arn:aws:{service}:{REGION}:{ACCOUNT}:{whole[service]}"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemediatedAccount]:
    """An account whose foundation guards it, as in the example; tests start jobs of different names."""
    for account in account_with_controls(tmp_path_factory.mktemp("guarded")):
        account.up()
        account.listen()
        yield account


def test_a_training_job_outside_the_vpc_is_stopped_marked_and_told_once(account: RemediatedAccount) -> None:
    train(account, "outside", VpcConfig=None, EnableInterContainerTrafficEncryption=False)
    why = "no VPC / plain traffic between containers"
    assert status(account, "outside") == "Stopped"
    assert tags(account, "outside") == {"mlops:stopped-because": why}
    messages = account.reported()
    assert len(messages) == 1
    assert messages[0].startswith(f"Training job outside was stopped: {why.replace(' / ', '; ')}.")


def test_a_training_job_that_keeps_the_rules_runs_on(account: RemediatedAccount) -> None:
    train(account, "inside")
    assert (status(account, "inside"), tags(account, "inside"), account.reported()) == ("InProgress", {}, [])


def test_a_call_that_no_condition_bounds_is_reported(account: RemediatedAccount) -> None:
    account.runtime.suite.emit(ACCOUNT, REGION, called("CreateCluster", {"clusterName": "big"}))
    account.settle()
    assert "called CreateCluster" in account.reported()[0]


def test_an_event_that_nobody_understands_waits_in_the_dead_letter_queue(account: RemediatedAccount) -> None:
    account.runtime.suite.emit(ACCOUNT, REGION, UNKNOWN)
    account.settle()
    letters = account.messages("mlops-foundation-dead-letters")
    assert [letter["detail-type"] for letter in letters] == ["SageMaker Model State Change"]


def test_everything_that_the_guard_asked_for_is_allowed_by_its_policy_and_its_boundary(
    account: RemediatedAccount,
) -> None:
    train(account, "asked", VpcConfig=None)
    account.runtime.suite.emit(ACCOUNT, REGION, UNKNOWN)
    account.settle()
    resources = account.platform.world.engine.stacks["foundation"].resources.values()
    policy = next(one for one in resources if one.name == "guard-policy").inputs["policy"]
    boundary = next(one for one in resources if one.name == "boundary").inputs["policy"]
    query = {
        (line.service, line.operation, line.resource)
        for line in account.platform.recorder.requests
        if line.role == GUARD
    }
    expected = {"DescribeTrainingJob", "StopTrainingJob", "AddTags", "Publish", "PutLogEvents", "SendMessage"}
    assert expected <= {operation for _, operation, _ in query}
    context = {"aws:TagKeys": ["mlops:stopped-because"], "kms:ViaService": f"sns.{REGION}.amazonaws.com"}
    for service, operation, resource in sorted(query):
        question = AuthorizationRequest(
            id=operation,
            principal=GUARD,
            account=ACCOUNT,
            owner=ACCOUNT,
            action=f"{service}:{operation}",
            resource=arn(service, resource),
            identity=[json.loads(policy)],
            boundary=json.loads(boundary),
            context=context,
        )
        answer = decide(question)
        assert answer.allowed, f"{operation} on {resource}: {answer.because}"


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("sagemaker:CreateTrainingJob", "training-job/one", {}),
        ("sagemaker:DeleteEndpoint", "endpoint/one", {}),
        ("sagemaker:AddTags", "training-job/one", {"aws:TagKeys": ["project"]}),
        ("sagemaker:AddTags", "training-job/one", {}),
    ],
)
def test_the_guard_may_do_nothing_else(
    account: RemediatedAccount, action: str, resource: str, context: dict[str, Any]
) -> None:
    resources = account.platform.world.engine.stacks["foundation"].resources.values()
    policy = next(one for one in resources if one.name == "guard-policy").inputs["policy"]
    question = AuthorizationRequest(
        id="1",
        principal=GUARD,
        account=ACCOUNT,
        owner=ACCOUNT,
        action=action,
        resource=f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{resource}",
        identity=[json.loads(policy)],
        context=context,
    )
    assert not decide(question).allowed


def test_the_orders_name_the_key_free_types(account: RemediatedAccount) -> None:
    types = ["ml.m5.large", "ml.g5.xlarge"]
    account.let_studio_use(types[:1])
    account.up(prevention={"instanceTypes": types})
    resource = {"ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10}}
    train(account, "own-disks", **resource)
    assert status(account, "own-disks") == "InProgress"
    train(account, "other", ResourceConfig={**resource["ResourceConfig"], "InstanceType": "ml.m5.xlarge"})
    assert tags(account, "other") == {"mlops:stopped-because": "no key for volumes / instance type ml.m5.xlarge"}
