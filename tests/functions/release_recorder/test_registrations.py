"""Who published a model: found once, by the training that registered it and the code that it was trained with."""

from __future__ import annotations

import copy
from typing import Any

from tests.functions.release_recorder.account import (
    Account,
    at,
    decided,
    execution,
    tell,
)


def registered(account: Account, **more: Any) -> Any:
    account.register(4, "PendingManualApproval", CreationTime=at(30), **more)
    tell(account, decided(4, "PendingManualApproval"))
    return account.objects["screening/releases/packages/4/registered.json"]


def trained(account: Account, number: int, start: int, end: int, source: str, status: str = "Succeeded") -> None:
    """A run of the build pipeline whose training took from one minute to another."""
    account.executions[execution(number)] = {"artifactRevisions": [{"name": "Source", "revisionId": source}]}
    account.actions.insert(
        0,
        {
            "pipelineExecutionId": execution(number),
            "pipeline": "screening-mlops-build",
            "stageName": "Build",
            "actionName": "Train",
            "status": status,
            "startTime": at(start),
            "lastUpdateTime": at(end),
        },
    )


def test_who_handed_the_code_over_is_found_by_the_training_that_ran_when_the_model_was_registered() -> None:
    account = Account()
    account.tags = {"v1": {"publisher": "ana"}, "v2": {"publisher": "bob"}, "v3": {"publisher": "eve"}}
    trained(account, 11, 1, 9, "v1")
    trained(account, 12, 20, 40, "v2")
    trained(account, 13, 41, 42, "v3", status="InProgress")
    found = registered(account, CreatedBy={"IamIdentity": {"Arn": "arn:aws:sts::1:assumed-role/pipeline/run"}})
    assert (found["publisher"], found["execution"], found["source"]) == ("bob", execution(12), "v2")
    assert found["by"] == "arn:aws:sts::1:assumed-role/pipeline/run"


def test_a_model_that_no_training_registered_has_no_publisher() -> None:
    account = Account()
    trained(account, 11, 1, 9, "v1")
    assert registered(account)["publisher"] == ""


def test_code_without_the_tag_has_no_publisher() -> None:
    account = Account()
    trained(account, 12, 20, 40, "v2", status="InProgress")
    assert registered(account)["publisher"] == ""


def test_who_published_is_written_down_once_and_not_changed_by_a_later_tag() -> None:
    account = Account()
    account.tags = {"v2": {"publisher": "bob"}}
    trained(account, 12, 20, 40, "v2")
    first = copy.deepcopy(registered(account))
    account.tags = {"v2": {"publisher": "eve"}}
    assert registered(account) == first
