"""What CloudFormation does with StackSets beside its API: refusals, and what a request names."""

from __future__ import annotations

import json
import threading
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError

from rehearsal.service_model.required_action import ApiRequest
from rehearsal.services import rights_of
from tests.policies.documents.requests import may
from tests.policies.documents.test_delivery import PIPELINE
from tests.rehearsal.accounts import ACCOUNT, REGION, STAGING, DataScienceAccount
from tests.rehearsal.stack_sets import StackSetClient

TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}}}
PREFIX = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}"


def asked(operation: str, **given: Any) -> set[str]:
    request = ApiRequest(
        service="cloudformation", operation=operation, account=ACCOUNT, region=REGION, parameters=given
    )
    return {right.resource for right in rights_of(request) or () if right.action == f"cloudformation:{operation}"}


DASHBOARD = {"DashboardName": "d", "DashboardBody": '{"widgets": []}'}


class BusyStackSet:
    """A set whose operation waits until the test lets it go on."""

    template: ClassVar = {"Resources": {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": DASHBOARD}}}

    def __init__(self, data_science: DataScienceAccount) -> None:
        self.go_on, self._reached = threading.Event(), threading.Event()
        data_science.cloud.handlers["cloudwatch:PutDashboard"] = self._wait
        self.stack_sets = StackSetClient(data_science, STAGING)
        self.stack_sets.create(self.template)
        self.client = self.stack_sets.client
        self.operation = self.client.create_stack_instances(StackSetName="s", Accounts=[STAGING], Regions=[REGION])[
            "OperationId"
        ]
        assert self._reached.wait(60), self.client.list_stack_set_operation_results(
            StackSetName="s", OperationId=self.operation
        )

    def _wait(self, *_: Any) -> None:
        self._reached.set()
        assert self.go_on.wait(120), "the test did not let the operation go on"

    def refusals(self) -> dict[str, tuple[str, int]]:
        where: dict[str, Any] = {"StackSetName": "s", "Accounts": [STAGING], "Regions": [REGION]}
        calls = {
            "create_stack_instances": where,
            "update_stack_instances": where,
            "delete_stack_instances": {**where, "RetainStacks": False},
            "update_stack_set": {"StackSetName": "s", "TemplateBody": json.dumps(self.template)},
            "delete_stack_set": {"StackSetName": "s"},
        }
        found = {}
        for method, given in calls.items():
            with pytest.raises(ClientError) as refused:
                getattr(self.client, method)(**given)
            answer = refused.value.response
            found[method] = (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
        return found


@pytest.mark.aws_behavior("one_operation_at_a_time")
def test_a_busy_stack_set_refuses_every_change_until_its_operation_has_ended(data_science: DataScienceAccount) -> None:
    busy = BusyStackSet(data_science)
    try:
        refusals = busy.refusals()
    finally:
        busy.go_on.set()
    # A set that holds instances already is refused for those first.
    assert refusals.pop("delete_stack_set")[0] in ("OperationInProgressException", "StackSetNotEmptyException")
    assert set(refusals.values()) == {("OperationInProgressException", 409)}
    assert busy.stack_sets.wait(busy.operation)["Status"] == "SUCCEEDED"
    assert list(busy.stack_sets.shown()) == [STAGING], "the refused requests left no instance behind"
    busy.stack_sets.delete(STAGING)
    busy.client.delete_stack_set(StackSetName="s")


@pytest.mark.aws_behavior("absent_stack_set")
def test_a_right_on_sets_with_an_id_alone_does_not_tell_that_one_is_not_there(
    data_science: DataScienceAccount,
) -> None:
    client = data_science.client("cloudformation")
    with pytest.raises(ClientError) as refused:
        client.describe_stack_set(StackSetName="gone")
    answer = refused.value.response
    code, status = answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]
    assert (code, status) == ("StackSetNotFoundException", 404)
    client.delete_stack_set(StackSetName="gone")
    recorded = data_science.cloud.recorder.requests[-2]
    assert (recorded.operation, recorded.rights and {right.resource for right in recorded.rights}) == (
        "DescribeStackSet",
        {f"{PREFIX}:stackset/gone", f"{PREFIX}:stackset/gone:*"},
    )


@pytest.mark.aws_behavior("stack_set_targets")
@pytest.mark.parametrize("operation", ["CreateStackInstances", "DeleteStackInstances", "UpdateStackInstances"])
def test_a_right_on_the_set_alone_reaches_no_instances(operation: str) -> None:
    assert asked(operation, StackSetName="s", Accounts=[STAGING], Regions=[REGION]) == {
        f"{PREFIX}:stackset/s",
        f"{PREFIX}:stackset/s:*",
        f"{PREFIX}:stackset-target/s:*/{STAGING}",
        f"{PREFIX}:type/resource/*",
        f"arn:aws:cloudformation:{REGION}::type/resource/*",
    }


@pytest.mark.aws_behavior("stack_set_targets")
def test_an_update_of_a_set_names_the_types_of_its_template() -> None:
    assert f"{PREFIX}:type/resource/AWS-SNS-Topic" in asked(
        "UpdateStackSet", StackSetName="s", TemplateBody=json.dumps(TEMPLATE)
    )


@pytest.mark.aws_behavior("stack_set_targets", "absent_stack_set")
@pytest.mark.parametrize("lost", ["stackset-target", "type/resource", "stackset/mlops-screening-staging"])
def test_a_deploy_pipeline_without_a_kind_of_resource_is_refused(lost: str) -> None:
    given = {"StackSetName": "mlops-screening-staging", "Accounts": [STAGING], "Regions": [REGION]}
    request = ApiRequest(
        service="cloudformation", operation="CreateStackInstances", account=ACCOUNT, region=REGION, parameters=given
    )
    rights = rights_of(request) or ()
    old = json.loads(PIPELINE)
    for statement in old["Statement"]:
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        statement["Resource"] = [
            one for one in resources if not (one.endswith(lost) if lost.startswith("stackset/") else lost in one)
        ] or ["arn:aws:s3:::none"]
    assert all(may(PIPELINE, right.action, right.resource) for right in rights)
    assert not all(may(json.dumps(old), right.action, right.resource) for right in rights)
