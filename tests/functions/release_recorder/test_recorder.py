"""The release recorder: what it writes down, in whichever order and however often it is told."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from functions.release_recorder.changes import periods
from functions.release_recorder.deliveries import NotYet
from functions.release_recorder.events import RefusedEvent
from tests.functions.release_recorder.account import (
    APPROVER,
    FAULTS,
    OWN,
    PRODUCTION,
    ROLLBACK,
    SECOND,
    STAGING,
    Account,
    action_ended,
    at,
    changes,
    decided,
    execution,
    package,
    tell,
)


def two_releases() -> tuple[Account, list[Any]]:
    """Version 1 in two accounts of production, then version 2 in one of them, where the other rolled it back."""
    account = Account()
    account.register(1)
    account.register(2)
    first = account.deliver(1, 1, {PRODUCTION: "SUCCEEDED", SECOND: "SUCCEEDED"}, minute=10)
    second = account.deliver(2, 2, {PRODUCTION: "SUCCEEDED", SECOND: "FAILED"}, minute=20)
    return account, [first, second]


def test_each_account_is_written_down_with_its_version_its_time_and_who_let_it_in() -> None:
    account = Account()
    account.register(3)
    tell(account, account.deliver(1, 3, {PRODUCTION: "SUCCEEDED", SECOND: "SUCCEEDED"}))
    (first, second) = changes(account)
    assert {first.account, second.account} == {PRODUCTION, SECOND}
    assert (first.version, first.kind, first.at, first.cause) == ("3", "served", "2026-11-27T12:10:00Z", "release")
    assert first.approved_by == APPROVER
    assert first.rendered == f"screening/releases/rendered/{execution(1)}"


def test_of_an_approval_by_a_link_it_names_the_person_and_not_the_page() -> None:
    account = Account()
    account.register(3)
    event = account.deliver(1, 3, {PRODUCTION: "SUCCEEDED"}, by="arn:aws:sts::1:assumed-role/x-approval-page/page")
    (approval,) = [each for each in account.actions if each["stageName"] == "Approve"]
    summary = "Approved by petra@example.com by link 7: good"
    approval["output"] = {"executionResult": {"externalExecutionSummary": summary}}
    tell(account, event)
    assert [change.approved_by for change in changes(account)] == ["petra@example.com"]


def test_of_staging_it_says_who_approved_the_version_in_the_registry() -> None:
    account = Account()
    account.register(3)
    tell(account, decided(3, "Approved"), account.deliver(1, 3, {STAGING: "SUCCEEDED"}, stage="staging"))
    assert [change.approved_by for change in changes(account, "staging")] == [APPROVER]


def test_the_order_and_the_repetition_of_events_change_nothing() -> None:
    states = []
    for order in itertools.permutations(range(3)):
        account, events = two_releases()
        events.append(action_ended(1))
        for index in order:
            tell(account, events[index], events[index])
        states.append(
            {
                "objects": account.objects,
                "entries": [each["CustomerMetadataProperties"] for each in account.packages.values()],
            }
        )
    assert all(state == states[0] for state in states)
    assert len(states) == 6


def test_whoever_subscribed_is_told_once_of_each_change_and_of_none_again() -> None:
    account, events = two_releases()
    tell(account, *events, *events)
    released = [each["Detail"]["id"] for each in account.events if each["DetailType"] == "Model release"]
    assert len(released) == len(set(released)) == 4
    assert {each["Source"] for each in account.events} == {"mlops.screening.releases"}
    (replacing,) = [each["Detail"] for each in account.events if each["Detail"].get("replaced")]
    assert (replacing["version"], replacing["replaced"], replacing["account"]) == ("2", "1", PRODUCTION)


def test_a_version_that_was_replaced_says_until_when_and_by_which() -> None:
    account, events = two_releases()
    tell(account, *events)
    first, second = periods(changes(account))["production", PRODUCTION, "eu-west-1"]
    assert (first.why_ended, second.replaced, second.ended) == ("version 2 was released", "1", None)
    entries = [account.packages[package(version)]["CustomerMetadataProperties"] for version in (1, 2)]
    key = f"release.production.{PRODUCTION}"
    assert entries[0][key] == (
        "served from 2026-11-27T12:10:00Z to 2026-11-27T12:20:00Z approved by petra  version 2 was released"
    )
    assert entries[1][key] == "serves since 2026-11-27T12:20:00Z approved by petra"
    assert entries[0]["metric"] == "auc"


def test_entries_hold_only_what_aws_takes() -> None:
    account, events = two_releases()
    tell(account, *events)
    for each in account.packages.values():
        assert len(each["CustomerMetadataProperties"]) <= 50
        for key, value in each["CustomerMetadataProperties"].items():
            assert len(key) <= 128
            assert len(value) <= 256
            assert all(letter.isalnum() or letter.isspace() or letter in "_.:/=+-@" for letter in value)


def test_a_package_with_fifty_entries_gets_no_further_one_and_the_record_is_written() -> None:
    account = Account()
    account.register(3, CustomerMetadataProperties={f"own-{number}": "1" for number in range(50)})
    tell(account, account.deliver(1, 3, {PRODUCTION: "SUCCEEDED"}))
    assert len(account.packages[package(3)]["CustomerMetadataProperties"]) == 50
    assert len(changes(account)) == 1


# ---- what was rolled back


def test_what_production_rolled_back_is_rejected_with_its_alarm_and_the_other_account_keeps_it() -> None:
    account, events = two_releases()
    tell(account, *events)
    rejected = account.packages[package(2)]
    assert rejected["ModelApprovalStatus"] == "Rejected"
    assert rejected["ApprovalDescription"] == (
        f"Rolled back in production, account {SECOND}, at 2026-11-27T12:20:00Z: alarm mlops-screening-production-c1-5xx"
    )
    here = periods(changes(account))
    assert here["production", PRODUCTION, "eu-west-1"][-1].first.version == "2"
    assert here["production", SECOND, "eu-west-1"][-1].first.version == "1"
    assert "rolled back at" in rejected["CustomerMetadataProperties"][f"release.production.{SECOND}"]


def test_its_own_rejection_sends_the_healthy_account_nowhere() -> None:
    account, events = two_releases()
    tell(account, *events, decided(2, "Rejected"))
    assert not [each for each in account.events if each["DetailType"] == "Served model rejected"]


def test_what_failed_without_an_alarm_is_written_down_and_not_rejected() -> None:
    account = Account()
    account.register(2)
    event = account.deliver(1, 2, {PRODUCTION: "FAILED"})
    account.operations[0]["results"][0]["StatusReason"] = "The account has no quota for ml.m5.large"
    tell(account, event)
    (change,) = changes(account)
    assert (change.kind, change.alarms) == ("failed", ())
    assert account.packages[package(2)]["ModelApprovalStatus"] == "Approved"


@pytest.mark.parametrize(
    "reason",
    [
        "Rollback of the alias: the CodeDeploy deployment d-1 failed",
        "One or more alarms are in state ALARM",
    ],
)
def test_what_the_apis_deployment_took_back_is_rejected(reason: str) -> None:
    account = Account()
    account.register(2)
    event = account.deliver(1, 2, {PRODUCTION: "FAILED"})
    account.operations[0]["results"][0]["StatusReason"] = reason
    tell(account, event)
    assert account.packages[package(2)]["ModelApprovalStatus"] == "Rejected"
    assert reason in account.packages[package(2)]["ApprovalDescription"]


def test_what_staging_rolled_back_is_not_rejected() -> None:
    account = Account()
    account.register(2)
    tell(account, account.deliver(1, 2, {STAGING: "FAILED"}, stage="staging"))
    assert account.packages[package(2)]["ModelApprovalStatus"] == "Approved"


def test_a_late_event_rejects_nothing_that_somebody_approved_since() -> None:
    account, events = two_releases()
    account.packages[package(2)]["LastModifiedTime"] = at(30)
    tell(account, *events)
    assert account.packages[package(2)]["ModelApprovalStatus"] == "Approved"


def test_an_update_that_succeeded_and_was_taken_back_is_no_release() -> None:
    """An endpoint that was rolled back is in service again: a StackSet may take that for success."""
    account, events = two_releases()
    reason = "rolled back: alarm mlops-screening-production-c2-latency is in state ALARM"
    account.serves = {PRODUCTION: (package(1), reason)}
    tell(account, *events)
    here = periods(changes(account))["production", PRODUCTION, "eu-west-1"]
    assert [period.first.version for period in here] == ["1"]
    back = [change for change in changes(account) if change.account == PRODUCTION and change.kind == "rolled-back"]
    assert {change.alarms for change in back} == {("mlops-screening-production-c2-latency",)}
    assert account.packages[package(2)]["ModelApprovalStatus"] == "Rejected"


def test_what_lacked_instances_is_written_down_with_sagemakers_reason_and_not_rejected() -> None:
    account = Account()
    account.register(1)
    account.register(2)
    event = account.deliver(1, 2, {PRODUCTION: "FAILED"})
    account.operations[0]["results"][0]["StatusReason"] = "The following resource(s) failed to update: [Endpoint]."
    account.serves = {PRODUCTION: (package(1), "Unable to provision requested ML compute capacity")}
    tell(account, event)
    (change,) = changes(account)
    assert (change.kind, "Unable to provision requested ML compute capacity" in change.reason) == ("failed", True)
    assert account.packages[package(2)]["ModelApprovalStatus"] == "Approved"


def test_an_alarm_that_only_the_endpoint_names_is_enough() -> None:
    account = Account()
    account.register(1)
    account.register(2)
    event = account.deliver(1, 2, {PRODUCTION: "FAILED"})
    account.operations[0]["results"][0]["StatusReason"] = "The following resource(s) failed to update: [Endpoint]."
    account.serves = {PRODUCTION: (package(1), "alarm mlops-screening-production-c2-5xx is in state ALARM")}
    tell(account, event)
    (change,) = changes(account)
    assert (change.kind, change.alarms) == ("rolled-back", ("mlops-screening-production-c2-5xx",))
    assert "c2-5xx" in account.packages[package(2)]["ApprovalDescription"]


def test_a_late_event_is_not_judged_by_what_serves_today() -> None:
    account, events = two_releases()
    account.serves = {PRODUCTION: (package(2), ""), SECOND: (package(1), "")}
    tell(account, *reversed(events))
    here = periods(changes(account))["production", PRODUCTION, "eu-west-1"]
    assert [period.first.version for period in here] == ["1", "2"]


# ---- the way back


def test_a_rollback_is_written_down_with_its_reason_and_who_wanted_it() -> None:
    account, _ = two_releases()
    event = account.deliver(
        3, 1, {PRODUCTION: "SUCCEEDED"}, pipeline=ROLLBACK, minute=30, variables={"Reason": "worse", "Stage": "x"}
    )
    tell(account, action_ended(1), action_ended(2), event)
    *_, back = periods(changes(account))["production", PRODUCTION, "eu-west-1"]
    assert (back.first.cause, back.first.reason, back.first.started_by) == ("rollback", "worse", APPROVER)
    (_, ended, _) = periods(changes(account))["production", PRODUCTION, "eu-west-1"]
    assert ended.why_ended == f"rolled back to version 1 by {APPROVER}: worse"


def test_a_stage_that_was_run_again_as_an_earlier_execution_had_it_is_a_rollback() -> None:
    account, events = two_releases()
    event = account.deliver(4, 1, {PRODUCTION: "SUCCEEDED"}, minute=40)
    for key in [key for key in account.objects if execution(4) in key]:
        del account.objects[key]
    account.actions = [
        each
        for each in account.actions
        if not (each["pipelineExecutionId"] == execution(4) and each["stageName"] == "Approve")
    ]
    account.executions[execution(4)] |= {
        "rollbackMetadata": {"rollbackTargetPipelineExecutionId": execution(1)},
        "trigger": {"triggerType": "AutomatedRollback", "triggerDetail": f"FailedPipelineExecutionId/{execution(2)}"},
    }
    tell(account, *events, event)
    *_, back = periods(changes(account))["production", PRODUCTION, "eu-west-1"]
    assert (back.first.version, back.first.cause, back.first.approved_by) == ("1", "rollback", APPROVER)
    assert back.first.rendered == f"screening/releases/rendered/{execution(1)}"
    assert back.first.reason == f"FailedPipelineExecutionId/{execution(2)}"


def test_rejecting_what_production_serves_asks_for_the_version_before_once_for_each_time_it_served() -> None:
    account, events = two_releases()
    tell(account, *events)
    account.register(2, "Rejected", ApprovalDescription="it is worse")
    tell(account, decided(2, "Rejected"), decided(2, "Rejected"))
    asked = [each["Detail"] for each in account.events if each["DetailType"] == "Served model rejected"]
    assert len({each["change"] for each in asked}) == 1
    assert asked[0]["package"] == package(2)
    assert (asked[0]["stage"], asked[0]["reason"], asked[0]["by"]) == ("production", "it is worse", APPROVER)


@pytest.mark.parametrize("status", ["Approved", "PendingManualApproval"])
def test_a_late_rejection_of_what_is_approved_again_asks_for_nothing(status: str) -> None:
    account, events = two_releases()
    tell(account, *events)
    account.register(2, status)
    tell(account, decided(2, "Rejected"))
    assert not [each for each in account.events if each["DetailType"] == "Served model rejected"]


def test_rejecting_what_production_does_not_serve_asks_for_nothing() -> None:
    account, events = two_releases()
    tell(account, events[0])
    account.register(2, "Rejected")
    tell(account, decided(2, "Rejected"))
    assert not [each for each in account.events if each["DetailType"] == "Served model rejected"]


# ---- what comes from outside


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (None, "an event is an object"),
        ([], "an event is an object"),
        ({}, "tells nothing of releases"),
        (action_ended(1) | {"account": "999999999999"}, "account is '999999999999', and the project's is"),
        (action_ended(1) | {"region": "us-east-1"}, "region is 'us-east-1'"),
        (action_ended(1) | {"detail": "text"}, "detail is an object"),
        (action_ended(1, pipeline="diabetes-mlops-deploy"), "pipeline is 'diabetes-mlops-deploy'"),
        (action_ended(1, stage="source"), "stage 'Source' delivers nothing"),
        (action_ended(1, state="STARTED"), "state 'STARTED' is no end"),
        (action_ended(1, **{"execution-id": "../../other"}), "execution-id '../../other' is none"),
        (decided(1, "Approved", ModelPackageArn=package(1) + "/../2"), "is none of the project's"),
        (decided(1, "Approved", ModelPackageArn=None), "ModelPackageArn None"),
        (decided(1, "Approved", ModelPackageArn="arn:aws:sagemaker:x"), "is none of the project's"),
        (decided(1, "Unheard"), "ModelApprovalStatus is 'Unheard'"),
    ],
)
def test_an_event_of_something_else_is_refused_and_writes_nothing(event: object, words: str) -> None:
    account = Account()
    with pytest.raises(RefusedEvent, match=words):
        tell(account, event)
    assert not account.calls


def test_an_operation_that_is_not_over_is_tried_again() -> None:
    account = Account()
    account.register(3)
    event = account.deliver(1, 3, {PRODUCTION: "SUCCEEDED"})
    over = account.operations[0].pop("EndTimestamp")
    with pytest.raises(NotYet):
        tell(account, event)
    assert not changes(account)
    account.operations[0]["EndTimestamp"] = over
    tell(account, event)
    assert len(changes(account)) == 1


def _rejection() -> tuple[Account, list[Any]]:
    account, events = two_releases()
    tell(account, *events)
    account.register(2, "Rejected", ApprovalDescription="it is worse")
    account.calls.clear()
    return account, [decided(2, "Rejected")]


CASES = {
    "releases": two_releases,
    "a rejection of what serves": _rejection,
}


@pytest.mark.parametrize("case", CASES)
def test_whichever_call_is_throttled_times_out_or_loses_its_answer_a_retry_completes_the_same(case: str) -> None:
    clean, events = CASES[case]()
    tell(clean, *events)
    count = 0
    for fault in FAULTS:
        for number in range(len(clean.calls)):
            account, again = CASES[case]()
            account.fault, account.at_call = fault, number
            for event in again:
                # As Lambda: twice more where something was raised.
                for attempt in range(3):
                    try:
                        tell(account, event)
                        break
                    except Exception:
                        if attempt == 2:
                            raise
            assert account.state() == clean.state(), (fault, clean.calls[number], number)
            count += 1
    assert count == 3 * len(clean.calls)
    assert count > 20, json.dumps(clean.calls)


def test_the_recorders_own_identity_is_no_persons_decision() -> None:
    account = Account()
    account.register(2, LastModifiedBy={"IamIdentity": {"Arn": OWN}})
    tell(account, decided(2, "Approved"))
    assert not [key for key in account.objects if "approved-" in key]
