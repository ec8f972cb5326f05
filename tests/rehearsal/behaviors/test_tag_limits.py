"""How many tags AWS takes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine, StackFailed
from rehearsal.service_model.tag_limits import tags_at_most
from tests.rehearsal.accounts import STAGING, DataScienceAccount
from tests.rehearsal.engine.programs import REGION, STRICT, provider, trust
from tests.rehearsal.stack_sets import StackSetClient


def role(tags: int) -> Callable[[], None]:
    """A role with so many tags, one of which is the provider's own."""

    def build() -> None:
        options = pulumi.ResourceOptions(provider=provider())
        given = {f"t{number}": "x" for number in range(tags - 1)}
        aws.iam.Role("r", name="r", assume_role_policy=trust("lambda"), tags=given, opts=options)

    return build


@pytest.mark.aws_behavior("tags_at_most")
def test_more_than_fifty_tags_are_refused_when_a_resource_is_made_and_when_it_is_changed() -> None:
    with Cloud(REGION) as cloud:
        engine = Engine(cloud)
        engine.up("dev", role(50), STRICT)
        with pytest.raises(StackFailed, match="51 tags are given, at most 50 are allowed"):
            engine.up("dev", role(51), STRICT)
    with Cloud(REGION) as cloud, pytest.raises(StackFailed, match="51 tags are given"):
        Engine(cloud).up("dev", role(51), STRICT)


@pytest.mark.aws_behavior("tags_at_most")
def test_an_object_takes_ten_tags() -> None:
    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    assert tags_at_most(token, 10) == ""
    assert "at most 10" in tags_at_most(token, 11)


@pytest.mark.aws_behavior("tags_at_most")
def test_a_stack_of_cloudformation_fails_over_too_many_tags(data_science: DataScienceAccount) -> None:
    tags = [{"Key": f"t{number}", "Value": "x"} for number in range(51)]
    properties = {
        "AlarmName": "a",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "MetricName": "m",
        "Namespace": "n",
        "Period": 60,
        "Statistic": "Sum",
        "Threshold": 1,
        "Tags": tags,
    }
    template = {"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}}
    stack_sets = StackSetClient(data_science, STAGING)
    stack_sets.create(json.loads(json.dumps(template)))
    assert stack_sets.instances(STAGING)["Status"] == "FAILED"
    assert "51 tags are given" in stack_sets.shown()[STAGING]["StatusReason"]
