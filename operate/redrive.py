"""Events that nobody could deal with: shown, handed over again, deleted once they were dealt with.

Each of the platform's queues of lost events belongs to one function, or to a topic, or to both. A message is an event
that EventBridge could not deliver to it, or one with which the function failed three times. StartMessageMoveTask takes
neither: it moves what another queue lost (botocore, service model of sqs). So the function is called and waited for,
and a message is deleted only after it came to its end without an error. Handing an event over twice does no harm:
functions know it by its id. What was for a topic is published there again: whoever hears of it twice has heard of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from catalog.names import FOUNDATION, Names, account_role
from catalog.roles import RoleKind
from catalog.scope import Scope
from operate.errors import OperateError, refused
from operate.project import Project, find_project
from settings.foundation import FoundationSettings
from settings.model import StackSettings, WorkloadSettings
from settings.stack_files import read_stack_files

# As long as the functions run at most, and a little more (components/pipeline_starter.py, TIMEOUT_SECONDS): a message
# that is being dealt with is nobody else's.
HIDDEN_SECONDS = 240
# Attributes by which EventBridge and Lambda say what went wrong (EventBridge User Guide, "Using dead-letter queues to
# process undelivered events"; Lambda Developer Guide, "Adding a dead-letter queue").
_REASONS = ("ERROR_MESSAGE", "ErrorMessage")
_CODES = ("ERROR_CODE", "ErrorCode")
# Set by this command on a message with which its function failed again.
SET_ASIDE = "SET_ASIDE"
# SQS takes ten attributes (Amazon SQS API Reference, "SendMessage").
_MOST_ATTRIBUTES = 10
_SHOWN = 160
# After so many calls in a row that AWS did not answer, it is not the messages.
_GIVE_UP = 3
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class LostEvents:
    """A queue of lost events, and what they are for: a function, by its name, or a topic, by its ARN."""

    queue: str
    function: str = ""
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class LostEvent:
    """One message of a queue. `error` is what was wrong with it, `aside` what this command found before."""

    queue: LostEvents
    id: str
    receipt: str
    body: str
    attributes: Mapping[str, Mapping[str, Any]]
    sent: datetime

    @property
    def error(self) -> str:
        """The code and the reason that it came with."""
        given = [self._attribute(names) for names in (_CODES, _REASONS)]
        return ": ".join(text for text in given if text) or "no reason was given"

    @property
    def aside(self) -> str:
        """Why this command has set it aside; empty where it has not."""
        return self._attribute((SET_ASIDE,))

    @property
    def source(self) -> str:
        """The rule that could not deliver it, or the function that failed with it."""
        rule = self._attribute(("RULE_ARN",))
        return f"rule {rule.rpartition('/')[2]}" if rule else f"function {self.queue.function}"

    @property
    def target(self) -> str:
        """The ARN that EventBridge could not deliver it to; empty where a function failed with it."""
        return self._attribute(("TARGET_ARN",))

    def event(self) -> Mapping[str, Any] | None:
        """The event, None where the message is none."""
        with suppress(ValueError):
            read = json.loads(self.body)
            if isinstance(read, Mapping):
                return read
        return None

    def title(self) -> str:
        """What kind of event it is and which: nothing of what it says."""
        event = self.event()
        if event is None:
            return "no event"
        return " ".join(_line(event.get(name, "?")) for name in ("source", "detail-type", "id"))

    def _attribute(self, names: Iterable[str]) -> str:
        return next(
            (_line(self.attributes[name].get("StringValue", "")) for name in names if name in self.attributes), ""
        )


@dataclass
class Redriven:
    """What became of the messages: titles of those that were dealt with, set aside, and left where they are.

    `hidden` counts others that SQS shows nobody now: somebody else has them, or a request's answer was lost.
    """

    done: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    hidden: int = 0

    @property
    def complete(self) -> bool:
        """Whether everything was dealt with."""
        return not (self.aside or self.left or self.hidden)

    def in_words(self) -> str:
        """One sentence."""
        hidden = f"; {self.hidden} are hidden now, run it again in {HIDDEN_SECONDS} seconds" if self.hidden else ""
        counts = (f"{len(self.done)} dealt with", f"{len(self.aside)} set aside", f"{len(self.left)} left in the queue")
        return f"{', '.join(counts)}{hidden}"


def queues_of(project: Project) -> list[LostEvents]:
    """The project's queues."""
    names = project.names
    return [
        LostEvents(queue=names.dead_letters(), function=names.role(RoleKind.PIPELINE_STARTER)),
        LostEvents(queue=names.release_dead_letters(), function=names.role(RoleKind.RELEASE_RECORDER)),
    ]


def queues_of_stack(settings: StackSettings, stack: str) -> list[LostEvents]:
    """The queues of an account's foundation or of a workload stack. Raises OperateError for any other."""
    scope = Scope.of_account(settings.account, settings.region, settings.prefix)
    if isinstance(settings, FoundationSettings):
        own = Names(settings.prefix, FOUNDATION)
        remediator = account_role(RoleKind.REMEDIATOR, settings.prefix)
        topic = scope.arn("sns", own.name("alarms"))
        return [LostEvents(queue=own.name("dead-letters"), function=remediator, topic=topic)]
    if isinstance(settings, WorkloadSettings):
        own = Names(settings.prefix, stack)
        return [LostEvents(queue=f"{own.name('events')}-dead-letters", topic=scope.arn("sns", own.name("alarms")))]
    raise OperateError(f"stack {stack} has no queues of its own; name a foundation, a workload stack, or --project")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Queues of one account and Region, and the role of whoever deals with what waits there."""

    account: str
    region: str
    role: str
    queues: Sequence[LostEvents]


def place(directory: Path, project: str | None, stack: str | None) -> Place:
    """Where a project's or a stack's queues are. Raises OperateError where neither is named, or both are."""
    if (project is None) == (stack is None):
        raise OperateError("name one of them: --project, or --stack of a foundation or workload stack")
    if project is not None:
        found = find_project(directory, project)
        role = f"a team administrator of {project}"
        return Place(account=found.scope.account, region=found.scope.region, role=role, queues=queues_of(found))
    files = {file.stack: file.settings for file in read_stack_files(directory).files}
    settings = files.get(str(stack))
    if settings is None:
        raise OperateError(f"there is no stack {stack!r} in {directory}; stacks: {', '.join(sorted(files))}")
    queues = queues_of_stack(settings, str(stack))
    return Place(account=settings.account, region=settings.region, role="the account's owner", queues=queues)


def chosen(queues: Sequence[LostEvents], only: str | None) -> list[LostEvents]:
    """The queues, or the one of that name. Raises OperateError."""
    found = [each for each in queues if only in (None, each.queue)]
    if not found:
        raise OperateError(f"there is no queue {only!r}; queues: {', '.join(each.queue for each in queues)}")
    return found


class LostEventReader:
    """Receives the messages of one queue, each once, and lets go of those that are not dealt with."""

    def __init__(self, sqs: Any, account: str, queue: LostEvents) -> None:
        self._sqs, self._queue, self.name = sqs, queue, queue.queue
        try:
            self.url = str(sqs.get_queue_url(QueueName=queue.queue, QueueOwnerAWSAccountId=account)["QueueUrl"])
        except (ClientError, BotoCoreError) as error:
            raise refused(error, f"queue {queue.queue}", "is the project's stack up, and is the role yours?") from None
        self._held: dict[str, str] = {}

    def hidden(self) -> int:
        """About how many messages SQS shows nobody now."""
        name = "ApproximateNumberOfMessagesNotVisible"
        answer = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def messages(self, limit: int, *, at_once: int = 10) -> Iterator[LostEvent]:
        """At most so many messages, in SQS's order, `at_once` in a request; it ends where all were seen."""
        seen: set[str] = set()
        while len(seen) < limit:
            answer = self._sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=min(at_once, limit - len(seen)),
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=1,
                MessageAttributeNames=["All"],
                AttributeNames=["SentTimestamp"],
            )
            new = [each for each in answer.get("Messages", []) if each["MessageId"] not in seen]
            for each in answer.get("Messages", []):
                self._held[each["MessageId"]] = each["ReceiptHandle"]
            if not new:
                return
            for each in new:
                seen.add(each["MessageId"])
                yield self._read(each)

    def _read(self, message: Mapping[str, Any]) -> LostEvent:
        milliseconds = int(message.get("Attributes", {}).get("SentTimestamp", "0"))
        return LostEvent(
            queue=self._queue,
            id=message["MessageId"],
            receipt=message["ReceiptHandle"],
            body=message["Body"],
            attributes=message.get("MessageAttributes") or {},
            sent=datetime.fromtimestamp(milliseconds / 1000, UTC),
        )

    def delete(self, message: LostEvent) -> None:
        """The message was dealt with."""
        self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)
        self._held.pop(message.id, None)

    def set_aside(self, message: LostEvent, reason: str) -> None:
        """Send the message again with the reason on it, then delete the first: it is never in no queue."""
        kept = dict(list(message.attributes.items())[: _MOST_ATTRIBUTES - 1])
        attributes = {name: _sent(value) for name, value in kept.items() if name != SET_ASIDE}
        attributes[SET_ASIDE] = {"DataType": "String", "StringValue": reason}
        self._sqs.send_message(QueueUrl=self.url, MessageBody=message.body, MessageAttributes=attributes)
        self.delete(message)

    def let_go(self) -> None:
        """Show everybody again what was received and not dealt with; what cannot be shown comes back by itself."""
        for receipt in self._held.values():
            with suppress(ClientError, BotoCoreError):
                self._sqs.change_message_visibility(QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=0)
        self._held.clear()


def look(reader: LostEventReader, limit: int, now: datetime) -> list[list[str]]:
    """What waits, in rows: queue, source, age, event, error. Nothing is changed."""
    try:
        return [row(message, now) for message in reader.messages(limit)]
    finally:
        reader.let_go()


HEADER = ("QUEUE", "FROM", "AGE", "EVENT", "WHY")


def row(message: LostEvent, now: datetime) -> list[str]:
    """A message as a row of a table."""
    why = f"set aside: {message.aside}" if message.aside else message.error
    return [message.queue.queue, message.source, age(now, message.sent), message.title(), why]


def age(now: datetime, sent: datetime) -> str:
    """How long something has waited, in its largest unit."""
    seconds = max(0, int((now - sent).total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def redrive(
    reader: LostEventReader, clients: Callable[[str], Any], limit: int, say: Say, *, again: bool = False
) -> Redriven:
    """Hand each message to its function or topic, and say what became of it.

    `clients` gives a client by a service's name, of Lambda one that waits longer than functions run. Messages that were
    set aside are left unless `again`. Raises OperateError where AWS does not answer, KeyboardInterrupt after what was
    received is let go.
    """
    told, unanswered = Redriven(), 0
    try:
        # One at a time: each may take its function minutes, and the others would be shown to somebody else meanwhile.
        for message in reader.messages(limit, at_once=1):
            title = message.title()
            if message.aside and not again:
                told.left.append(title)
                say(f"{title}: left, it was set aside: {message.aside}")
                continue
            try:
                problem = hand_over(clients, message)
            except (ClientError, BotoCoreError) as error:
                unanswered += 1
                told.left.append(title)
                say(f"{title}: left, {refused(error, message.source)}")
                if unanswered == _GIVE_UP:
                    hint = "nothing is lost: run it again when that is mended"
                    raise refused(error, f"{_GIVE_UP} calls in a row", hint) from None
                continue
            unanswered = 0
            if problem:
                reader.set_aside(message, problem)
                told.aside.append(title)
                say(f"{title}: set aside, {problem}")
            else:
                reader.delete(message)
                told.done.append(title)
                say(f"{title}: dealt with")
    finally:
        reader.let_go()
    told.hidden = reader.hidden()
    return told


def hand_over(clients: Callable[[str], Any], message: LostEvent) -> str:
    """Call the function with the event and wait, or publish it; gives what went wrong, empty where nothing did.

    Raises ClientError or BotoCoreError where AWS did not take it, or its answer did not come.
    """
    if message.event() is None:
        return "the message is no event"
    if message.target == message.queue.topic != "":
        clients("sns").publish(TopicArn=message.queue.topic, Message=message.body)
        return ""
    function = message.queue.function
    if not function or (message.target and not message.target.endswith(f":function:{function}")):
        return f"its target {message.target or 'is not told, and'} is none of this queue's"
    answer = clients("lambda").invoke(
        FunctionName=function, InvocationType="RequestResponse", Payload=message.body.encode()
    )
    if not answer.get("FunctionError"):
        return ""
    told = json.loads(answer["Payload"].read() or b"{}")
    return _line(f"{told.get('errorType', answer['FunctionError'])}: {told.get('errorMessage', 'no message')}")


def _sent(attribute: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute as SendMessage takes it."""
    return {name: attribute[name] for name in ("DataType", "StringValue", "BinaryValue") if name in attribute}


def _line(value: object) -> str:
    """The value on one line, cut where it is long."""
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def rows(readers: Sequence[LostEventReader], limit: int, now: datetime) -> list[list[str]]:
    """What waits in several queues, with the table's header."""
    return [list(HEADER), *(each for reader in readers for each in look(reader, limit, now))]
