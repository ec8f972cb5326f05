"""Tags of SageMaker's resources."""

from __future__ import annotations

import pytest

from tests.rehearsal.accounts import DataScienceAccount


@pytest.mark.aws_behavior("tag_of_a_key_is_overwritten")
def test_a_tag_that_is_added_again_takes_the_place_of_the_one_before(data_science: DataScienceAccount) -> None:
    client = data_science.client("sagemaker")
    tags = [{"Key": "kept", "Value": "1"}, {"Key": "changed", "Value": "1"}]
    made = client.create_model_package_group(ModelPackageGroupName="g", Tags=tags)
    arn = made["ModelPackageGroupArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "changed", "Value": "2"}])
    found = {tag["Key"]: tag["Value"] for tag in client.list_tags(ResourceArn=arn)["Tags"]}
    assert found == {"kept": "1", "changed": "2"}
    assert len(client.list_tags(ResourceArn=arn)["Tags"]) == 2
