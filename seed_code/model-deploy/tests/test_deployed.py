"""What a StackSet deploys now, and what is said where nobody can tell."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from deploy.deployed import Deployed, StackSetUpdate, deployed_stack_set, deregistering
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
    parameters = [{"ParameterKey": "Stage", "ParameterValue": "production"}]
    found = {"Status": "ACTIVE", "Parameters": parameters, "TemplateBody": "{}"}
    assert deployed_stack_set(StackSets(found), NAME) == Deployed({"Stage": "production"}, "{}")


@pytest.mark.parametrize(
    "answer", [refused("StackSetNotFoundException"), {"Status": "DELETED"}, {"Status": "ACTIVE"}]
)
def test_a_set_that_is_not_there_or_has_none_has_no_parameters(answer: Any) -> None:
    assert deployed_stack_set(StackSets(answer), NAME) == Deployed({})


def test_a_cloudformation_that_cannot_be_reached_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    unreachable = ConnectTimeoutError(endpoint_url="https://cloudformation.eu-west-1.amazonaws.com/")
    assert deployed_stack_set(StackSets(unreachable), NAME) == Deployed({})
    assert "add cloudformation to network.endpoints" in capsys.readouterr().err


def test_a_refusal_is_an_error() -> None:
    with pytest.raises(DeployError, match=f"stack set {NAME}: no"):
        deployed_stack_set(StackSets(refused("AccessDenied")), NAME)


BEFORE = {"InstanceType": "ml.m5.large", "MinInstanceCount": "1", "MaxInstanceCount": "3", "Gone": "1"}


def update_before(template: str) -> tuple[str, dict[str, str]]:
    """The update before a release with another instance type, where that template is deployed."""
    values = {"InstanceType": "ml.c5.xlarge", "MinInstanceCount": "2", "MaxInstanceCount": "4", "New": "1"}
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    found = deregistering(Deployed(BEFORE, template), StackSetUpdate("new", parameters))
    return found.template, {each["ParameterKey"]: each["ParameterValue"] for each in found.parameters}


def test_before_another_instance_type_all_but_the_bounds_stays_as_it_is_deployed() -> None:
    assert update_before("old") == ("old", {**BEFORE, "MaxInstanceCount": "1"})


def test_without_the_deployed_template_a_new_parameter_has_the_releases_value() -> None:
    expected = {"InstanceType": "ml.m5.large", "MinInstanceCount": "1", "MaxInstanceCount": "1", "New": "1"}
    assert update_before("") == ("new", expected)
