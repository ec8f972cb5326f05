"""Cases of the rules on logs, alarms, topics, queues, events, trails, recorders, providers and tags."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policies.pack.accounts import PROVIDER
from policies.pack.model import UNKNOWN, Resource
from policies.pack.rules import (
    alarm_action,
    bus_policy,
    config_recorder,
    dead_letters,
    foreign_target,
    kept_data,
    log_group,
    provider_account,
    queue_key,
    tags,
    target_dead_letters,
    threat_detection,
    topic_key,
    trail_data_events,
    trail_everywhere,
    trail_key,
    trail_validation,
)
from tests.policies.pack.cases.case import Cases, on
from tests.policies.pack.cases.storage import provider
from tests.policies.pack.pack_factories import ACCOUNT, KEY_ARN, REGION, allow, document, having, make, without
from tests.policies.pack.test_pack_bucket_rules import bucket
from tests.policies.pack.test_pack_identity_rules import role
from tests.policies.pack.test_pack_service_rules import logs

TAGS = {"owner": "ml-platform", "cost-centre": "4711", "data-class": "confidential"}
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:mlops-dev-failed"
FOREIGN = f"arn:aws:events:{REGION}:222222222222:event-bus/mlops-staging-events"


def alarm(**props: Any) -> Resource:
    right = {"alarmActions": ["arn:aws:sns:x"], "actionsEnabled": True}
    return make("aws:cloudwatch/metricAlarm:MetricAlarm", "failures", **{**right, **props})


def topic(**props: Any) -> Resource:
    return make("aws:sns/topic:Topic", "alarms", **{"kmsMasterKeyId": KEY_ARN, **props})


def queue(name: str = "work", **props: Any) -> Resource:
    right = {"name": name, "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", "kmsMasterKeyId": KEY_ARN}
    return make("aws:sqs/queue:Queue", name, **{**right, **props})


def redriven() -> Resource:
    return queue(redrivePolicy=f'{{"deadLetterTargetArn": "{QUEUE_ARN}", "maxReceiveCount": 3}}')


def failed() -> Resource:
    return queue("failed", arn=QUEUE_ARN)


def bus() -> Resource:
    return make("aws:cloudwatch/eventBus:EventBus", "events", name="mlops-events")


def bus_grant(*statements: dict[str, Any]) -> Resource:
    put = allow(Principal={"AWS": ACCOUNT}, Action="events:PutEvents", Resource="*")
    text = document(*(statements or (put,)))
    return make(
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy", "events-policy", eventBusName="mlops-events", policy=text
    )


def target(**props: Any) -> Resource:
    right = {"rule": "drift", "arn": FOREIGN, "roleArn": "arn:aws:iam::111111111111:role/events"}
    return make("aws:cloudwatch/eventTarget:EventTarget", "drift", **{**right, **props})


def trail(**props: Any) -> Resource:
    selector = {"readWriteType": "All", "dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}
    right = {
        "s3BucketName": "mlops-trail",
        "isMultiRegionTrail": True,
        "enableLogFileValidation": True,
        "kmsKeyId": KEY_ARN,
        "eventSelectors": [selector],
    }
    return make("aws:cloudtrail/trail:Trail", "trail", **{**right, **props})


def advanced(*fields: dict[str, Any]) -> Resource:
    kind = {"field": "resources.type", "equals": ["AWS::S3::Object"]}
    return trail(eventSelectors=[], advancedEventSelectors=[{"fieldSelectors": [kind, *fields]}])


def selected(**changes: Any) -> Resource:
    return trail(eventSelectors=[{"dataResources": [{"type": "AWS::S3::Object"}], **changes}])


def recorder(**group: Any) -> Resource:
    return make("aws:cfg/recorder:Recorder", "all", name="default", recordingGroup={"allSupported": True, **group})


def started(is_enabled: object = True) -> Resource:
    return make("aws:cfg/recorderStatus:RecorderStatus", "on", name="default", isEnabled=is_enabled)


def protected(resource: Resource) -> Resource:
    return replace(resource, opts={"protect": True})


CASES = (
    Cases(
        rule=log_group.RULE,
        passes=[on(logs())],
        mistakes=[(on(without(logs(), "kmsKeyId")), "the log group is not encrypted")],
        unknown=[(on(having(logs(), retentionInDays=UNKNOWN)), "retentionInDays of flow")],
    ),
    Cases(
        rule=alarm_action.RULE,
        passes=[on(alarm()), on(without(alarm(), "actionsEnabled")), on(alarm(alarmActions=UNKNOWN))],
        mistakes=[
            (on(alarm(alarmActions=[])), "the alarm has no action"),
            (on(alarm(actionsEnabled=False)), "the alarm's actions are off"),
        ],
        unknown=[(on(alarm(actionsEnabled=UNKNOWN)), "actionsEnabled of failures")],
    ),
    Cases(
        rule=topic_key.RULE,
        passes=[on(topic()), on(topic(kmsMasterKeyId=UNKNOWN))],
        mistakes=[
            (on(without(topic(), "kmsMasterKeyId")), "the topic is not encrypted with a customer managed key"),
            (on(topic(kmsMasterKeyId="alias/aws/sns")), "the topic is not encrypted with a customer managed key"),
        ],
    ),
    Cases(
        rule=queue_key.RULE,
        passes=[on(queue())],
        mistakes=[(on(queue(kmsMasterKeyId=None, sqsManagedSseEnabled=True)), "the queue is not encrypted with a")],
    ),
    Cases(
        rule=dead_letters.RULE,
        passes=[on(redriven(), failed()), on(queue(redrivePolicy=UNKNOWN))],
        mistakes=[
            (on(queue()), "the queue has no dead-letter queue"),
            (on(queue(), target(deadLetterConfig={"arn": QUEUE_ARN})), "the queue has no dead-letter queue"),
        ],
        unknown=[
            (
                on(queue(), make("aws:sqs/redrivePolicy:RedrivePolicy", "work", queueUrl=UNKNOWN)),
                "queueUrl of work",
            )
        ],
        excused=[
            (on(failed(), redriven()), "it is a dead-letter queue"),
            (on(failed(), target(deadLetterConfig={"arn": QUEUE_ARN})), "it is a dead-letter queue"),
            (on(queue(redriveAllowPolicy=UNKNOWN)), "it is a dead-letter queue"),
            (
                on(failed(), replace(queue(redrivePolicy=UNKNOWN), refers={"redrivePolicy": (failed().urn,)})),
                "it is a dead-letter queue",
            ),
        ],
    ),
    Cases(
        rule=bus_policy.RULE,
        passes=[on(bus(), bus_grant())],
        mistakes=[
            (on(bus()), "the event bus has no policy"),
            (
                on(bus(), bus_grant(allow(Principal={"AWS": ACCOUNT}, Action=["events:PutEvents", "events:PutRule"]))),
                "Given of events-policy gives events:PutRule, allowed is events:PutEvents",
            ),
            (
                on(bus(), bus_grant(allow(Principal={"AWS": ACCOUNT}, NotAction="events:PutRule"))),
                "all but events:PutR",
            ),
        ],
        unknown=[(on(bus(), having(bus_grant(), policy=UNKNOWN)), "policy of events-policy")],
    ),
    Cases(
        rule=foreign_target.RULE,
        passes=[on(target(), provider()), on(target(roleArn=UNKNOWN), provider())],
        mistakes=[(on(without(target(), "roleArn"), provider()), "events go to account 222222222222 without a role")],
        unknown=[
            (on(target(arn=UNKNOWN), provider()), "arn of drift"),
            (on(target()), "allowedAccountIds of the stack's AWS provider"),
        ],
        excused=[(on(target(arn=QUEUE_ARN), provider()), "its target is in the stack's own account")],
    ),
    Cases(
        rule=target_dead_letters.RULE,
        passes=[
            on(target(deadLetterConfig={"arn": QUEUE_ARN})),
            on(target(deadLetterConfig={"arn": UNKNOWN})),
        ],
        mistakes=[
            (on(target()), "events that cannot be delivered are lost after a day"),
            (on(target(deadLetterConfig={})), "events that cannot be delivered are lost after a day"),
        ],
    ),
    Cases(
        rule=trail_everywhere.RULE,
        passes=[on(trail())],
        mistakes=[
            (on(without(trail(), "isMultiRegionTrail")), "the trail records one region"),
            (on(trail(enableLogging=False)), "the trail is off"),
            (on(trail(includeGlobalServiceEvents=False)), "events of global services are left out"),
        ],
        unknown=[(on(trail(isMultiRegionTrail=UNKNOWN)), "isMultiRegionTrail of trail")],
    ),
    Cases(
        rule=trail_key.RULE,
        passes=[on(trail()), on(trail(kmsKeyId=UNKNOWN))],
        mistakes=[(on(without(trail(), "kmsKeyId")), "the trail is not encrypted with a customer managed key")],
    ),
    Cases(
        rule=trail_validation.RULE,
        passes=[on(trail())],
        mistakes=[(on(without(trail(), "enableLogFileValidation")), "log files are not validated")],
        unknown=[(on(trail(enableLogFileValidation=UNKNOWN)), "enableLogFileValidation of trail")],
    ),
    Cases(
        rule=trail_data_events.RULE,
        passes=[on(trail()), on(selected()), on(advanced({"field": "eventCategory", "equals": ["Data"]}))],
        mistakes=[
            (on(without(trail(), "eventSelectors")), "reads and writes of S3 objects are not recorded"),
            (on(selected(readWriteType="WriteOnly")), "reads and writes of S3 objects are not recorded"),
            (on(selected(dataResources=[{"type": "AWS::Lambda::Function"}])), "not recorded"),
            (on(advanced({"field": "readOnly", "equals": ["false"]})), "not recorded"),
        ],
        unknown=[(on(trail(eventSelectors=UNKNOWN)), "eventSelectors of trail")],
    ),
    Cases(
        rule=threat_detection.RULE,
        passes=[on(make("aws:guardduty/detector:Detector", "detector"))],
        mistakes=[(on(make("aws:guardduty/detector:Detector", "detector", enable=False)), "the detector is off")],
        unknown=[(on(make("aws:guardduty/detector:Detector", "detector", enable=UNKNOWN)), "enable of detector")],
    ),
    Cases(
        rule=config_recorder.RULE,
        passes=[on(recorder(), started()), on(without(recorder(), "recordingGroup"), started())],
        mistakes=[
            (on(recorder()), "the recorder is not started"),
            (on(recorder(), started(False)), "the recorder is not started"),
            (on(recorder(allSupported=False), started()), "the recorder leaves resource types out"),
        ],
        unknown=[(on(recorder(), started(UNKNOWN)), "isEnabled of on")],
    ),
    Cases(
        rule=provider_account.RULE,
        passes=[on(provider()), on(provider(allowedAccountIds=[ACCOUNT]))],
        mistakes=[
            (on(provider(allowedAccountIds=None)), "the provider acts in whatever account the credentials are for"),
            (on(provider(allowedAccountIds="[]")), "the provider acts in whatever account"),
        ],
        unknown=[(on(provider(allowedAccountIds=UNKNOWN)), "allowedAccountIds of account")],
    ),
    Cases(
        rule=tags.RULE,
        passes=[
            on(role(tagsAll=TAGS)),
            on(role(tags=TAGS)),
            on(role(), provider()),
            on(role(tagsAll={}), provider()),
            on(role(tags={"project": "screening"}), provider()),
            on(role(tagsAll={**TAGS, "owner": UNKNOWN})),
        ],
        mistakes=[
            (on(role()), "it is not tagged with cost-centre, data-class, owner"),
            (on(role(tagsAll={**TAGS, "data-class": ""})), "it is not tagged with data-class"),
            (on(role(tagsAll={"owner": "x"}), make(PROVIDER, "bare")), "it is not tagged with cost-centre, data-class"),
            (on(role(), provider(), make(PROVIDER, "bare")), "it is not tagged with cost-centre, data-class, owner"),
        ],
        unknown=[
            (on(role(tagsAll=UNKNOWN)), "tagsAll of training"),
            (on(role(), provider(defaultTags=UNKNOWN)), "defaultTags of account"),
        ],
    ),
    Cases(
        rule=kept_data.RULE,
        passes=[on(protected(bucket())), on(protected(having(bucket(), forceDestroy=False)))],
        mistakes=[
            (on(protected(having(bucket(), forceDestroy=True))), "forceDestroy is True on a protected resource"),
            (
                on(protected(make("aws:secretsmanager/secret:Secret", "token", recoveryWindowInDays=0))),
                "recoveryWindowInDays is 0 on a protected resource",
            ),
        ],
        unknown=[(on(protected(having(bucket(), forceDestroy=UNKNOWN))), "forceDestroy of data")],
        excused=[(on(having(bucket(), forceDestroy=True)), "the settings do not protect it")],
    ),
)
