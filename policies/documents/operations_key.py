"""The key of alarms, lost events and what else operates an account: who publishes, who leaves what in queues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.scope import Scope
from policies.documents.keys import DATA_KEYS, ONLY_THIS_KEY, THIS_KEY, administration, use_through
from policies.documents.statement import Conditions, DocumentKind, Principals, Statement, account_principals, document


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueues:
    """Dead-letter queues of an account (ARN patterns), and roles of functions that send there, if any (patterns).

    `people` are roles of people who deal with what waits there (patterns).
    """

    queues: Sequence[str]
    senders: Sequence[str]
    people: Sequence[str] = ()


def operations_key(
    scope: Scope,
    *,
    log_groups: Sequence[str],
    topics: Sequence[str],
    publishers: Sequence[str] = (),
    dead_letters: DeadLetterQueues | None = None,
) -> str:
    """Key of logs and alarm topics, used by AWS services for this account's log groups and topics (ARN patterns).

    `publishers` are role ARN patterns that publish to the topics: SNS asks KMS for them (Amazon SNS Developer Guide,
    "Managing Amazon SNS encryption keys and costs"). `dead_letters` are queues that the key encrypts as well.
    """
    logs = Statement(
        sid="LogsEncryptTheirGroups",
        principals=Principals(services=[scope.service_host("logs")]),
        actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", *DATA_KEYS, "kms:ReEncryptFrom", "kms:ReEncryptTo"],
        resources=THIS_KEY,
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        reason=ONLY_THIS_KEY,
    )
    roles = _publishing(scope, publishers, topics) if publishers else None
    kept = _leaving_in(scope, dead_letters) if dead_letters else ()
    return document(administration(scope), logs, *services_publish(scope, topics), roles, *kept, kind=DocumentKind.KEY)


def _leaving_in(scope: Scope, dead_letters: DeadLetterQueues) -> tuple[Statement, ...]:
    write = ("kms:Decrypt", "kms:GenerateDataKey")
    rules = rules_leave_in_queues(dead_letters.queues)
    if not dead_letters.senders:
        return (rules,)
    functions = use_through("FunctionsKeepWhatFailed", scope, dead_letters.senders, "sqs", write)
    if not dead_letters.people:
        return rules, functions
    return rules, functions, use_through("PeopleDealWithWhatFailed", scope, dead_letters.people, "sqs", write)


def _publishing(scope: Scope, publishers: Sequence[str], topics: Sequence[str]) -> Statement:
    return Statement(
        sid="NamedRolesPublish",
        principals=account_principals(scope.partition, [scope.account]),
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=THIS_KEY,
        conditions={
            "ArnLike": {"aws:PrincipalArn": publishers, "kms:EncryptionContext:aws:sns:topicArn": topics},
            "StringEquals": {"kms:ViaService": scope.service_host("sns")},
        },
        reason=ONLY_THIS_KEY,
    )


def services_publish(scope: Scope, topics: Sequence[str]) -> tuple[Statement, Statement]:
    """Alarms and rules publish to encrypted topics (ARN patterns): each service asks the topic's key itself.

    EventBridge has a statement of its own without a source: no condition on `aws:SourceAccount` or `aws:SourceArn` is
    ever met when it publishes to an encrypted topic (Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys
    and costs"). What bounds it is the encryption context, which names this account's topics.
    """
    to_topics: Conditions = {"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": topics}}
    alarms = Statement(
        sid="AlarmsPublish",
        principals=Principals(services=["cloudwatch.amazonaws.com"]),
        actions=["kms:Decrypt", *DATA_KEYS],
        resources=THIS_KEY,
        conditions={**to_topics, "StringEquals": {"aws:SourceAccount": scope.account}},
        reason=ONLY_THIS_KEY,
    )
    rules = Statement(
        sid="RulesPublish",
        principals=Principals(services=["events.amazonaws.com"]),
        actions=["kms:Decrypt", *DATA_KEYS],
        resources=THIS_KEY,
        conditions=to_topics,
        reason=ONLY_THIS_KEY,
    )
    return alarms, rules


def rules_leave_in_queues(queues: Sequence[str]) -> Statement:
    """EventBridge encrypts what it leaves in this account's queues (ARN patterns).

    Bounded by the encryption context alone (Amazon SQS Developer Guide, "Key management"): no page says that
    EventBridge names a source to the key of a queue, and to the key of a topic it does not.
    """
    return Statement(
        sid="RulesLeaveWhatTheyCouldNotDeliver",
        principals=Principals(services=["events.amazonaws.com"]),
        actions=["kms:Decrypt", *DATA_KEYS],
        resources=THIS_KEY,
        conditions={"ArnLike": {"kms:EncryptionContext:aws:sqs:arn": queues}},
        reason=ONLY_THIS_KEY,
    )
