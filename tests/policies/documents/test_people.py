"""Those who look after an account, and those who look at it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.documents.account import AccountScope
from policies.documents.people import administrator, auditor
from tests.policies.documents.foundation import HOME, LONG, person_may, size

PERSONAS: dict[str, Callable[[AccountScope], str]] = {"administrator": administrator, "auditor": auditor}
IAM = "arn:aws:iam::111111111111"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234"
SAGEMAKER = "arn:aws:sagemaker:eu-west-1:111111111111"
DEPLOY = "arn:aws:codepipeline:eu-west-1:111111111111:screening-mlops-deploy"
DATA = "arn:aws:s3:::mlops-dev-data-111111111111-eu-west-1/screening/training/data.csv"
TRAIL = "arn:aws:s3:::mlops-foundation-trail-111111111111-eu-west-1/AWSLogs/111111111111/one.json.gz"
OF_THE_FOUNDATION = {"aws__ResourceTag_tier": "foundation"}
THROUGH_S3 = {"kms__ViaService": "s3.eu-west-1.amazonaws.com"}

# What neither may: data, use of keys, decisions about models, more rights.
NEITHER: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("s3:GetObject", DATA, {}),
    ("s3:PutObject", DATA, {}),
    ("s3:DeleteObjectVersion", DATA, {}),
    ("s3:GetObject", "arn:aws:s3:::mlops-staging-capture-111111111111-eu-west-1/screening/one.jsonl", {}),
    ("kms:Decrypt", KEY, {}),
    ("kms:Decrypt", KEY, THROUGH_S3),
    ("kms:GenerateDataKey", KEY, THROUGH_S3),
    ("kms:PutKeyPolicy", KEY, {}),
    ("kms:CreateGrant", KEY, {}),
    ("sagemaker:InvokeEndpoint", f"{SAGEMAKER}:endpoint/mlops-screening-staging", {}),
    ("sagemaker:UpdateModelPackage", f"{SAGEMAKER}:model-package/mlops-screening/1", {}),
    ("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/one", {}),
    ("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/mlops-screening", {}),
    ("codepipeline:PutApprovalResult", f"{DEPLOY}/Approve/Approve", {}),
    ("codepipeline:StartPipelineExecution", DEPLOY, {}),
    ("iam:CreateRole", f"{IAM}:role/mlops/people/other", {}),
    ("iam:PutRolePolicy", f"{IAM}:role/mlops/people/mlops-administrator", {}),
    ("iam:PassRole", f"{IAM}:role/mlops/projects/screening/one", {"iam__PassedToService": "sagemaker.amazonaws.com"}),
    ("sts:AssumeRole", f"{IAM}:role/mlops/foundation/mlops-deployer", {}),
    ("sts:AssumeRole", f"{IAM}:role/mlops/projects/screening/mlops-screening-publish", {}),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:one", {}),
    ("s3:DeleteObject", TRAIL, {}),
    ("kms:ScheduleKeyDeletion", KEY, OF_THE_FOUNDATION),
)


@pytest.mark.parametrize("persona", sorted(PERSONAS))
@pytest.mark.parametrize(
    ("action", "resource", "context"), NEITHER, ids=[f"{a} {r.split(':')[-1]}" for a, r, _ in NEITHER]
)
def test_neither_touches_data_keys_decisions_or_rights(
    persona: str, action: str, resource: str, context: dict[str, str]
) -> None:
    assert not person_may(PERSONAS[persona](HOME), action, resource, **context)


CONFIGURATION = (
    ("iam:GetRolePolicy", f"{IAM}:role/mlops/projects/screening/one"),
    ("kms:GetKeyPolicy", KEY),
    ("s3:GetBucketPolicy", "arn:aws:s3:::mlops-dev-data-111111111111-eu-west-1"),
    ("sagemaker:DescribeTrainingJob", f"{SAGEMAKER}:training-job/one"),
    ("sagemaker:ListEndpoints", "*"),
    ("codepipeline:GetPipeline", DEPLOY),
    ("ec2:DescribeVpcEndpoints", "*"),
    ("cloudtrail:GetTrailStatus", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/one"),
)


@pytest.mark.parametrize("persona", sorted(PERSONAS))
@pytest.mark.parametrize(("action", "resource"), CONFIGURATION)
def test_both_see_how_everything_is_set_up(persona: str, action: str, resource: str) -> None:
    assert person_may(PERSONAS[persona](HOME), action, resource)


# What only the administrator may: stop, hold, look after keys.
STOPS = (
    ("sagemaker:StopTrainingJob", f"{SAGEMAKER}:training-job/of-somebody-else"),
    ("sagemaker:DeleteEndpoint", f"{SAGEMAKER}:endpoint/mlops-screening-production"),
    ("sagemaker:DeleteApp", f"{SAGEMAKER}:app/d-1/alice/JupyterLab/default"),
    ("codepipeline:DisableStageTransition", f"{DEPLOY}/Production"),
    ("codepipeline:StopPipelineExecution", DEPLOY),
    ("codebuild:StopBuild", "arn:aws:codebuild:eu-west-1:111111111111:project/mlops-screening-build"),
    ("events:DisableRule", "arn:aws:events:eu-west-1:111111111111:rule/screening-mlops-build"),
    ("kms:DisableKey", KEY),
    ("kms:CancelKeyDeletion", KEY),
)


@pytest.mark.parametrize(("action", "resource"), STOPS)
def test_the_administrator_stops_what_others_started_and_the_auditor_nothing(action: str, resource: str) -> None:
    assert person_may(administrator(HOME), action, resource)
    assert not person_may(auditor(HOME), action, resource)


def test_the_administrator_cannot_silence_what_watches_the_account() -> None:
    guard = "arn:aws:events:eu-west-1:111111111111:rule/mlops-foundation-started"
    assert not person_may(administrator(HOME), "events:DisableRule", guard)
    assert not person_may(administrator(HOME), "kms:DisableKey", KEY, **OF_THE_FOUNDATION)


def test_the_auditor_alone_reads_the_trail() -> None:
    assert person_may(auditor(HOME), "s3:GetObject", TRAIL)
    assert person_may(auditor(HOME), "kms:Decrypt", KEY, **OF_THE_FOUNDATION, **THROUGH_S3)
    assert person_may(auditor(HOME), "cloudtrail:LookupEvents", "*")
    assert not person_may(auditor(HOME), "kms:Decrypt", KEY, **OF_THE_FOUNDATION)
    assert not person_may(administrator(HOME), "s3:GetObject", TRAIL)


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_their_policies_fit_a_role(persona: str) -> None:
    # Inline policies of a role together: 10,240 characters (IAM User Guide, "IAM and AWS STS quotas").
    assert size(PERSONAS[persona](LONG)) <= 10_240
