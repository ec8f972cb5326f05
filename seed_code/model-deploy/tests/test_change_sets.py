"""Change sets are read to the end and deleted, whatever CloudFormation answers to which of the calls."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from deploy import change_sets
from deploy.change_sets import NAME, Proposal, StackChange, changes_of_stack, stacks_of_set

STACK = "arn:aws:cloudformation:eu-west-1:222222222222:stack/StackSet-s-1/2"
DONE = {"Status": "CREATE_COMPLETE", "Changes": []}
MAKING = {"Status": "CREATE_IN_PROGRESS"}


def refusal(code: str, operation: str = "Any") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} said"}}, operation)


def resource(number: int) -> dict[str, Any]:
    change = {"Action": "Remove", "LogicalResourceId": f"R{number}", "ResourceType": "AWS::SNS::Topic"}
    return {"Type": "Resource", "ResourceChange": change}


class CloudFormation:
    """Answers in turn; an exception is raised. `calls` are the operations that were asked."""

    def __init__(self, *described: Any, **faults: Any) -> None:
        self.described, self.faults, self.calls = list(described), faults, list[str]()
        self.created: dict[str, Any] = {}

    def _fault(self, name: str) -> None:
        self.calls.append(name)
        queue = self.faults.get(name, [])
        if queue and (fault := queue.pop(0)) is not None:
            raise fault

    def create_change_set(self, **given: Any) -> None:
        self._fault("create")
        self.created = given

    def describe_change_set(self, **given: Any) -> Any:
        assert given["IncludePropertyValues"] is True
        self._fault("describe")
        return self.described.pop(0) if len(self.described) > 1 else self.described[0]

    def delete_change_set(self, **given: Any) -> None:
        assert given == {"ChangeSetName": NAME, "StackName": STACK}
        self._fault("delete")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_sets, "_POLL_SECONDS", 0.0)


def asked(client: CloudFormation | Callable[[], Any], template: str = '{"a": 1}') -> StackChange:
    enter = client if callable(client) else lambda: client
    return changes_of_stack(enter, "222222222222", "eu-west-1", STACK, Proposal(template, []))


def test_all_pages_are_read_and_the_change_set_goes() -> None:
    first = {**DONE, "Changes": [resource(1)], "NextToken": "2"}
    client = CloudFormation(MAKING, first, {**DONE, "Changes": [resource(2)]})
    found = asked(client)
    assert [change.logical_id for change in found.changes] == ["R1", "R2"]
    assert client.calls == ["delete", "create", "describe", "describe", "describe", "delete"]
    assert client.created["TemplateBody"] == '{"a":1}'
    assert "RoleARN" not in client.created


def test_a_change_set_without_changes_is_no_failure() -> None:
    answer = {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes. Submit"}
    assert asked(CloudFormation(answer)).state == "unchanged"
    assert asked(
        CloudFormation({"Status": "FAILED", "StatusReason": "No updates are to be performed."})
    ).state == ("unchanged")


@pytest.mark.parametrize(
    "fault", [refusal("Throttling"), refusal("AccessDenied"), ConnectTimeoutError(endpoint_url="e")]
)
@pytest.mark.parametrize("call", ["create", "describe"])
def test_what_fails_is_unseen_with_its_reason_and_nothing_is_left(fault: Exception, call: str) -> None:
    client = CloudFormation(DONE, **{call: [fault]})
    found = asked(client)
    assert found.state == "unseen"
    assert found.detail
    assert client.calls[-1] == "delete"


def test_a_failed_change_set_is_unseen() -> None:
    found = asked(CloudFormation({"Status": "FAILED", "StatusReason": "Parameter X"}))
    assert (found.state, found.detail) == ("unseen", "Parameter X")


def test_one_that_is_never_made_is_given_up_and_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_sets, "_MAKING_SECONDS", -1.0)
    client = CloudFormation(MAKING)
    assert "was not made within" in asked(client).detail
    assert client.calls[-1] == "delete"


def test_an_interruption_deletes_it_too() -> None:
    client = CloudFormation(DONE, describe=[SystemExit(1)])
    with pytest.raises(SystemExit):
        asked(client)
    assert client.calls[-1] == "delete"


def test_one_that_cannot_be_deleted_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    asked(CloudFormation(DONE, delete=[None, refusal("AccessDenied")]))
    assert f"change set {NAME} of {STACK} is left" in capsys.readouterr().err
    asked(CloudFormation(DONE, delete=[refusal("ChangeSetNotFound")]))
    assert capsys.readouterr().err == ""


def test_an_account_that_lets_nobody_in_is_unseen() -> None:
    def enter() -> Any:
        raise refusal("AccessDenied", "AssumeRole")

    assert asked(enter).state == "unseen"


def test_a_template_beyond_the_requests_size_is_unseen_and_asks_nobody() -> None:
    found = asked(lambda: pytest.fail("nobody is asked"), '{"a": "' + "x" * 60_000 + '"}')
    assert "a change set takes 51200" in found.detail


class StackInstances:
    def __init__(self, *pages: Any) -> None:
        self.pages = pages

    def get_paginator(self, name: str) -> "StackInstances":
        assert name == "list_stack_instances"
        return self

    def paginate(self, **_: Any) -> Any:
        for page in self.pages:
            if isinstance(page, Exception):
                raise page
            yield {"Summaries": page}


def test_stacks_are_found_over_all_pages_and_of_no_set_there_are_none() -> None:
    one = {"Account": "1", "Region": "r", "StackId": "a"}
    without = {"Account": "2", "Region": "r"}
    other = {"Account": "3", "Region": "r", "StackId": "c"}
    assert stacks_of_set(StackInstances([one, without], [other]), "s") == {("1", "r"): "a", ("3", "r"): "c"}
    assert stacks_of_set(StackInstances(refusal("StackSetNotFoundException")), "s") == {}
    with pytest.raises(ClientError):
        stacks_of_set(StackInstances(refusal("AccessDenied")), "s")
