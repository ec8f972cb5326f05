"""Every function under every fault, and that the trials notice a function that is not done once."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from components.archives import function_handler
from rehearsal.aws.cloud import Cloud
from tests.delivery.test_api import VARIANTS, part
from tests.example_files import ROOT
from tests.functions.fault_cases import all_cases
from tests.functions.faults.answers import refusal_code, throttling_code
from tests.functions.faults.case import FunctionAccount, FunctionCase
from tests.functions.faults.copies import CopyFailed, in_copy
from tests.functions.faults.environment import credentials
from tests.functions.faults.events import malformed
from tests.functions.faults.trials import KINDS, trials

ACCOUNT, REGION = "111111111111", "eu-west-1"
# moto warns of errors that every service has and no model names, such as throttling.
pytestmark = pytest.mark.filterwarnings("ignore:Exception.*does not match an error shape")


@pytest.mark.slow
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.title)
def test_a_function_is_done_once_or_fails_until_a_retry_completes_it(case: FunctionCase) -> None:
    done = trials(case)
    assert {trial.kind for trial in done} == set(KINDS) - ({"late"} if case.never_late else set())
    assert [f"{trial.kind}, {trial.name}: {trial.problem}" for trial in done if trial.problem] == []


def handlers(folder: Path) -> set[str]:
    """Modules in a folder that have a `handle`."""
    found = set()
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(each, ast.FunctionDef) and each.name == "handle" for each in tree.body):
            found.add(".".join(path.relative_to(folder).with_suffix("").parts))
    return found


def test_every_handler_has_cases() -> None:
    known = {name.removesuffix(".handler") for name in handlers(ROOT / "functions")}
    assert {case.name for case in all_cases()} == known


def test_stacks_deploy_no_function_but_these() -> None:
    """They make functions by one component, which takes code from `functions/` alone and has `handle` called."""
    made = [
        (path, node)
        for folder in ("components", "stacks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("lambda_.Function")
    ]
    assert [path.name for path, _ in made] == ["lambda_function.py"]
    given = {str(key.arg): ast.unparse(key.value) for _, call in made for key in call.keywords}
    assert given["handler"] == "function_handler(args.code, args.entry)"
    assert given["code"] == "function_package(args.code, args.files)"
    called = {function_handler(case.function, case.entry) for case in all_cases()}
    assert called >= {"functions.pipeline_starter.handle", "functions.approval_page.sender.handle"}


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_the_delivered_template_has_no_function_but_those_of_the_api(variant: str) -> None:
    """`containers/function/tests` tries each of these."""
    resources = part(variant)["Resources"].values()
    made = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::Function"]
    called = {each.get("Handler") or each["ImageConfig"]["Command"][0] for each in made}
    assert called
    folder = ROOT / "containers" / "function" / "inference_api"
    assert called <= {f"inference_api.{module}.handle" for module in handlers(folder)}


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


def test_a_copy_changes_nothing_here_and_says_what_went_wrong_in_it() -> None:
    there: dict[str, int] = {}
    assert in_copy(lambda: there.setdefault("a", 1)) == 1
    assert there == {}
    with pytest.raises(CopyFailed, match="ZeroDivisionError"):
        in_copy(lambda: 1 // 0)
    with pytest.raises(CopyFailed, match="without a word"):
        in_copy(lambda: os._exit(0))


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
