"""What delivers a model may make its StackSets, ask for approval on an encrypted topic, and no more than that."""

from __future__ import annotations

import json

import pytest

from catalog.scope import Scope
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents import delivery_roles, operations_key, workload_roles
from tests.policies.documents.requests import ACCOUNT, REGION, arn, may, role
from tests.policies.documents.scopes import project_scope_of, workload_scope

ADMINISTRATION = role("mlops/delivery/mlops-screening-stackset-administration")
TOPIC = arn("sns", "mlops-dev-alarms")
RUNNER = role("mlops/projects/screening/mlops-screening-deploy-pipeline")
PIPELINE = delivery_roles.deploy_pipeline(
    project_scope_of("screening"),
    build_projects=["mlops-screening-deploy"],
    stack_sets=["mlops-screening-staging"],
    administration_role=ADMINISTRATION,
    topic=TOPIC,
)
KEY = json.loads(
    operations_key.operations_key(
        Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops"),
        log_groups=[arn("logs", "log-group:/mlops/*")],
        topics=[arn("sns", "mlops-*")],
        publishers=[role("mlops/projects/*/mlops-*-deploy-pipeline")],
    )
)


def test_a_stack_set_that_does_not_exist_yet_can_be_made_and_others_are_not_touched() -> None:
    assert may(PIPELINE, "cloudformation:CreateStackSet", "*")
    for action in ("UpdateStackSet", "CreateStackInstances"):
        assert may(PIPELINE, f"cloudformation:{action}", arn("cloudformation", "stackset/mlops-screening-staging:1"))
        assert not may(PIPELINE, f"cloudformation:{action}", arn("cloudformation", "stackset/mlops-diabetes-staging:1"))


@pytest.mark.parametrize(
    ("principal", "service", "topic", "allowed"),
    [
        (RUNNER, "sns", TOPIC, True),
        (RUNNER, "s3", TOPIC, False),
        (RUNNER, "sns", arn("sns", "others"), False),
        (role("mlops/projects/screening/mlops-screening-build"), "sns", TOPIC, False),
    ],
)
def test_only_who_asks_for_approval_uses_the_topics_key_and_only_through_the_topic(
    principal: str, service: str, topic: str, allowed: bool
) -> None:
    query = AuthorizationRequest(
        id="publish",
        principal=principal,
        account=ACCOUNT,
        action="kms:GenerateDataKey",
        resource=arn("kms", "key/k"),
        owner=ACCOUNT,
        identity=[json.loads(PIPELINE)],
        resource_policy=KEY,
        context={
            "kms:ViaService": f"{service}.{REGION}.amazonaws.com",
            "kms:EncryptionContext:aws:sns:topicArn": topic,
        },
    )
    assert decide(query).allowed is allowed


@pytest.mark.parametrize(
    ("passed", "service", "allowed"),
    [
        (ADMINISTRATION, "cloudformation", True),
        (ADMINISTRATION, "codepipeline", False),
        (ADMINISTRATION.replace("screening", "diabetes"), "cloudformation", False),
    ],
)
def test_a_project_delivers_as_its_own_administration_role_alone(passed: str, service: str, allowed: bool) -> None:
    cleaner = delivery_roles.release_cleaner(
        project_scope_of("screening"), ["mlops-screening-staging"], ADMINISTRATION, "mlops-screening-release-cleaner"
    )
    for document in (PIPELINE, cleaner):
        assert may(document, "iam:PassRole", passed, iam__PassedToService=f"{service}.amazonaws.com") is allowed


WORKLOAD = "222222222222"
EXECUTION = workload_roles.stack_set_execution(
    workload_scope(),
    workload_roles.Delivered(
        project="screening",
        stack_set="mlops-screening-staging",
        endpoint="mlops-screening-staging",
        group="mlops-screening",
        model_role=role("mlops/projects/screening/mlops-staging-screening-model", WORKLOAD),
    ),
)
UUID = "d0bdac9f-1a2b-4c3d-8e4f-5a6b7c8d9e0f"


def there(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{WORKLOAD}:{resource}"


# Of one project: what its StackSet works on, in which `screening` stands for the project.
OWN = (
    ("cloudwatch:PutMetricAlarm", there("cloudwatch", "alarm:mlops-screening-staging-EndpointConfig-1-latency")),
    ("cloudformation:UpdateStack", there("cloudformation", f"stack/StackSet-mlops-screening-staging-{UUID}/{UUID}")),
    ("sagemaker:CreateEndpoint", there("sagemaker", "endpoint/mlops-screening-staging")),
    ("sagemaker:CreateModel", arn("sagemaker", "model-package/mlops-screening/1")),
    ("sagemaker:DeleteEndpoint", there("sagemaker", "endpoint/mlops-screening-staging")),
    ("sagemaker:UpdateEndpoint", there("sagemaker", "endpoint/mlops-screening-staging")),
)


@pytest.mark.parametrize(("action", "resource"), OWN, ids=[action for action, _ in OWN])
def test_what_enters_a_workload_account_works_for_one_project(action: str, resource: str) -> None:
    assert may(EXECUTION, action, resource)
    # Another project, and one whose id begins like this one's.
    for other in ("diabetes", "screening-eu"):
        assert not may(EXECUTION, action, resource.replace("screening", other))
    assert not may(EXECUTION, action, resource.replace("mlops-screening", "payroll"))


MODEL, CONFIGURATION = there("sagemaker", "model/stackset-1"), there("sagemaker", "endpoint-config/stackset-1")
TAGGED, ASKED = "aws__ResourceTag/project", "aws__RequestTag/project"


@pytest.mark.parametrize(("project", "allowed"), [("screening", True), ("diabetes", False), ("screening-eu", False)])
def test_models_and_configurations_are_one_project_s_by_their_tag(project: str, allowed: bool) -> None:
    query, there_already = {ASKED: project}, {TAGGED: project}
    for kind, resource in (("Model", MODEL), ("EndpointConfig", CONFIGURATION)):
        assert may(EXECUTION, f"sagemaker:Create{kind}", resource, **query) is allowed
        assert may(EXECUTION, "sagemaker:AddTags", resource, **query) is allowed
        assert may(EXECUTION, f"sagemaker:Delete{kind}", resource, **there_already) is allowed
    assert may(EXECUTION, "sagemaker:UpdateEndpoint", CONFIGURATION, **there_already) is allowed


def test_what_is_another_project_s_is_not_made_one_s_own() -> None:
    assert not may(EXECUTION, "sagemaker:AddTags", MODEL, **{ASKED: "screening", TAGGED: "diabetes"})
    assert not may(EXECUTION, "sagemaker:DeleteTags", MODEL, **{TAGGED: "diabetes"})


def test_what_has_no_tag_yet_is_made_tagged_and_seen_and_nothing_else() -> None:
    assert may(EXECUTION, "sagemaker:CreateModel", MODEL)
    assert may(EXECUTION, "sagemaker:DescribeModel", MODEL)
    assert not may(EXECUTION, "sagemaker:AddTags", MODEL)
    assert not may(EXECUTION, "sagemaker:DeleteModel", MODEL)


def test_what_is_a_project_s_is_not_handed_to_another() -> None:
    assert not may(EXECUTION, "sagemaker:AddTags", MODEL, **{TAGGED: "screening", ASKED: "diabetes"})
    assert may(EXECUTION, "sagemaker:AddTags", MODEL, **{TAGGED: "screening"})


@pytest.mark.parametrize("other", ["diabetes", "screening-eu", "screening-staging"])
def test_stacks_of_a_set_that_is_named_alike_are_not_its_own(other: str) -> None:
    stack = f"stack/StackSet-mlops-{other}-staging-{UUID}/{UUID}"
    assert not may(EXECUTION, "cloudformation:DeleteStack", there("cloudformation", stack))


@pytest.mark.parametrize(("project", "allowed"), [("screening", True), ("diabetes", False), ("screening-eu", False)])
def test_models_run_with_the_role_of_their_own_project(project: str, allowed: bool) -> None:
    passed = role(f"mlops/projects/{project}/mlops-staging-{project}-model", WORKLOAD)
    assert may(EXECUTION, "iam:PassRole", passed, iam__PassedToService="sagemaker.amazonaws.com") is allowed
    assert not may(EXECUTION, "iam:PassRole", passed, iam__PassedToService="lambda.amazonaws.com")


def test_templates_are_fetched_from_neither_this_accounts_buckets_nor_the_registrys() -> None:
    """The two accounts that the statement's reason names; another account's bucket has to let the role in itself."""
    bucket = "arn:aws:s3:::stackset-templates/key"
    for account, allowed in ((WORKLOAD, False), (ACCOUNT, False), ("333333333333", True)):
        assert may(EXECUTION, "s3:GetObject", bucket, aws__ResourceAccount=account) is allowed
