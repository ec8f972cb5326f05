"""Change sets: what an update would do, said before it is done, by whoever may ask."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.accounts import DataScienceAccount
from tests.rehearsal.cloudformation import test_stacks
from tests.rehearsal.cloudformation.test_stacks import alarms, create, update, values


def template(**changes: Any) -> dict[str, Any]:
    """One of its own for each test, which changes it."""
    return copy.deepcopy(test_stacks.template(**changes))


def made(data_science: DataScienceAccount, document: Any, name: str = "review", **given: str) -> dict[str, Any]:
    """A change set, described until it has an end, with all its pages; `Changes` by logical id."""
    client = data_science.client("cloudformation")
    client.create_change_set(
        StackName="s",
        ChangeSetName=name,
        ChangeSetType="UPDATE",
        TemplateBody=json.dumps(document),
        Parameters=values(**{"Name": "a", **given}),
    )
    return described(data_science, name)


def described(data_science: DataScienceAccount, name: str = "review") -> dict[str, Any]:
    client = data_science.client("cloudformation")
    found: dict[str, Any] = {"Status": "CREATE_IN_PROGRESS"}
    while found["Status"] == "CREATE_IN_PROGRESS":
        found = client.describe_change_set(ChangeSetName=name, StackName="s", IncludePropertyValues=True)
    pages = [found]
    while "NextToken" in pages[-1]:
        token = pages[-1]["NextToken"]
        pages.append(
            client.describe_change_set(ChangeSetName=name, StackName="s", IncludePropertyValues=True, NextToken=token)
        )
    changes = [change["ResourceChange"] for page in pages for change in page.get("Changes", ())]
    return {**found, "Changes": {change["LogicalResourceId"]: change for change in changes}, "pages": len(pages)}


def refused(data_science: DataScienceAccount, document: Any, **more: Any) -> str:
    arguments = {
        "StackName": "s",
        "ChangeSetName": "review",
        "TemplateBody": json.dumps(document),
        "Parameters": values(Name="a"),
        **more,
    }
    with pytest.raises(ClientError) as error:
        data_science.client("cloudformation").create_change_set(**arguments)
    return f"{error.value.response['Error']['Code']}: {error.value.response['Error']['Message']}"


def test_a_changed_parameter_modifies_what_refers_to_it_and_nothing_is_done(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    found = made(data_science, template(), Limit="5")
    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    (alarm,) = found["Changes"].values()
    assert (alarm["Action"], alarm["Replacement"], alarm["Scope"]) == ("Modify", "False", ["Properties"])
    first = alarm["Details"][0]
    assert (first["ChangeSource"], first["CausingEntity"]) == ("ParameterReference", "Limit")
    assert first["Target"]["Name"] == "Threshold"
    assert json.loads(alarm["BeforeContext"])["Properties"]["Threshold"] == 1
    assert json.loads(alarm["AfterContext"])["Properties"]["Threshold"] == 5
    assert alarms(data_science)["a-errors"]["Threshold"] == 1.0


def test_an_item_that_is_no_value_is_not_there_after_the_change(data_science: DataScienceAccount) -> None:
    document = template()
    document["Parameters"]["Alone"] = {"Type": "String", "Default": "no"}
    document["Conditions"] = {"IsAlone": {"Fn::Equals": [{"Ref": "Alone"}, "yes"]}}
    (alarm,) = (each for each in document["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm")
    item = {"Fn::If": ["IsAlone", {"Ref": "AWS::NoValue"}, {"Name": "Stage", "Value": "staging"}]}
    alarm["Properties"]["Dimensions"] = [{"Name": "Endpoint", "Value": "one"}, item]
    create(data_science, document)
    (changed,) = made(data_science, document, Alone="yes")["Changes"].values()
    before, after = (
        json.loads(changed[side])["Properties"]["Dimensions"] for side in ("BeforeContext", "AfterContext")
    )
    assert [each["Name"] for each in before] == ["Endpoint", "Stage"]
    assert [each["Name"] for each in after] == ["Endpoint"]


def test_a_changed_name_replaces_and_what_refers_to_the_replaced_is_known_after_the_update(
    data_science: DataScienceAccount,
) -> None:
    create(data_science, template())
    found = made(data_science, template(), Name="b")
    assert found["Changes"]["Alarm"]["Replacement"] == "True"
    names = {detail["Target"].get("Name") for detail in found["Changes"]["Alarm"]["Details"]}
    assert {"AlarmName", "AlarmActions"} <= names
    after = json.loads(found["Changes"]["Alarm"]["AfterContext"])["Properties"]
    assert after["AlarmActions"] == ["{{changeSet:KNOWN_AFTER_APPLY}}"]
    assert after["AlarmName"] == "b-errors"


def test_a_create_only_property_that_only_the_update_can_evaluate_may_replace(
    data_science: DataScienceAccount,
) -> None:
    document = template()
    follower = {**copy.deepcopy(document["Resources"]["Alarm"])}
    follower["Properties"]["AlarmName"] = {"Fn::Sub": "${Topic.TopicName}-follower"}
    document["Resources"]["Follower"] = follower
    create(data_science, document)
    found = made(data_science, document, Name="b")
    assert found["Changes"]["Follower"]["Replacement"] == "Conditional"
    dynamic = [each for each in found["Changes"]["Follower"]["Details"] if each["Evaluation"] == "Dynamic"]
    assert {"ResourceAttribute"} <= {each["ChangeSource"] for each in dynamic}


def test_added_and_removed_resources_are_listed_over_all_pages(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    document = template()
    for number in range(8):
        alarm = copy.deepcopy(document["Resources"]["Alarm"])
        alarm["Properties"]["AlarmName"] = f"more-{number}"
        document["Resources"][f"More{number}"] = alarm
    del document["Resources"]["Alarm"]
    document["Outputs"] = {}
    found = made(data_science, document)
    actions = {name: change["Action"] for name, change in found["Changes"].items()}
    assert actions == {"Alarm": "Remove", **{f"More{number}": "Add" for number in range(8)}}
    assert found["pages"] == 2
    assert json.loads(found["Changes"]["Alarm"]["BeforeContext"])["Properties"]["AlarmName"] == "a-errors"


def test_without_property_values_no_context_is_shown(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    made(data_science, template(), Limit="5")
    client = data_science.client("cloudformation")
    plain = client.describe_change_set(ChangeSetName="review", StackName="s")["Changes"][0]["ResourceChange"]
    assert "AfterContext" not in plain
    assert "AfterValue" not in plain["Details"][0]["Target"]


def test_a_change_set_without_changes_fails_and_says_so(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    found = made(data_science, template())
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert found["StatusReason"].startswith("The submitted information didn't contain changes")


@pytest.mark.aws_behavior("creation_takes_time")
def test_who_reads_a_change_set_at_once_reads_nothing(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    client = data_science.client("cloudformation")
    client.create_change_set(
        StackName="s",
        ChangeSetName="review",
        TemplateBody=json.dumps(template()),
        Parameters=values(Name="a", Limit="5"),
    )
    early = client.describe_change_set(ChangeSetName="review", StackName="s")
    assert (early["Status"], early.get("Changes", [])) == ("CREATE_IN_PROGRESS", [])


@pytest.mark.aws_behavior("replacement")
def test_only_static_changes_of_create_only_properties_are_certain_to_replace(
    data_science: DataScienceAccount,
) -> None:
    create(data_science, template())
    certain = made(data_science, template(), Name="b")["Changes"]["Alarm"]
    assert certain["Replacement"] == "True"
    kept = made(data_science, template(), name="kept", Limit="3")["Changes"]["Alarm"]
    assert kept["Replacement"] == "False"


def test_what_cannot_be_asked_is_refused_with_its_reason(data_science: DataScienceAccount) -> None:
    assert "Stack [s] does not exist" in refused(data_science, template())
    create(data_science, template())
    assert "11 is outside 0 to 10" in refused(data_science, template(), Parameters=values(Name="a", Limit="11"))
    assert "51200" in refused(data_science, template(Description="x" * 60_000))
    assert "does not satisfy the pattern of ChangeSetName" in refused(data_science, template(), ChangeSetName="1")
    made(data_science, template(), Limit="5")
    assert refused(data_science, template()).startswith("AlreadyExistsException")
    with pytest.raises(ClientError, match="not executed here"):
        data_science.client("cloudformation").execute_change_set(ChangeSetName="review", StackName="s")


def test_the_same_token_gives_the_same_change_set_and_a_deleted_one_is_gone(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    client = data_science.client("cloudformation")
    request = {
        "StackName": "s",
        "ChangeSetName": "review",
        "TemplateBody": json.dumps(template()),
        "Parameters": values(Name="a", Limit="5"),
        "ClientToken": "once",
    }
    assert client.create_change_set(**request)["Id"] == client.create_change_set(**request)["Id"]
    client.delete_change_set(ChangeSetName="review", StackName="s")
    client.delete_change_set(ChangeSetName="review", StackName="s")
    with pytest.raises(ClientError, match="does not exist"):
        client.describe_change_set(ChangeSetName="review", StackName="s")


def test_a_stack_whose_creation_failed_takes_none(data_science: DataScienceAccount) -> None:
    broken = template()
    broken["Resources"]["Alarm"]["Properties"] = {"Unknown": 1}
    create(data_science, broken)
    assert "is in ROLLBACK_COMPLETE state and can not be updated" in refused(data_science, template())


def test_what_a_change_set_announces_is_what_an_update_does(data_science: DataScienceAccount) -> None:
    create(data_science, template())
    announced = made(data_science, template(), Name="b")["Changes"]
    client = data_science.client("cloudformation")
    before = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in client.describe_stack_resources(StackName="s")["StackResources"]
    }
    update(data_science, template(), Name="b")
    after = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in client.describe_stack_resources(StackName="s")["StackResources"]
    }
    replaced = {name for name in before if before[name] != after[name]}
    assert replaced == {name for name, change in announced.items() if change["Replacement"] != "False"}
