"""What the previewer looks up, and that whatever else it is given stays denied."""

from __future__ import annotations

import json
import re
from pathlib import Path

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


# Every lookup of the program, with what it asks AWS for; nothing where it would show stored data and is refused.
LOOKUPS: dict[str, tuple[str, ...]] = {
    "cloudcontrol.get_resource": ("cloudformation:GetResource",),
    "ec2.get_route_table": ("ec2:DescribeRouteTables",),
    "ec2.get_security_group": ("ec2:DescribeSecurityGroups",),
    "ec2.get_subnet": ("ec2:DescribeSubnets",),
    "ec2.get_vpc": ("ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeRouteTables"),
    "ec2.get_vpc_dhcp_options": ("ec2:DescribeDhcpOptions",),
    "ec2.get_vpc_endpoint": ("ec2:DescribeVpcEndpoints", "ec2:DescribePrefixLists"),
    "ec2.get_vpc_endpoint_service": ("ec2:DescribeVpcEndpointServices",),
    "get_availability_zones": ("ec2:DescribeAvailabilityZones",),
    "iam.get_role": ("iam:GetRole",),
    "kms.get_key": ("kms:DescribeKey",),
    "s3.get_bucket": (),
    "s3.get_buckets": (),
    "vpc.get_security_group_rule": ("ec2:DescribeSecurityGroupRules",),
    "vpc.get_security_group_rules": ("ec2:DescribeSecurityGroupRules",),
}


def test_every_lookup_of_the_program_has_been_thought_of() -> None:
    root = Path(__file__).resolve().parents[3]
    sources = [path for folder in ("stacks", "components") for path in (root / folder).rglob("*.py")]
    found = {name for path in sources for name in re.findall(r"\baws\.((?:\w+\.)?get_\w+)\(", path.read_text("utf-8"))}
    assert found == set(LOOKUPS)


def test_the_previewer_may_do_what_its_lookups_ask_and_nothing_besides() -> None:
    allowed = [each for each in json.loads(previewer(HOME))["Statement"] if each["Effect"] == "Allow"]
    listed = [each["Action"] if isinstance(each["Action"], list) else [each["Action"]] for each in allowed]
    # What Cloud Control's handler reads of a key with its caller's rights.
    handler = {"kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"}
    assert {action for each in listed for action in each} == handler | {
        one for each in LOOKUPS.values() for one in each
    }
