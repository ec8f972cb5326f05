"""IAM-14: a resource policy that admits an AWS service says for whose resources."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.resource_policies import KEYS, POLICY_OF, ROLE, statements
from policies.pack.statements import StatementView

SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner")
# A key's own ways to the same end: whose call it is, and for which resource.
# Source: AWS KMS Developer Guide, "AWS KMS condition keys".
KEY_SOURCES = ("kms:calleraccount", "kms:viaservice")
KEY_CONTEXT = "kms:encryptioncontext:"


# EventBridge meets no condition of a topic's policy, and sends no source to the topic's key; rules of other accounts
# need a role there. Sources: Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge" and
# "Sending events to an AWS service in another account"; Amazon SNS Developer Guide, "Managing Amazon SNS encryption
# keys and costs".
RULES = "events.amazonaws.com"
TOPICS = ("aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy")
TOPIC_CONTEXT = "kms:encryptioncontext:aws:sns:topicarn"


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Every Allow to a service holds the account, ARN or organization it acts for, where the service says so."""
    of_topic, of_key = resource.type in TOPICS, resource.type in KEYS
    found = []
    for statement in statements(resource):
        services = _services(statement) if statement.allows else []
        if RULES in services and _never_met(statement, of_topic, of_key):
            found.append(f"{statement.label} has a condition that is never met when EventBridge sends to a topic")
        if of_topic and statement.actions == ("sns:Publish",):
            services = [name for name in services if name != RULES]
        if services and not _held(statement, of_key):
            found.append(f"{statement.label} lets {', '.join(services)} act for any AWS account's resources")
    return found


def _services(statement: StatementView) -> list[str]:
    return sorted(name for kind, name in statement.principals if kind == "Service")


def _never_met(statement: StatementView, of_topic: bool, of_key: bool) -> bool:
    keys = {key for _, key, _ in statement.conditions}
    return (of_topic and bool(keys)) or (of_key and TOPIC_CONTEXT in keys and bool(keys & {*SOURCES}))


def _held(statement: StatementView, of_key: bool) -> bool:
    contexts = [key for _, key, _ in statement.conditions if key.startswith(KEY_CONTEXT)]
    return statement.fixes((*SOURCES, *KEY_SOURCES, *contexts) if of_key else SOURCES)


RULE = Rule(
    id="IAM-14",
    name="iam-service-source-in-resource-policy",
    title="Resource policies that admit AWS services say for whose resources",
    why="Confused deputy: a stranger's trail, rule or bucket makes the service act on this resource.",
    fix="Hold aws:SourceAccount, aws:SourceArn or aws:SourceOrgID; on a key, an encryption context will do. "
    "EventBridge publishes to topics without a condition, and to their keys under the encryption context alone.",
    severity=Severity.HIGH,
    types=tuple(token for token in POLICY_OF if token != ROLE),
    check=check,
)
