"""Texts and tags beyond what AWS's own models allow are refused, as AWS would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.model_limits import MOST_TAGS, readable

ACCOUNT, REGION = "111111111111", "eu-west-1"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """An AWS in which nothing is."""
    with Cloud(REGION, tmp_path / "requests.jsonl") as cloud:
        yield cloud


def role(cloud: Cloud, **more: Any) -> None:
    iam = cloud.client(cloud.owner(ACCOUNT, REGION), "iam", REGION)
    iam.create_role(RoleName="tried", AssumeRolePolicyDocument=TRUST, **more)


def tags(count: int) -> list[dict[str, str]]:
    return [{"Key": f"key-{index}", "Value": "value"} for index in range(count)]


@pytest.mark.aws_behavior("texts_beyond_their_model")
def test_a_tag_with_a_character_that_iam_does_not_take_is_refused(cloud: Cloud) -> None:
    owner = [{"Key": "owner", "Value": "ML Team <ml@example.com> & co"}]
    with pytest.raises(ClientError, match=r"CreateRole: Tags\[0\]\.Value = 'ML Team <ml.*pattern of tagValueType"):
        role(cloud, Tags=owner)
    role(cloud, Tags=[{"Key": "owner", "Value": "ML Team: ml@example.com"}])


@pytest.mark.aws_behavior("texts_beyond_their_model")
@pytest.mark.parametrize(("description", "passes"), [("Größe", True), ("x" * 1000, True), ("一", False)])
def test_a_roles_description_is_latin_text(cloud: Cloud, description: str, passes: bool) -> None:
    if passes:
        role(cloud, Description=description)
    else:
        with pytest.raises(ClientError, match=r"Description = '.*roleDescriptionType"):
            role(cloud, Description=description)


@pytest.mark.aws_behavior("texts_beyond_their_model")
def test_more_than_fifty_tags_are_refused(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match=f"Tags has {MOST_TAGS + 1} tags, and at most {MOST_TAGS} are allowed"):
        role(cloud, Tags=tags(MOST_TAGS + 1))
    role(cloud, Tags=tags(MOST_TAGS))


@pytest.mark.aws_behavior("texts_beyond_their_model")
def test_a_groups_description_of_two_lines_is_refused_by_sagemaker(cloud: Cloud) -> None:
    sagemaker = cloud.client(cloud.owner(ACCOUNT, REGION), "sagemaker", REGION)
    with pytest.raises(ClientError, match=r"ModelPackageGroupDescription = 'two.*EntityDescription"):
        sagemaker.create_model_package_group(
            ModelPackageGroupName="screening", ModelPackageGroupDescription="two\nlines"
        )


@pytest.mark.parametrize(
    "service", ["iam", "sts", "kms", "lambda", "codebuild", "codepipeline", "events", "sns", "ecr"]
)
def test_every_expression_of_a_service_that_takes_our_texts_can_be_read(service: str) -> None:
    model = get_service_model(service)
    patterns = {model.shape_for(name).metadata.get("pattern") for name in model.shape_names} - {None}
    assert [pattern for pattern in patterns if not readable(pattern)] == []
