"""What a project's people may do: scientists who publish, its administrator, its approver; and its roles for them."""

from __future__ import annotations

import json

import pytest

from policies.documents import delivery_roles, platform_roles, project_people, project_roles
from policies.documents.accounts import WorkloadAccounts
from tests.policies.documents.requests import arn, may, role
from tests.policies.documents.scopes import project_scope_of

SCOPE = project_scope_of("screening")
RECORDS = platform_roles.RecordsPlace(bucket="arn:aws:s3:::artifacts", key=arn("kms", "key/data"))
BUILD, DEPLOY, ROLLBACK = "screening-mlops-build", "screening-mlops-deploy", "screening-mlops-rollback"
PROJECTS = [f"mlops-screening-{purpose}" for purpose in ("build", "deploy", "deploy-test", "deploy-verify")]
PUBLISH = project_people.publish(SCOPE, BUILD)
QUEUE, STARTER = "mlops-screening-dead-letters", "mlops-screening-pipeline-starter"
TEAM = project_people.team_administrator(
    SCOPE,
    build_pipeline=BUILD,
    deploy_pipeline=DEPLOY,
    build_projects=PROJECTS,
    lost_events={QUEUE: STARTER},
)
APPROVER = platform_roles.approver(SCOPE, RECORDS)
PIPELINE = project_roles.pipeline(SCOPE, [role("mlops/projects/screening/mlops-screening-training")])
# Roles that run what a scientist has written.
SCIENTISTS_CODE = {
    "build": project_roles.build(SCOPE, role("mlops/projects/screening/mlops-screening-pipeline"), PROJECTS[0]),
    "pipeline": PIPELINE,
    "processing": project_roles.processing(SCOPE),
    "training": project_roles.training(SCOPE),
}
PACKAGE = arn("sagemaker", "model-package/mlops-screening/1")
APPROVAL = arn("codepipeline", f"{DEPLOY}/Approve/Approve")


def test_publishing_is_writing_data_and_the_builds_code() -> None:
    for key in (
        "arn:aws:s3:::data/screening/training/data.csv",
        "arn:aws:s3:::artifacts/screening/source/model-build.zip",
    ):
        assert may(PUBLISH, "s3:PutObject", key, **under_the_name("ana", "ana"))
        assert not may(PUBLISH, "s3:GetObject", key)
        assert not may(PUBLISH, "s3:DeleteObject", key)
    assert not may(PUBLISH, "s3:PutObject", "arn:aws:s3:::data/diabetes/training/data.csv")
    assert not may(PUBLISH, "s3:PutObject", "arn:aws:s3:::models/screening/model.tar.gz")


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:PutObjectTagging"])
def test_code_is_handed_over_under_the_name_of_the_session_and_no_other(action: str) -> None:
    code = "arn:aws:s3:::artifacts/screening/source/model-build.zip"
    assert may(PUBLISH, action, code, **under_the_name("ana", "ana"))
    assert not may(PUBLISH, action, code, **under_the_name("ana", "petra"))
    assert not may(PUBLISH, action, code, aws__SourceIdentity="ana")
    assert not may(PUBLISH, action, code, **{"s3:RequestObjectTag/publisher": "ana"})


def under_the_name(session: str, tag: str) -> dict[str, str]:
    return {"aws__SourceIdentity": session, "s3:RequestObjectTag/publisher": tag}


@pytest.mark.parametrize(
    "document", [PUBLISH, TEAM, *SCIENTISTS_CODE.values()], ids=["publish", "team", *sorted(SCIENTISTS_CODE)]
)
@pytest.mark.parametrize("key", ["screening/source/model-deploy.zip", "screening-mlops-depl/Rendered/abc"])
def test_whoever_a_scientists_code_runs_as_does_not_touch_what_deploys(document: str, key: str) -> None:
    assert not may(document, "s3:PutObject", f"arn:aws:s3:::artifacts/{key}")


def test_jobs_and_builds_do_not_write_the_repository_that_they_come_from() -> None:
    for document in SCIENTISTS_CODE.values():
        assert not may(document, "s3:PutObject", "arn:aws:s3:::artifacts/screening/source/model-build.zip")


def test_the_deploy_pipelines_roles_read_nothing_that_the_build_pipeline_carries() -> None:
    accounts = WorkloadAccounts(scope=SCOPE, ids=["222222222222"])
    render = delivery_roles.deploy(
        SCOPE,
        accounts,
        [("222222222222", "mlops-staging-screening-change-set")],
        build_projects=["mlops-screening-deploy", "mlops-screening-deploy-changes"],
        stack_sets=["mlops-screening-staging"],
        pipelines=[DEPLOY, ROLLBACK],
    )
    test = delivery_roles.deploy_test(SCOPE, accounts, [("222222222222", "mlops-test")], PROJECTS[2:])
    rendered = "arn:aws:s3:::artifacts/screening-mlops-depl/Rendered/abc"
    for document in (render, test):
        assert may(document, "s3:GetObject", rendered)
        assert not may(document, "s3:GetObject", "arn:aws:s3:::artifacts/screening-mlops-buil/Source/abc")
    assert may(render, "s3:PutObject", rendered)
    assert not may(test, "s3:PutObject", rendered)


def test_a_project_with_its_own_approvers_is_left_to_them() -> None:
    own, others = (
        platform_roles.team_approver(SCOPE, RECORDS, "screening"),
        platform_roles.approver(SCOPE, RECORDS, ["screening"]),
    )
    yes = {"sagemaker__ModelApprovalStatus": "Approved"}
    for action, thing in (
        ("sagemaker:UpdateModelPackage", PACKAGE),
        ("codepipeline:PutApprovalResult", APPROVAL),
        ("codepipeline:StartPipelineExecution", arn("codepipeline", ROLLBACK)),
    ):
        elsewhere = thing.replace("screening", "diabetes")
        assert may(APPROVER, action, thing, **yes)
        assert may(own, action, thing, **yes)
        assert not may(own, action, elsewhere, **yes)
        assert not may(others, action, thing, **yes)
        assert may(others, action, elsewhere, **yes)
    assert may(others, "sagemaker:DescribeModelPackage", PACKAGE)


def test_a_model_is_registered_as_pending_and_in_no_other_way() -> None:
    action = "sagemaker:CreateModelPackage"
    assert may(PIPELINE, action, PACKAGE, sagemaker__ModelApprovalStatus="PendingManualApproval")
    for status in ("Approved", "Rejected"):
        assert not may(PIPELINE, action, PACKAGE, sagemaker__ModelApprovalStatus=status)
    assert not may(PIPELINE, action, PACKAGE)


@pytest.mark.parametrize("document", [PUBLISH, TEAM, *SCIENTISTS_CODE.values()])
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudformation:CreateStackInstances", arn("cloudformation", "stackset/mlops-screening-production:x")),
        ("cloudformation:UpdateStackSet", arn("cloudformation", "stackset/mlops-screening-production:x")),
        ("codepipeline:PutApprovalResult", APPROVAL),
        ("codepipeline:RetryStageExecution", arn("codepipeline", f"{DEPLOY}/Production")),
        ("codepipeline:StartPipelineExecution", arn("codepipeline", DEPLOY)),
        ("codepipeline:StartPipelineExecution", arn("codepipeline", ROLLBACK)),
        ("s3:PutObject", "arn:aws:s3:::artifacts/screening/releases/production/333333333333/1.json"),
        ("iam:PassRole", role("mlops/delivery/mlops-screening-stackset-administration")),
        ("sagemaker:UpdateModelPackage", PACKAGE),
    ],
)
def test_nobody_but_the_approver_decides_and_nobody_of_the_team_delivers(
    document: str, action: str, resource: str
) -> None:
    context = {"sagemaker__ModelApprovalStatus": "Approved", "iam__PassedToService": "cloudformation.amazonaws.com"}
    assert not may(document, action, resource, **context)


def test_the_approver_decides_and_changes_nothing_else_of_a_model() -> None:
    action = "sagemaker:UpdateModelPackage"
    for status in ("Approved", "Rejected"):
        assert may(APPROVER, action, PACKAGE, sagemaker__ModelApprovalStatus=status)
    assert not may(APPROVER, action, PACKAGE)
    assert may(APPROVER, "codepipeline:PutApprovalResult", APPROVAL)
    assert not may(APPROVER, "codepipeline:PutApprovalResult", arn("codepipeline", f"{BUILD}/Source/Source"))
    for action in ("s3:GetObject", "s3:PutObject"):
        assert not may(APPROVER, action, "arn:aws:s3:::models/screening/model.tar.gz")


def test_the_approver_reads_what_was_released_and_goes_back_and_starts_no_deployment() -> None:
    records = "arn:aws:s3:::artifacts/screening/releases/production/333333333333/1.json"
    assert may(APPROVER, "s3:GetObject", records)
    assert not may(APPROVER, "s3:PutObject", records)
    assert not may(APPROVER, "s3:GetObject", "arn:aws:s3:::artifacts/screening/source/model-build.zip")
    assert may(APPROVER, "codepipeline:StartPipelineExecution", arn("codepipeline", ROLLBACK))
    assert not may(APPROVER, "codepipeline:StartPipelineExecution", arn("codepipeline", DEPLOY))


def test_the_team_administrator_keeps_the_training_going() -> None:
    for action in ("Start", "Stop"):
        assert may(TEAM, f"codepipeline:{action}PipelineExecution", arn("codepipeline", BUILD))
        assert may(TEAM, f"sagemaker:{action}PipelineExecution", arn("sagemaker", "pipeline/mlops-screening"))
    assert may(TEAM, "codepipeline:StopPipelineExecution", arn("codepipeline", DEPLOY))
    assert may(TEAM, "codepipeline:RetryStageExecution", arn("codepipeline", f"{BUILD}/Build"))
    job = arn("sagemaker", "training-job/pipelines-x")
    assert may(TEAM, "sagemaker:StopTrainingJob", job, aws__ResourceTag_project="screening")
    assert may(TEAM, "logs:GetLogEvents", arn("logs", "log-group:/aws/codebuild/mlops-screening-build:log-stream:x"))
    assert may(TEAM, "sagemaker:DescribeModelPackage", PACKAGE)


def test_the_team_administrator_has_no_data_no_other_project_and_no_build_of_their_own_making() -> None:
    for bucket in ("data", "models", "artifacts"):
        assert not may(TEAM, "s3:GetObject", f"arn:aws:s3:::{bucket}/screening/x")
    assert not may(TEAM, "codebuild:StartBuild", arn("codebuild", "project/mlops-screening-build"))
    job = arn("sagemaker", "training-job/pipelines-x")
    assert not may(TEAM, "sagemaker:StopTrainingJob", job, aws__ResourceTag_project="diabetes")
    assert not may(TEAM, "sagemaker:StopTrainingJob", job)
    assert not may(TEAM, "codepipeline:StartPipelineExecution", arn("codepipeline", "diabetes-mlops-build"))
    assert not may(TEAM, "logs:GetLogEvents", arn("logs", "log-group:/aws/sagemaker/TrainingJobs:log-stream:x"))


def test_the_team_administrator_deals_with_the_projects_lost_events_and_with_no_other() -> None:
    for action in ("ReceiveMessage", "DeleteMessage", "SendMessage", "ChangeMessageVisibility", "GetQueueAttributes"):
        assert may(TEAM, f"sqs:{action}", arn("sqs", QUEUE))
        assert not may(TEAM, f"sqs:{action}", arn("sqs", "mlops-diabetes-dead-letters"))
    assert may(TEAM, "lambda:InvokeFunction", arn("lambda", f"function:{STARTER}"))
    assert not may(TEAM, "lambda:InvokeFunction", arn("lambda", "function:mlops-screening-release-cleaner"))
    keys = next(each for each in json.loads(TEAM)["Statement"] if each["Sid"] == "ReadLostEvents")
    assert keys["Resource"] == SCOPE.operations_key
    assert keys["Condition"] == {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}


def test_the_approver_completes_production_and_no_other_stage() -> None:
    assert may(APPROVER, "codepipeline:RetryStageExecution", arn("codepipeline", f"{DEPLOY}/Production"))
    for other in (f"{DEPLOY}/Approve", f"{DEPLOY}/Staging", f"{BUILD}/Build"):
        assert not may(APPROVER, "codepipeline:RetryStageExecution", arn("codepipeline", other))
