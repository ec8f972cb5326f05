"""What the previewer looks up, and that whatever else it is given stays denied."""

from __future__ import annotations

import json

import pytest

from policies.access.proofs.previews import only_looks
from policies.documents.previewer import previewer
from tests.policies.documents.foundation import HOME, person_may

IAM, KEY = "arn:aws:iam::111111111111", "arn:aws:kms:eu-west-1:111111111111:key/1234"
OURS = {"aws__ResourceTag_platform": "mlops"}
DATA = "arn:aws:s3:::mlops-dev-data-111111111111-eu-west-1/screening/training/data.csv"
LOOKS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("ec2:DescribeAvailabilityZones", "*", {}),
    ("ec2:DescribeVpcEndpointServices", "*", {}),
    ("cloudformation:GetResource", "*", {}),
    ("iam:GetRole", f"{IAM}:role/mlops/projects/screening/mlops-screening-training", {}),
    ("kms:DescribeKey", KEY, OURS),
)
DENIED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("kms:DescribeKey", KEY, {}),
    ("iam:GetRole", f"{IAM}:role/somebodys", {}),
    ("s3:GetObject", DATA, {}),
    ("s3:ListBucket", DATA.partition("/")[0], {}),
    ("ssm:GetParameter", "arn:aws:ssm:eu-west-1:111111111111:parameter/mlops/one", {}),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:one", {}),
    ("kms:Decrypt", KEY, OURS),
    ("ec2:CreateTags", "arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-1", {}),
    ("codebuild:StartBuild", "arn:aws:codebuild:eu-west-1:111111111111:project/mlops-dev-image", {}),
    ("cloudformation:CreateResource", "*", {}),
    ("iam:PassRole", f"{IAM}:role/mlops/projects/screening/one", {"iam__PassedToService": "sagemaker.amazonaws.com"}),
    ("sts:AssumeRole", f"{IAM}:role/mlops/foundation/mlops-deployer", {}),
)


@pytest.mark.parametrize(("action", "resource", "context"), LOOKS, ids=[action for action, *_ in LOOKS])
def test_the_previewer_sees_what_the_program_looks_up(action: str, resource: str, context: dict[str, str]) -> None:
    assert person_may(previewer(HOME), action, resource, **context)


@pytest.mark.parametrize(
    ("action", "resource", "context"), DENIED, ids=[f"{action} {where}" for action, where, _ in DENIED]
)
def test_the_previewer_changes_nothing_and_reads_nothing_stored(
    action: str, resource: str, context: dict[str, str]
) -> None:
    assert not person_may(previewer(HOME), action, resource, **context)


def test_every_action_is_spelled_out_and_one_that_aws_calls_reading() -> None:
    allowed = [each for each in json.loads(previewer(HOME))["Statement"] if each["Effect"] == "Allow"]
    listed = [each["Action"] if isinstance(each["Action"], list) else [each["Action"]] for each in allowed]
    actions = [action for each in listed for action in each]
    assert [action for action in actions if "*" in action or not only_looks(action.lower())] == []


@pytest.mark.parametrize(
    "action",
    [
        *("ec2:createtags", "s3:putbucketpolicy", "iam:passrole", "sts:assumerole", "kms:decrypt", "ssm:getparameters"),
        *("s3:getobject", "logs:startquery", "codebuild:startbuild", "0other:0other", "ec2:0other", "s3:put0other"),
    ],
)
def test_what_writes_reads_what_is_stored_or_is_unknown_is_no_looking(action: str) -> None:
    assert not only_looks(action)
