"""Cases of the rule in `policies/pack/rules/service_source.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import service_source
from tests.policies.pack.pack_factories import ACCOUNT, REGION, ROLE_ARN, allow, document, having, make
from tests.policies.pack.resources.identity import SOURCE, bucket_policy
from tests.policies.pack.resources.keys import key
from tests.policies.pack.rule_cases import Cases, on


def topic_policy(service: str = "cloudwatch.amazonaws.com", **elements: Any) -> StackResource:
    text = document(allow(Principal={"Service": service}, **{"Action": "sns:Publish", **elements}))
    return make("aws:sns/topicPolicy:TopicPolicy", "alarms-policy", arn="arn:aws:sns:x", policy=text)


def logs_key(condition: dict[str, Any]) -> StackResource:
    service = {"Service": f"logs.{REGION}.amazonaws.com"}
    return key(allow(Principal=service, Action=["kms:Encrypt"], Resource="*", Condition=condition))


def topics_key(**conditions: dict[str, Any]) -> StackResource:
    context = {"kms:EncryptionContext:aws:sns:topicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:*"}
    condition = {"ArnLike": context, **conditions}
    return key(allow(Principal={"Service": RULES}, Action="kms:Decrypt", Resource="*", Condition=condition))


RULES = "events.amazonaws.com"
NEVER = "Given has a condition that is never met when EventBridge sends to a topic"

CASES = Cases(
    rule=service_source.RULE,
    passes=[
        on(topic_policy(Condition=SOURCE)),
        on(topic_policy(RULES)),
        on(topics_key()),
        on(bucket_policy(Principal={"AWS": ROLE_ARN})),
        on(logs_key({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}})),
    ],
    violations=[
        (on(topic_policy(RULES, Condition=SOURCE)), NEVER),
        (
            on(topic_policy(RULES, Action="sns:*")),
            "Given lets events.amazonaws.com act for any",
        ),
        (on(topics_key(StringEquals={"aws:SourceAccount": ACCOUNT})), NEVER),
        (on(topic_policy()), "Given lets cloudwatch.amazonaws.com act for any AWS account's resources"),
        (on(topic_policy(Condition={"StringLike": {"aws:SourceAccount": "*"}})), "act for any AWS account"),
        (on(logs_key({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:*"}})), "logs.eu-west-1"),
    ],
    unknown=[(on(having(topic_policy(), policy=UNKNOWN)), "policy of alarms-policy")],
    not_applicable=[(on(make("aws:sqs/queue:Queue", "events")), "it has no policy")],
)
