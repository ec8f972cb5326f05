"""CloudWatch that tells topics of alarms, as itself."""

from __future__ import annotations

from typing import Any

from moto.sns.models import sns_backends

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.eventbridge.service_senders import ALARMS, NotAdmitted, ServiceSender, require_publish


def notify(cloud: Cloud, alarm: Any, topic_arn: str) -> None:
    """Publish an alarm's state to a topic. Raises NotAdmitted where the topic, or its key, does not let CloudWatch."""
    _, _, _, region, account, _ = topic_arn.split(":", 5)
    backend = sns_backends[account][region]
    topic = backend.topics.get(topic_arn)
    if topic is None:
        raise NotAdmitted(f"topic {topic_arn} does not exist")
    owner = alarm.alarm_arn.split(":")[4]
    sender = ServiceSender(service=ALARMS, account=owner, source=alarm.alarm_arn)
    sent = require_publish(sender, topic_arn, topic.policy, topic.kms_master_key_id or "")
    question = SignedRequest("", region, "sns", "Publish", topic_arn, {})
    cloud.recorder.add_service(ALARMS, owner, question, context=sent)
    text = f"{alarm.name} is {alarm.state_value}: {alarm.state_reason}"
    backend.publish(text, arn=topic_arn)
