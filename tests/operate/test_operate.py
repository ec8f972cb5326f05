"""Commands about releases, on an account in memory: what they say, what they start, what they refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from catalog.scope import Scope
from functions.release_recorder.events import read_event
from functions.release_recorder.recorder import Recorder
from operate import approve, releases, rollback
from operate.entries import from_registry
from operate.errors import OperateError
from operate.project import Project
from operate.session import Caller
from tests.functions.release_recorder.account import (
    ACCOUNT,
    APPROVER,
    DEPLOY,
    PRODUCTION,
    PROJECT,
    ROLLBACK,
    SECOND,
    Account,
    error,
    execution,
    package,
)

SCREENING = Project(
    id="screening",
    scope=Scope.of_account(ACCOUNT, "eu-west-1", "mlops"),
    data_science="dev",
    stages=("staging", "production"),
    accounts={"staging": ("222222222222",), "production": (PRODUCTION, SECOND)},
)


class Operated(Account):
    """The account of the recorder's tests, with what commands ask besides."""

    started: list[dict[str, Any]]
    state_of_pipeline: dict[str, Any]
    answers: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    fault_code: str

    def __init__(self) -> None:
        super().__init__()
        self.started, self.answers, self.runs, self.state_of_pipeline = [], [], [], {"stageStates": []}
        self.fault_code = ""

    def _list_objects_v2(self, Prefix: str, **more: Any) -> dict[str, Any]:  # noqa: N803
        if self.fault_code:
            raise error(self.fault_code, "no", "ListObjectsV2")
        return super()._list_objects_v2(Prefix, **more)

    def _list_model_packages(self, **_: Any) -> dict[str, Any]:
        return {"ModelPackageSummaryList": [{"ModelPackageArn": arn} for arn in self.packages]}

    def _list_pipeline_executions(self, **_: Any) -> dict[str, Any]:
        return {"pipelineExecutionSummaries": self.runs[:1]}

    def _start_pipeline_execution(self, **members: Any) -> dict[str, Any]:
        tokens = [each["clientRequestToken"] for each in self.started]
        if members["clientRequestToken"] in tokens:
            return {"pipelineExecutionId": f"run-{tokens.index(members['clientRequestToken'])}"}
        self.started.append(members)
        return {"pipelineExecutionId": f"run-{len(self.started) - 1}"}

    def _get_pipeline_state(self, **_: Any) -> dict[str, Any]:
        return self.state_of_pipeline

    def _put_approval_result(self, **members: Any) -> dict[str, Any]:
        self.answers.append(members)
        return {}

    def tell(self, event: Mapping[str, Any]) -> None:
        Recorder(PROJECT, self.client, self.there).deal_with(read_event(event, PROJECT))


def released(*versions: int, accounts: tuple[str, ...] = (PRODUCTION,)) -> Operated:
    account = Operated()
    for number, version in enumerate(versions, 1):
        account.register(version)
        account.tell(account.deliver(number, version, dict.fromkeys(accounts, "SUCCEEDED"), minute=number * 5))
    return account


def changes(account: Operated) -> Any:
    return releases.read_changes(SCREENING, account.client("s3"), ["production"])


def test_what_serves_and_what_did_is_a_line_each_newest_first() -> None:
    account = released(1, 2)
    found = releases.lines(changes(account))
    assert [(line.version, line.state, line.replaced, line.why) for line in found] == [
        ("2", "serves", "1", ""),
        ("1", "ended", "", "version 2 was released"),
    ]
    headings, first, _ = releases.in_words(found)
    assert headings[3] == "version"
    assert first == (
        *("screening", "production", PRODUCTION, "2", "serves", "2026-11-27T12:10:00Z", "", "petra", "1", ""),
    )


def test_what_failed_in_one_account_is_a_line_of_its_own_and_the_others_are_left_out_when_one_is_asked_for() -> None:
    account = released(1, accounts=(PRODUCTION, SECOND))
    account.register(2)
    account.tell(account.deliver(9, 2, {PRODUCTION: "SUCCEEDED", SECOND: "FAILED"}, minute=30))
    found = releases.lines(changes(account), SECOND)
    assert [(line.version, line.state) for line in found] == [("2", "rolled back"), ("1", "serves")]
    assert found[0].why.startswith("alarm mlops-screening-production-c1-5xx: ")


def test_whoever_reads_no_records_gets_the_same_from_the_registry() -> None:
    account = released(1, 2)
    account.register(3)
    account.tell(account.deliver(9, 3, {PRODUCTION: "FAILED"}, minute=30))
    found = from_registry(SCREENING, account.client("sagemaker"), "production", None)
    assert [(line.version, line.state, line.since, line.approved_by) for line in found] == [
        ("3", "rolled back", "2026-11-27T12:30:00Z", ""),
        ("2", "serves", "2026-11-27T12:10:00Z", "petra"),
        ("1", "ended", "2026-11-27T12:05:00Z", "petra"),
    ]
    assert found[2].why == "version 2 was released"
    assert not from_registry(SCREENING, account.client("sagemaker"), "staging", None)


def test_a_refusal_to_read_records_is_told_apart_from_any_other() -> None:
    account = released(1)
    account.fault_code = "AccessDenied"
    with pytest.raises(releases.NotReadable):
        changes(account)
    account.fault_code = "SlowDown"
    with pytest.raises(OperateError, match="SlowDown") as other:
        changes(account)
    assert not isinstance(other.value, releases.NotReadable)


# ---- rollback


def test_the_version_before_is_chosen_and_a_named_one_by_its_last_delivery() -> None:
    account = released(1, 2, 3)
    assert rollback.choose(changes(account), "production", None).target.version == "2"
    assert rollback.choose(changes(account), "production", "1").target.execution == execution(1)


def test_after_a_rollback_the_version_before_is_the_one_before_that() -> None:
    account = released(1, 2, 3)
    account.tell(account.deliver(8, 2, {PRODUCTION: "SUCCEEDED"}, pipeline=ROLLBACK, minute=40))
    assert rollback.choose(changes(account), "production", None).target.version == "1"


@pytest.mark.parametrize(
    ("versions", "to", "words"),
    [
        ((), None, "production has never served a version"),
        ((1,), None, "served nothing before version 1: name a version with --to"),
        ((1, 2), "7", "version 7 has never served production; versions that have: 1, 2"),
        ((1, 2), "2", "production serves version 2 already"),
    ],
)
def test_what_cannot_be_gone_back_to_is_refused(versions: tuple[int, ...], to: str | None, words: str) -> None:
    account = released(*versions)
    with pytest.raises(OperateError, match=words):
        rollback.choose(changes(account), "production", to)


def test_a_rejected_version_is_refused_with_the_reason_of_its_rejection() -> None:
    account = released(1, 2)
    account.register(1, "Rejected", ApprovalDescription="Rolled back: alarm x")
    with pytest.raises(OperateError, match=r"version 1 is Rejected \(Rolled back: alarm x\)"):
        rollback.require_approved(account.client("sagemaker"), package(1))


@pytest.mark.parametrize(("reason", "words"), [(" ", "is empty"), ("x" * 1001, "has 1001 characters; allowed: 1000")])
def test_a_rollback_has_a_reason(reason: str, words: str) -> None:
    with pytest.raises(OperateError, match=words):
        rollback.clean_reason(reason)


def test_a_rollback_that_is_started_twice_is_one_run_and_after_its_end_another() -> None:
    account = released(1, 2)
    client = account.client("codepipeline")
    first = rollback.start(SCREENING, client, "production", package(1), "worse")
    assert rollback.start(SCREENING, client, "production", package(1), "worse") == first
    assert account.started[0]["variables"] == [
        {"name": "Stage", "value": "production"},
        {"name": "To", "value": package(1)},
        {"name": "Reason", "value": "worse"},
    ]
    account.runs = [{"pipelineExecutionId": first, "status": "Failed"}]
    assert rollback.start(SCREENING, client, "production", package(1), "worse") != first
    account.runs = [{"pipelineExecutionId": "other", "status": "InProgress"}]
    account.executions["other"] = {
        "variables": [
            {"name": "Stage", "resolvedValue": "production"},
            {"name": "To", "resolvedValue": package(1)},
        ]
    }
    assert rollback.start(SCREENING, client, "production", package(1), "another reason") == "other"


def test_following_tells_of_each_action_once_and_why_it_failed() -> None:
    account = released(1, 2)
    account.deliver(7, 1, {PRODUCTION: "FAILED"}, pipeline=ROLLBACK, minute=30)
    account.executions[execution(7)]["status"] = "InProgress"
    said: list[str] = []

    def pause(_: float) -> None:
        account.executions[execution(7)]["status"] = "Failed"

    account.actions[0]["output"]["executionResult"]["errorDetails"] = {"message": "the endpoint was rolled back"}
    with pytest.raises(OperateError, match="Production: Deregister: the endpoint was rolled back"):
        rollback.follow(SCREENING, account.client("codepipeline"), execution(7), said.append, pause)
    assert said == ["Production: Deregister failed"]


# ---- approve


def waiting(publisher: str = "ana") -> Operated:
    """Version 1 serves production; version 2 waits for it."""
    account = released(1)
    account.register(2)
    account.deliver(6, 2, {}, minute=40, variables={"ModelPackageArn": package(2)})
    account.actions[0]["input"]["resolvedConfiguration"] = {}
    for action in account.actions:
        if action["pipelineExecutionId"] == execution(6) and action["stageName"] == "Approve":
            action["input"]["resolvedConfiguration"] = {"CustomData": "Nothing is replaced."}
    for number, value in ((1, 0.9), (6, 0.95)):
        document = {"registered": {"metric": "auc", "value": value}}
        account.objects[f"screening/releases/rendered/{execution(number)}/deployment.json"] = document
    account.objects["screening/releases/packages/2/registered.json"] = {"publisher": publisher}
    account.state_of_pipeline = {
        "stageStates": [
            {
                "stageName": "Approve",
                "latestExecution": {"pipelineExecutionId": execution(6)},
                "actionStates": [{"actionName": "Approve", "latestExecution": {"token": "t", "status": "InProgress"}}],
            }
        ]
    }
    return account


def test_the_question_says_the_metric_against_productions_who_published_and_what_changes() -> None:
    question = approve.find_question(SCREENING, waiting().client)
    assert question.in_words().splitlines() == [
        f"version 2 waits for production: {package(2)}",
        "  code handed over by ana; in the registry Approved",
        "  auc 0.9500 on held-out rows; production's version 1: 0.9000 (+0.0500)",
        "  Nothing is replaced.",
    ]


def test_nothing_waits_and_so_nothing_is_asked() -> None:
    with pytest.raises(OperateError, match="waits for no approval"):
        approve.find_question(SCREENING, released(1).client)


@pytest.mark.parametrize(
    ("session", "refused"), [("petra", False), ("ana", True), ("Ana@example.com", True), ("anastasia", False)]
)
def test_whoever_handed_the_code_over_does_not_answer(session: str, refused: bool) -> None:
    question = approve.find_question(SCREENING, waiting().client)
    caller = Caller(account=ACCOUNT, arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/mlops-dev-approver/{session}")
    if refused:
        with pytest.raises(OperateError, match="another approver decides"):
            approve.require_four_eyes(question, caller)
    else:
        approve.require_four_eyes(question, caller)


def test_of_a_version_that_nobody_is_known_to_have_published_nobody_is_another() -> None:
    question = approve.find_question(SCREENING, waiting(publisher="").client)
    with pytest.raises(OperateError, match="is not known"):
        approve.require_four_eyes(question, Caller(account=ACCOUNT, arn=APPROVER))


def test_an_answer_goes_to_the_token_that_waits_with_its_reason_on_one_line() -> None:
    account = waiting()
    question = approve.find_question(SCREENING, account.client)
    approve.answer(SCREENING, account.client("codepipeline"), question, approved=False, reason="it is\nworse")
    assert account.answers == [
        {
            "pipelineName": DEPLOY,
            "stageName": "Approve",
            "actionName": "Approve",
            "token": "t",
            "result": {"status": "Rejected", "summary": "it is worse"},
        }
    ]
    with pytest.raises(OperateError, match="--reason is empty"):
        approve.answer(SCREENING, account.client("codepipeline"), question, approved=True, reason=" ")
