"""Stacks: made as who asks, changed in place or replaced, undone when they fail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloudformation.parameters import problems
from tests.rehearsal.accounts import ACCOUNT, DataScienceAccount, make_role

ALARM: dict[str, Any] = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "AlarmName": {"Fn::Sub": "${Name}-errors"},
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Statistic": "Average",
        "Period": "60",
        "EvaluationPeriods": 3,
        "Threshold": {"Ref": "Limit"},
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [{"Ref": "Topic"}],
        "Tags": [{"Key": "project", "Value": "screening"}],
    },
}
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "${Name}-alarms"}}}


def template(**changes: Any) -> dict[str, Any]:
    return {
        "Parameters": {
            "Name": {"Type": "String", "AllowedPattern": "[a-z]+"},
            "Limit": {"Type": "Number", "Default": 1, "MinValue": 0, "MaxValue": 10},
        },
        "Resources": {"Alarm": ALARM, "Topic": TOPIC},
        "Outputs": {"AlarmArn": {"Value": {"Fn::GetAtt": ["Alarm", "Arn"]}}},
        **changes,
    }


def values(**given: str) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]


def create(data_science: DataScienceAccount, document: Any, **more: Any) -> dict[str, Any]:
    client = data_science.client("cloudformation")
    arguments = {"Parameters": values(Name="a"), **more}
    client.create_stack(StackName="s", TemplateBody=json.dumps(document), **arguments)
    return stack(data_science)


def update(data_science: DataScienceAccount, document: Any, **given: str) -> dict[str, Any]:
    client = data_science.client("cloudformation")
    client.update_stack(StackName="s", TemplateBody=json.dumps(document), Parameters=values(**{"Name": "a", **given}))
    return stack(data_science)


def stack(data_science: DataScienceAccount) -> dict[str, Any]:
    found: dict[str, Any] = data_science.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]
    return found


def alarms(data_science: DataScienceAccount) -> dict[str, dict[str, Any]]:
    return {alarm["AlarmName"]: alarm for alarm in data_science.client("cloudwatch").describe_alarms()["MetricAlarms"]}


def topics(data_science: DataScienceAccount) -> list[str]:
    return [topic["TopicArn"].rpartition(":")[2] for topic in data_science.client("sns").list_topics()["Topics"]]


def test_a_resource_that_moto_lacks_is_made_and_found_again(data_science: DataScienceAccount) -> None:
    made = create(data_science, template())
    assert made["StackStatus"] == "CREATE_COMPLETE"
    alarm = alarms(data_science)["a-errors"]
    assert (alarm["Period"], alarm["Threshold"]) == (60, 1.0)
    assert alarm["AlarmActions"][0].endswith(":a-alarms")
    assert made["Outputs"] == [{"OutputKey": "AlarmArn", "OutputValue": alarm["AlarmArn"]}]
    resources = data_science.client("cloudformation").describe_stack_resources(StackName="s")["StackResources"]
    assert {(r["LogicalResourceId"], r["ResourceType"]) for r in resources} == {
        ("Alarm", "AWS::CloudWatch::Alarm"),
        ("Topic", "AWS::SNS::Topic"),
    }


def test_a_type_that_nobody_knows_fails_the_stack(data_science: DataScienceAccount) -> None:
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Magic::Wand\]"):
        create(data_science, template(Resources={"Wand": {"Type": "AWS::Magic::Wand"}}, Outputs={}))


def test_a_property_that_the_api_lacks_fails_the_stack_and_undoes_it(data_science: DataScienceAccount) -> None:
    broken = {**ALARM, "Properties": {**ALARM["Properties"], "Colour": "red"}}
    made = create(data_science, template(Resources={"Topic": TOPIC, "Alarm": broken}))
    assert made["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "ResourceLogicalId:Alarm" in made["StackStatusReason"]
    assert "unsupported property Colour" in made["StackStatusReason"]
    assert topics(data_science) == []


def test_an_update_changes_only_what_differs(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    start = len(data_science.cloud.recorder.requests)
    assert update(data_science, template(), Limit="5")["StackStatus"] == "UPDATE_COMPLETE"
    writes = [line.operation for line in data_science.cloud.recorder.since(start) if line.writes]
    assert writes == ["PutMetricAlarm", "UpdateStack"]
    assert alarms(data_science)["a-errors"]["Threshold"] == 5.0


def test_tags_change_without_the_resource(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    start = len(data_science.cloud.recorder.requests)
    tagged = {**ALARM, "Properties": {**ALARM["Properties"], "Tags": [{"Key": "stage", "Value": "production"}]}}
    update(data_science, template(Resources={"Alarm": tagged, "Topic": TOPIC}))
    writes = [line.operation for line in data_science.cloud.recorder.since(start) if line.writes]
    assert writes == ["TagResource", "UntagResource", "UpdateStack"]
    arn = alarms(data_science)["a-errors"]["AlarmArn"]
    tags = data_science.client("cloudwatch").list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == [{"Key": "stage", "Value": "production"}]


def test_a_new_name_replaces_and_the_old_goes_last(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    start = len(data_science.cloud.recorder.requests)
    update(data_science, template(), Name="b")
    writes = [line.operation for line in data_science.cloud.recorder.since(start) if line.writes]
    assert writes.index("PutMetricAlarm") < writes.index("DeleteAlarms")
    assert list(alarms(data_science)) == ["b-errors"]


def test_a_resource_that_left_the_template_is_removed(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    update(data_science, template(Resources={"Topic": TOPIC}, Outputs={}))
    assert alarms(data_science) == {}
    assert topics(data_science) == ["a-alarms"]


def test_a_failed_update_puts_everything_back(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    other = {**ALARM, "Properties": {**ALARM["Properties"], "AlarmName": "second", "Colour": "red"}}
    broken = template(Resources={"Alarm": ALARM, "Topic": TOPIC, "Second": {**other, "DependsOn": "Alarm"}})
    changed = update(data_science, broken, Limit="5")
    assert changed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert {name: alarm["Threshold"] for name, alarm in alarms(data_science).items()} == {"a-errors": 1.0}
    assert update(data_science, template(), Limit="7")["StackStatus"] == "UPDATE_COMPLETE"
    assert alarms(data_science)["a-errors"]["Threshold"] == 7.0


def test_a_deleted_stack_leaves_nothing(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    data_science.client("cloudformation").delete_stack(StackName="s")
    assert (alarms(data_science), topics(data_science)) == ({}, [])


def test_resources_are_made_as_the_role_of_the_stack(data_science: DataScienceAccount) -> None:
    role = make_role(data_science.cloud, data_science.deployer, "stacks", "cloudformation.amazonaws.com")
    create(data_science, template(), RoleARN=role)
    made = [(line.role, line.service, line.operation) for line in data_science.cloud.recorder.requests if line.writes]
    assert (role, "cloudwatch", "PutMetricAlarm") in made
    assert (role, "sns", "CreateTopic") in made


def test_an_ssm_parameter_is_read_in_the_account_and_a_missing_one_is_named(data_science: DataScienceAccount) -> None:
    parameters = {**template()["Parameters"], "Limit": {"Type": "AWS::SSM::Parameter::Value<String>"}}
    document = template(Parameters=parameters)
    with pytest.raises(ClientError, match=r"Unable to fetch parameters \[/mlops/limit\]"):
        create(data_science, document, Parameters=values(Name="a", Limit="/mlops/limit"))
    data_science.client("ssm").put_parameter(Name="/mlops/limit", Value="4", Type="String")
    create(data_science, document, Parameters=values(Name="a", Limit="/mlops/limit"))
    assert alarms(data_science)["a-errors"]["Threshold"] == 4.0
    requests = [line for line in data_science.cloud.recorder.requests if line.operation == "GetParameters"]
    assert {(line.account, line.role) for line in requests} == {(ACCOUNT, data_science.deployer.role_arn)}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"Parameters: \[Name\] must have values"),
        ({"Name": "A1"}, r"must match pattern"),
        ({"Name": "a", "Limit": "11"}, "11 is outside 0 to 10"),
        ({"Name": "a", "Limit": "much"}, "'much' is not a number"),
        ({"Name": "a", "Nam": "b"}, r"\[Nam\] do not exist in the template"),
    ],
)
def test_a_parameter_that_the_template_does_not_allow_is_refused(
    data_science: DataScienceAccount, given: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        create(data_science, template(), Parameters=values(**given))


def test_allowed_values_and_lists_are_checked_item_by_item() -> None:
    declared = {"Zones": {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}}
    assert problems(declared, {"Zones": "a,b"}) == []
    assert problems(declared, {"Zones": "a,c"}) == [
        "Parameter Zones failed to satisfy constraint: 'c' is not one of a, b"
    ]
