"""What probes make of AWS's refusals: which pass, which are no answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assumptions.assumption import ProbeResult
from assumptions.entries import codepipeline_names_its_source, json_get_within_join
from assumptions.refusals import SECONDS, patiently, refusal


class _Stack:
    account, region, partition, prefix = "111111111111", "eu-west-1", "aws", "mlops"

    def __init__(self) -> None:
        self.waited = 0.0

    def client(self, service: str, role_arn: str = "") -> Any:
        pytest.fail(f"asks {service} {role_arn}")

    def output(self, name: str) -> Any:
        pytest.fail(f"reads {name}")

    registry_output = output

    def pause(self, seconds: float) -> None:
        self.waited += seconds


def _error(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "Refused", "Message": message}}, "CreatePipeline")


def _attempts(*outcomes: ClientError | str) -> Any:
    left: Iterator[ClientError | str] = iter(outcomes)

    def attempt() -> str:
        outcome = next(left)
        if isinstance(outcome, ClientError):
            raise outcome
        return outcome

    return attempt


def test_a_refusal_that_may_pass_is_waited_for_and_no_other() -> None:
    stack = _Stack()
    assert patiently(stack, _attempts(_error("no AssumeRole"), "made"), "AssumeRole") == "made"
    assert stack.waited == SECONDS
    with pytest.raises(ClientError, match="invalid"):
        patiently(stack, _attempts(_error("invalid"), "made"), "AssumeRole")
    assert stack.waited == SECONDS


def test_a_refusal_that_does_not_pass_is_raised_in_the_end() -> None:
    stack = _Stack()
    with pytest.raises(ClientError) as raised:
        patiently(stack, _attempts(_error("AssumeRole 1"), _error("AssumeRole 2")), "AssumeRole", tries=2)
    assert refusal(raised.value) == "Refused: AssumeRole 2"
    assert stack.waited == SECONDS


@pytest.mark.parametrize(
    ("outcome", "not_assumed"),
    [
        ("InvalidStructureException: CodePipeline is not authorized to perform AssumeRole on role …", True),
        ("The provided role cannot be assumed", True),
        ("User: arn:aws:sts::…:assumed-role/… is not authorized to perform: s3:GetObject", False),
        ("The specified key does not exist", False),
    ],
)
def test_a_role_that_could_not_be_assumed_is_told_from_one_that_may_not(outcome: str, not_assumed: bool) -> None:
    assert codepipeline_names_its_source._not_assumed(outcome) is not_assumed


def _steps(join: dict[str, Any], read: str = "Succeeded") -> dict[str, dict[str, Any]]:
    return {"Read": {"StepStatus": read}, "Join": join}


@pytest.mark.parametrize(
    ("steps", "result"),
    [
        (_steps({"Metadata": {"Fail": {"ErrorMessage": "figure 0.875"}}}), ProbeResult.HOLDS),
        (_steps({"FailureReason": "ClientError: JsonGet is not allowed here"}), ProbeResult.FAILS),
        (_steps({"Metadata": {"Fail": {"ErrorMessage": '{"Std:JsonGet": …}'}}}), ProbeResult.FAILS),
        (_steps({"FailureReason": "InternalServerError: try again"}), ProbeResult.UNCLEAR),
        (_steps({}), ProbeResult.UNCLEAR),
        (_steps({"FailureReason": "JsonGet"}, read="Failed"), ProbeResult.UNCLEAR),
        ({}, ProbeResult.UNCLEAR),
    ],
)
def test_a_step_that_joins_says_which_or_nothing(steps: dict[str, dict[str, Any]], result: ProbeResult) -> None:
    assert json_get_within_join._judge(steps)[0] is result
