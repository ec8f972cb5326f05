"""Lost events are handed to their function again, deleted when they were dealt with, and never lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from operate import redrive
from operate.errors import OperateError
from operate.redrive import LostEventReader, LostEvents, Redriven
from rehearsal.aws.cloud import Cloud
from tests.example_files import EXAMPLE
from tests.functions.faults.case import FunctionAccount, FunctionCase
from tests.functions.faults.environment import credentials
from tests.functions.faults.trials import KINDS, trials

ACCOUNT, REGION = "111111111111", "eu-west-1"
QUEUE = LostEvents(queue="mlops-screening-dead-letters", function="mlops-screening-pipeline-starter")
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/screening-mlops-deploy"
SECRET = "patient 4711"


def event(identity: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "source": "aws.s3", "detail-type": "Object Created", "detail": {"key": SECRET}, **more}


class Account:
    """A queue with lost events, and the function, which notes what it is given.

    `fails` gives what the function fails with, by the event's id.
    """

    event: Any = None

    def __init__(self, cloud: Cloud) -> None:
        self.sqs, self.lambda_ = boto3.client("sqs"), boto3.client("lambda")
        self.queue = QUEUE
        self.url = self.sqs.create_queue(QueueName=QUEUE.queue)["QueueUrl"]
        self.handled: list[str] = []
        self.fails: dict[str, str] = {}
        self.said: list[str] = []
        cloud.handlers["lambda:Invoke"] = self._invoked

    def lost(self, body: Any, **attributes: str) -> None:
        given = {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()}
        text = body if isinstance(body, str) else json.dumps(body)
        self.sqs.send_message(QueueUrl=self.url, MessageBody=text, MessageAttributes=given)

    def _invoked(self, _actor: Any, _question: Any, request: Any) -> Any:
        assert request.headers["X-Amz-Invocation-Type"] == "RequestResponse"
        given = json.loads(request.data)
        headers = {"Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"}
        if given["id"] in self.fails:
            told = {"errorType": "RefusedEvent", "errorMessage": self.fails[given["id"]]}
            return 200, {**headers, "X-Amz-Function-Error": "Unhandled"}, json.dumps(told).encode()
        self.handled.append(given["id"])
        return 200, headers, b"null"

    def client(self, service: str) -> Any:
        return self.lambda_ if service == "lambda" else boto3.client(service)

    def reader(self) -> LostEventReader:
        return LostEventReader(self.sqs, ACCOUNT, self.queue)

    def redrive(self, limit: int = 100, **more: Any) -> Redriven:
        return redrive.redrive(self.reader(), self.client, limit, self.said.append, **more)

    def handle(self, _: Any) -> Any:
        """The command, which says by its exit code that something is left."""
        told = self.redrive()
        if not told.complete:
            raise OperateError(told.in_words())

    def waiting(self) -> list[str]:
        """Ids of the events in the queue, shown or not."""
        answer = self.sqs.get_queue_attributes(
            QueueUrl=self.url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return ["message"] * sum(int(count) for count in answer["Attributes"].values())

    def state(self) -> Mapping[str, Any]:
        return {"handled": sorted(set(self.handled)), "waiting": self.waiting()}


@contextmanager
def fresh() -> Iterator[Account]:
    with Cloud(REGION) as cloud, credentials(cloud, ACCOUNT):
        yield Account(cloud)


@pytest.fixture
def account() -> Iterator[Account]:
    with fresh() as made:
        yield made


def test_what_is_dealt_with_is_deleted(account: Account) -> None:
    account.lost(event("a"), RULE_ARN=RULE, ERROR_CODE="THROTTLING", ERROR_MESSAGE="later")
    account.lost(event("b"), ErrorMessage="Task timed out")
    told = account.redrive()
    assert sorted(account.handled) == ["a", "b"]
    assert account.waiting() == []
    assert told.in_words() == "2 dealt with, 0 set aside, 0 left in the queue"


def test_what_waits_is_shown_without_what_it_says_and_nothing_changes(account: Account) -> None:
    account.lost(event("a"), RULE_ARN=RULE, ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="may not")
    account.lost(event("b"), RequestID="r", ErrorCode="200", ErrorMessage="a refusal")
    later = datetime.now(UTC) + timedelta(hours=2, minutes=5)
    shown = sorted(redrive.look(account.reader(), 10, later), key=lambda row: row[3])
    assert shown == [
        [QUEUE.queue, "rule screening-mlops-deploy", "2 h", "aws.s3 Object Created a", "NO_PERMISSIONS: may not"],
        [QUEUE.queue, f"function {QUEUE.function}", "2 h", "aws.s3 Object Created b", "200: a refusal"],
    ]
    assert SECRET not in str(shown)
    assert (account.handled, len(account.waiting())) == ([], 2)
    assert len(account.sqs.receive_message(QueueUrl=account.url, MaxNumberOfMessages=10)["Messages"]) == 2


def test_a_poison_message_is_set_aside_with_its_reason_and_the_others_go_on(account: Account) -> None:
    account.fails["bad"] = "event 'bad': bucket is 'theirs'. Nothing was started"
    for identity in ("bad", "good"):
        account.lost(event(identity), RULE_ARN=RULE)
    told = account.redrive()
    assert (told.done, account.handled) == (["aws.s3 Object Created good"], ["good"])
    ((_, source, _, title, why),) = redrive.look(account.reader(), 10, datetime.now(UTC))
    assert (source, title) == ("rule screening-mlops-deploy", "aws.s3 Object Created bad")
    assert why == "set aside: RefusedEvent: event 'bad': bucket is 'theirs'. Nothing was started"
    assert account.redrive().in_words() == "0 dealt with, 0 set aside, 1 left in the queue"
    account.fails.clear()
    assert account.redrive(again=True).in_words() == "1 dealt with, 0 set aside, 0 left in the queue"
    assert account.waiting() == []


def test_a_message_that_is_no_event_is_set_aside_and_no_function_is_called(account: Account) -> None:
    account.lost("no JSON")
    account.lost("[1]")
    told = account.redrive()
    assert (told.aside, account.handled) == (["no event", "no event"], [])


def test_what_was_for_a_topic_is_published_there_and_a_foreign_target_is_set_aside(account: Account) -> None:
    topic = boto3.client("sns").create_topic(Name="alarms")["TopicArn"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=_heard(account))
    account.queue = LostEvents(queue=QUEUE.queue, topic=topic)
    account.lost(event("a"), RULE_ARN=RULE, TARGET_ARN=topic)
    account.lost(event("b"), RULE_ARN=RULE, TARGET_ARN=topic.replace("alarms", "others"))
    told = account.redrive()
    assert (len(told.done), len(told.aside), account.handled) == (1, 1, [])
    heard = account.sqs.receive_message(QueueUrl=account.sqs.get_queue_url(QueueName="heard")["QueueUrl"])["Messages"]
    assert [json.loads(json.loads(each["Body"])["Message"])["id"] for each in heard] == ["a"]


def _heard(account: Account) -> str:
    account.sqs.create_queue(QueueName="heard")
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:heard"


def test_it_ends_at_its_limit(account: Account) -> None:
    for number in range(5):
        account.lost(event(str(number)))
    assert account.redrive(limit=2).in_words() == "2 dealt with, 0 set aside, 0 left in the queue"
    assert len(account.waiting()) == 3


def test_an_interruption_leaves_what_was_not_dealt_with(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        account.lost(event(str(number)))

    def interrupted(*_: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(redrive, "hand_over", interrupted)
    with pytest.raises(KeyboardInterrupt):
        account.redrive()
    assert len(account.sqs.receive_message(QueueUrl=account.url, MaxNumberOfMessages=10)["Messages"]) == 3


def test_a_function_that_aws_does_not_run_ends_it_with_nothing_lost(account: Account) -> None:
    for number in range(4):
        account.lost(event(str(number)))
    account.lambda_.invoke = _denied
    with pytest.raises(OperateError, match=r"3 calls in a row: not yours \(AccessDeniedException\); nothing is lost"):
        account.redrive()
    assert len(account.waiting()) == 4


def _denied(**_: Any) -> Any:
    from botocore.exceptions import ClientError

    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not yours"}}, "Invoke")


def test_a_queue_that_is_not_there_is_named(account: Account) -> None:
    other = LostEvents(queue="elsewhere", function="f")
    with pytest.raises(OperateError, match=r"queue elsewhere: .*is the project's stack up"):
        LostEventReader(account.sqs, ACCOUNT, other)


# ---- faults at every call


@contextmanager
def two_lost() -> Iterator[FunctionAccount]:
    with fresh() as account:
        for identity in ("a", "b"):
            account.lost(event(identity), RULE_ARN=RULE)
        yield _Visible(account)


class _Visible:
    """The account, where what a run that ended held is shown again: SQS does so after the visibility time-out."""

    event: Any = None

    def __init__(self, account: Account) -> None:
        self.account = account

    def handle(self, given: Any) -> Any:
        from moto.sqs.models import sqs_backends

        for message in sqs_backends[ACCOUNT][REGION].queues[QUEUE.queue]._messages:
            message.visible_at = 0
        return self.account.handle(given)

    def state(self) -> Mapping[str, Any]:
        return self.account.state()


CASE = FunctionCase(
    function="redrive",
    does="hands two events over",
    account=two_lost,
    refusals=(OperateError,),
    invocations=1,
    repeated={"handled": "functions know an event by its id"},
)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("malformed", "late", "at the same time")])
def test_under_every_fault_each_event_is_dealt_with_and_none_is_lost(kind: str) -> None:
    found = trials(CASE, kind)
    assert found
    assert [f"{trial.name}: {trial.problem}" for trial in found if trial.problem] == []


# ---- which queues


def test_the_stack_files_say_which_queues_there_are_and_whose_they_are() -> None:
    project = redrive.place(EXAMPLE, "screening", None)
    assert [each.queue for each in project.queues] == [
        "mlops-screening-dead-letters",
        "mlops-screening-release-dead-letters",
    ]
    assert project.role == "a team administrator of screening"
    (lost,) = redrive.place(EXAMPLE, None, "foundation-prod").queues
    assert (lost.queue, lost.topic.rpartition(":")[2]) == ("mlops-foundation-dead-letters", "mlops-foundation-alarms")
    (lost,) = redrive.place(EXAMPLE, None, "prod").queues
    assert (lost.queue, lost.function) == ("mlops-prod-events-dead-letters", "")


@pytest.mark.parametrize(
    ("project", "stack", "words"),
    [
        (None, None, "name one of them"),
        ("screening", "prod", "name one of them"),
        (None, "elsewhere", "there is no stack 'elsewhere'.*stacks: "),
        (None, "dev", "stack dev has no queues of its own"),
    ],
)
def test_what_names_no_queues_is_refused_with_what_does(project: str | None, stack: str | None, words: str) -> None:
    with pytest.raises(OperateError, match=words):
        redrive.place(EXAMPLE, project, stack)


def test_a_queue_of_another_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(OperateError, match="no queue 'x'; queues: mlops-screening-dead-letters"):
        redrive.chosen([QUEUE], "x")
