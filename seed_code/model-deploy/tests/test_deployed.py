"""What a StackSet deploys now, and what is said where nobody can tell."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from deploy.deployed import deployed_parameters, deregistering
from deploy.errors import DeployError

NAME = "mlops-screening-production"


class StackSets:
    """Answers DescribeStackSet, or raises."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer

    def describe_stack_set(self, **given: str) -> dict[str, Any]:
        assert given == {"StackSetName": NAME}
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"StackSet": self.answer}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeStackSet")


def test_the_parameters_of_a_set_that_is_there() -> None:
    found = {"Status": "ACTIVE", "Parameters": [{"ParameterKey": "Stage", "ParameterValue": "production"}]}
    assert deployed_parameters(StackSets(found), NAME) == {"Stage": "production"}


@pytest.mark.parametrize(
    "answer", [refused("StackSetNotFoundException"), {"Status": "DELETED"}, {"Status": "ACTIVE"}]
)
def test_a_set_that_is_not_there_or_has_none_has_no_parameters(answer: Any) -> None:
    assert deployed_parameters(StackSets(answer), NAME) == {}


def test_a_cloudformation_that_cannot_be_reached_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    unreachable = ConnectTimeoutError(endpoint_url="https://cloudformation.eu-west-1.amazonaws.com/")
    assert deployed_parameters(StackSets(unreachable), NAME) == {}
    assert "add cloudformation to network.endpoints" in capsys.readouterr().err


def test_a_refusal_is_an_error() -> None:
    with pytest.raises(DeployError, match=f"stack set {NAME}: no"):
        deployed_parameters(StackSets(refused("AccessDenied")), NAME)


def test_a_parameter_that_was_not_there_before_has_the_releases_value() -> None:
    values = {"InstanceType": "ml.c5.xlarge", "MinInstanceCount": "2", "MaxInstanceCount": "4", "New": "1"}
    release = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    before = {"InstanceType": "ml.m5.large", "MinInstanceCount": "1", "MaxInstanceCount": "3", "Gone": "1"}
    found = {each["ParameterKey"]: each["ParameterValue"] for each in deregistering(before, release)}
    assert found == {
        "InstanceType": "ml.m5.large",
        "MinInstanceCount": "1",
        "MaxInstanceCount": "1",
        "New": "1",
    }
