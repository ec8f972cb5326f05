"""Every function under every fault, and that the trials notice a function that is not done once."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

import functions
from rehearsal.aws.cloud import Cloud
from tests.functions import fault_cases
from tests.functions.fault_cases import all_cases
from tests.functions.faults.answers import refusal_code, throttling_code
from tests.functions.faults.case import FunctionAccount, FunctionCase
from tests.functions.faults.environment import credentials
from tests.functions.faults.events import malformed
from tests.functions.faults.trials import KINDS, trials

ACCOUNT, REGION = "111111111111", "eu-west-1"
# moto warns of errors that every service has and no model names, such as throttling.
pytestmark = pytest.mark.filterwarnings("ignore:Exception.*does not match an error shape")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.title)
def test_a_function_is_done_once_or_fails_until_a_retry_completes_it(case: FunctionCase, kind: str) -> None:
    assert [f"{trial.name}: {trial.problem}" for trial in trials(case, kind) if trial.problem] == []


# Functions whose trials stand elsewhere, or that are still without: where, or why.
ELSEWHERE: dict[str, str] = {}


def test_every_function_has_cases() -> None:
    tried = {found.name for found in pkgutil.iter_modules(fault_cases.__path__)}
    known = {found.name for found in pkgutil.iter_modules(functions.__path__)}
    assert known - tried == {*ELSEWHERE} & known
    assert tried <= known


# ---- what the trials notice


class Refused(Exception):
    """What a function refuses."""


class QueueFunction:
    """A function that sends the event's text to a queue."""

    def __init__(self, handle: Callable[[Any, str, Any], Any]) -> None:
        self.event, self._handle = {"text": "a"}, handle
        self._sqs = boto3.client("sqs")
        self._queue = self._sqs.create_queue(QueueName="q")["QueueUrl"]

    def handle(self, event: Any) -> Any:
        return self._handle(boto3.client("sqs"), self._queue, event)

    def state(self) -> Mapping[str, Any]:
        answer = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["ApproximateNumberOfMessages"])
        return {"messages": ["a"] * int(answer["Attributes"]["ApproximateNumberOfMessages"])}


def case_of(handle: Callable[[Any, str, Any], Any], **more: Any) -> FunctionCase:
    @contextmanager
    def account() -> Iterator[FunctionAccount]:
        with Cloud(REGION) as cloud, credentials(cloud, ACCOUNT):
            yield QueueFunction(handle)

    return FunctionCase(function="sender", does="sends", account=account, refusals=(Refused,), **more)


def problems(case: FunctionCase, kind: str) -> list[str]:
    return [f"{trial.name}: {trial.problem}" for trial in trials(case, kind) if trial.problem]


def careless(sqs: Any, queue: str, event: Any) -> None:
    sqs.send_message(QueueUrl=queue, MessageBody=event["text"])


def silent(sqs: Any, queue: str, event: Any) -> None:
    try:
        careless(sqs, queue, event)
    except ClientError:
        return


def wide_awake(sqs: Any, queue: str, event: Any) -> None:
    if not isinstance(event, dict) or event.get("text") != "a":
        raise Refused("nothing was sent")
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    if found["Attributes"]["ApproximateNumberOfMessages"] == "0":
        careless(sqs, queue, event)


def test_a_function_that_repeats_what_was_done_is_noticed() -> None:
    assert problems(case_of(careless), "duplicate") == [
        "2 times: messages: ['a', 'a'] instead of ['a']",
        "3 times: messages: ['a', 'a', 'a'] instead of ['a']",
    ]
    assert problems(case_of(careless), "function ended") != []
    assert problems(case_of(careless, repeated={"messages": "a queue takes no token"}), "function ended") == []


def test_a_function_that_says_nothing_of_a_failure_is_noticed() -> None:
    assert problems(case_of(silent), "access denied") == [
        "sqs:SendMessage #1, one invocation: messages: [] instead of ['a']",
        "sqs:SendMessage #1, every invocation: messages: [] instead of ['a']",
    ]
    assert problems(case_of(careless), "access denied") == []


def test_a_function_that_trips_over_an_event_is_noticed() -> None:
    found = problems(case_of(careless), "malformed")
    assert "the event is none: TypeError: 'NoneType' object is not subscriptable" in found
    assert "text left out: KeyError: 'text'" in found
    assert problems(case_of(wide_awake), "malformed") == []


def test_two_instances_at_a_time_are_noticed() -> None:
    assert problems(case_of(wide_awake), "duplicate") == []
    assert problems(case_of(wide_awake), "at the same time") == [
        "sqs:SendMessage #1: messages: ['a', 'a'] instead of ['a']"
    ]


def test_an_answer_that_is_lost_after_its_effect_is_noticed_however_often_it_is_tried() -> None:
    found = problems(case_of(careless), "answer lost")
    # botocore attempts each call three times, Lambda invokes three times, and once it is sent back.
    assert [problem.count("'a'") - 1 for problem in found] == [1 + 1, 3 + 1, 3 * 3 + 1]


@pytest.mark.parametrize(
    ("service", "operation", "throttling", "refusal"),
    [
        ("ec2", "DescribeSubnets", "RequestLimitExceeded", "UnauthorizedOperation"),
        ("s3", "GetObject", "SlowDown", "AccessDenied"),
        ("sns", "Publish", "Throttled", "AuthorizationError"),
        ("sagemaker", "DescribeModel", "ThrottlingException", "AccessDeniedException"),
        ("lambda", "Invoke", "TooManyRequestsException", "AccessDeniedException"),
    ],
)
def test_a_fault_has_the_services_own_code(service: str, operation: str, throttling: str, refusal: str) -> None:
    model = Session().get_service_model(service).operation_model(operation)
    assert (throttling_code(model), refusal_code(model)) == (throttling, refusal)


def test_an_event_is_changed_in_each_of_its_parts() -> None:
    event = {"a": {"b": [1]}, "c": "d"}
    found = dict(malformed(event))
    assert found["a.b.0 left out"] == {"a": {"b": []}, "c": "d"}
    assert found["a.b is none"] == {"a": {"b": None}, "c": "d"}
    assert found["the event is none"] is None
    assert len(found) == 9 + 4 * 10
    assert event == {"a": {"b": [1]}, "c": "d"}
