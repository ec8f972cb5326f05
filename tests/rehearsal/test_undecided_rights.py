"""Rights that no page settles: the platform's policies hold whichever way AWS decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assumptions.outcomes import failing
from policies.documents import trust, workload_roles
from policies.documents.account import AccountScope
from policies.documents.deployer import deployer_policies
from policies.documents.workload_roles import Delivered
from policies.documents.workload_scope import WorkloadScope
from rehearsal.aws.recorder import source_keys
from rehearsal.service_model.required_action import ApiRequest, Right
from rehearsal.services import rights_of
from tests.policies.documents.requests import ACCOUNT, REGION, admits, arn, may, role
from tests.rehearsal.accounts import STAGING, DataScienceAccount
from tests.rehearsal.stack_sets import StackSetClient

ADMINISTRATION = role("mlops/delivery/mlops-screening-stackset-administration")
PIPELINE = arn("codepipeline", "screening-mlops-deploy")
TEMPLATE = {
    "Resources": {
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": "a",
                "ComparisonOperator": "GreaterThanThreshold",
                "EvaluationPeriods": 1,
                "MetricName": "m",
                "Namespace": "n",
                "Period": 60,
                "Statistic": "Sum",
                "Threshold": 1,
                "Tags": [{"Key": "project", "Value": "screening"}],
            },
        }
    }
}
EXECUTION = workload_roles.stack_set_execution(
    WorkloadScope(
        partition="aws",
        account=ACCOUNT,
        region=REGION,
        prefix="mlops",
        stage="staging",
        registry_account="222222222222",
        registry_region=REGION,
        models_bucket="models",
        models_key_alias="alias/mlops/dev/models",
        capture_bucket_arn="arn:aws:s3:::capture",
        capture_key_arn=arn("kms", "key/c"),
        volume_key_arn=arn("kms", "key/v"),
    ),
    Delivered(
        project="screening",
        stack_set="mlops-screening-staging",
        endpoint="mlops-screening-staging",
        group="mlops-screening",
        model_role=role("mlops/projects/screening/mlops-staging-screening-model"),
    ),
)


def allowed(document: str, right: Right) -> bool:
    """Whether an identity policy gives a right."""
    context = {key.replace(":", "__").replace("Tag/", "Tag_"): str(value) for key, value in right.context.items()}
    return may(document, right.action, right.resource, **context)


def made_pipeline() -> list[Right]:
    configuration = {"AdministrationRoleArn": ADMINISTRATION}
    pipeline: dict[str, Any] = {
        "name": "screening-mlops-deploy",
        "roleArn": role("mlops/projects/screening/mlops-screening-deploy-pipeline"),
        "stages": [{"name": "Staging", "actions": [{"name": "Deliver", "configuration": configuration}]}],
    }
    request = ApiRequest(
        service="codepipeline",
        operation="CreatePipeline",
        account=ACCOUNT,
        region=REGION,
        parameters={"pipeline": pipeline},
    )
    return [right for right in rights_of(request) or () if right.action == "iam:PassRole"]


@pytest.mark.parametrize("against", [[], ["codepipeline-names-its-source"]])
def test_codepipeline_takes_on_a_role_whether_it_names_its_source_or_not(against: list[str]) -> None:
    with failing(against):
        keys = source_keys("codepipeline.amazonaws.com", ACCOUNT, PIPELINE)
    assert bool(keys) is not bool(against)
    stated = trust.service_trust("codepipeline.amazonaws.com", ACCOUNT, source_arns=[PIPELINE])
    context = {key.replace(":", "__"): str(value) for key, value in keys.items()}
    assert admits(stated, "codepipeline.amazonaws.com", **context)
    strict = stated.replace("StringEqualsIfExists", "StringEquals")
    assert admits(strict, "codepipeline.amazonaws.com", **context) is not bool(against)


@pytest.mark.parametrize("against", [[], ["api-gateway-names-its-source"]])
def test_api_gateway_takes_on_its_role_for_logs_whether_it_names_its_source_or_not(against: list[str]) -> None:
    with failing(against):
        keys = source_keys("apigateway.amazonaws.com", ACCOUNT, "")
    assert bool(keys) is not bool(against)
    stated = trust.service_trust("apigateway.amazonaws.com", ACCOUNT)
    context = {key.replace(":", "__"): str(value) for key, value in keys.items()}
    assert admits(stated, "apigateway.amazonaws.com", **context)
    strict = stated.replace("StringEqualsIfExists", "StringEquals")
    assert admits(strict, "apigateway.amazonaws.com", **context) is not bool(against)


@pytest.mark.parametrize("against", [[], ["pipelines-pass-action-roles"]])
def test_the_deployer_makes_a_pipeline_whether_it_must_pass_the_roles_of_actions_or_not(against: list[str]) -> None:
    with failing(against):
        passed = made_pipeline()
    assert ([right.resource for right in passed] == [passed[0].resource, ADMINISTRATION]) is bool(against)
    identity = deployer_policies(AccountScope(partition="aws", account=ACCOUNT, prefix="mlops"))["identity"]
    assert all(allowed(identity, right) for right in passed)
    lacking = json.loads(identity)
    lacking["Statement"] = [one for one in lacking["Statement"] if "Administration" not in one["Sid"]]
    assert all(allowed(json.dumps(lacking), right) for right in passed) is not bool(against)


@pytest.mark.parametrize("against", [[], ["stack-sets-fetch-templates-themselves"]])
def test_the_execution_role_may_read_the_template_where_it_has_to(
    data_science: DataScienceAccount, against: list[str]
) -> None:
    stack_sets = StackSetClient(data_science, STAGING)
    stack_sets.create(TEMPLATE)
    with failing(against):
        assert stack_sets.instances(STAGING)["Status"] == "SUCCEEDED"
    read = [
        right
        for line in data_science.cloud.recorder.requests
        if line.operation == "GetObject"
        for right in line.rights or ()
    ]
    assert len(read) == len(against)
    assert all(allowed(EXECUTION, right) for right in read)
    for right in read:
        own = Right(action=right.action, resource=right.resource, context={"aws:ResourceAccount": ACCOUNT})
        assert not allowed(EXECUTION, own)


@pytest.mark.parametrize("against", [[], ["cloudformation-tags-with-creation"]])
def test_a_resource_of_a_stack_has_its_tags_with_its_creation_or_right_after(
    data_science: DataScienceAccount, against: list[str]
) -> None:
    stack_sets = StackSetClient(data_science, STAGING)
    stack_sets.create(TEMPLATE)
    with failing(against):
        assert stack_sets.instances(STAGING)["Status"] == "SUCCEEDED"
    execution = [line for line in data_science.cloud.recorder.requests if line.role.endswith(":role/execution")]
    made = [line.operation for line in execution if line.service == "cloudwatch" and line.writes]
    assert made == (["PutMetricAlarm", "TagResource"] if against else ["PutMetricAlarm"])
    client = data_science.cloud.client(data_science.cloud.deployer(STAGING), "cloudwatch")
    alarm = client.describe_alarms()["MetricAlarms"][0]["AlarmArn"]
    assert client.list_tags_for_resource(ResourceARN=alarm)["Tags"] == [{"Key": "project", "Value": "screening"}]


@pytest.mark.parametrize("kind", ["model", "endpoint-config"])
def test_models_are_made_with_their_tags_or_tagged_right_after_and_only_as_the_projects_own(kind: str) -> None:
    made, action = arn("sagemaker", f"{kind}/x"), {"model": "CreateModel", "endpoint-config": "CreateEndpointConfig"}
    assert may(EXECUTION, f"sagemaker:{action[kind]}", made)
    assert may(EXECUTION, f"sagemaker:{action[kind]}", made, aws__RequestTag_project="screening")
    assert not may(EXECUTION, f"sagemaker:{action[kind]}", made, aws__RequestTag_project="diabetes")
    assert may(EXECUTION, "sagemaker:AddTags", made, aws__RequestTag_project="screening")
    assert not may(EXECUTION, "sagemaker:AddTags", made, aws__RequestTag_project="diabetes")
