"""What watches over an account: CloudTrail, AWS Config, GuardDuty, Security Hub, Access Analyzer, Macie."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row, Values, put
from rehearsal.engine.table.tagging import Tagging

_TRAIL = {"Name": "{name}"}
TRAIL = Row(
    type="aws:cloudtrail/trail:Trail",
    service="cloudtrail",
    create=Call(
        operation="CreateTrail",
        places={"cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn"},
        defaults={"includeGlobalServiceEvents": True},
    ),
    id="TrailARN",
    name="name",
    then=(
        Call(
            operation="PutEventSelectors",
            takes=("advancedEventSelectors", "eventSelectors"),
            fills={"TrailName": "{name}"},
            places={
                "advancedEventSelectors.fieldSelectors.startsWiths": "StartsWith",
                "advancedEventSelectors.fieldSelectors.notStartsWiths": "NotStartsWith",
            },
        ),
        Call(
            operation="StartLogging",
            takes=("enableLogging",),
            places={"enableLogging": "-"},
            fills=_TRAIL,
            when=lambda known: known.get("enableLogging") is not False,
            unset=Call(operation="StopLogging", fills=_TRAIL),
        ),
    ),
    read=Read(
        operation="GetTrail",
        fills=_TRAIL,
        at="Trail",
        gives={"enableLogFileValidation": "LogFileValidationEnabled", "arn": "TrailARN"},
    ),
    also=(
        Read(
            operation="GetTrailStatus",
            fills=_TRAIL,
            gives={"enableLogging": "IsLogging"},
            only_gives=True,
        ),
    ),
    update=(Call(operation="UpdateTrail", places={"cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn"}),),
    delete=(Call(operation="DeleteTrail", fills=_TRAIL),),
    gives={"arn": "TrailARN", "homeRegion": "{region}"},
    tagging=Tagging(tag="AddTags", untag="RemoveTags", fills={"ResourceId": "{arn}"}, places={"tags": "TagsList"}),
)

_RECORDER = {"ConfigurationRecorderName": "{name}"}
RECORDER = Row(
    type="aws:cfg/recorder:Recorder",
    service="config",
    told=True,
    **put(
        "PutConfigurationRecorder",
        places={
            "name": "ConfigurationRecorder.name",
            "roleArn": "ConfigurationRecorder.roleARN",
            "recordingGroup": "ConfigurationRecorder.recordingGroup",
            "recordingMode": "ConfigurationRecorder.recordingMode",
        },
    ),
    id="{name}",
    name="name",
    replaces=("name",),
    read=Read(
        operation="DescribeConfigurationRecorders",
        fills={"ConfigurationRecorderNames": ["{name}"]},
        at="ConfigurationRecorders[0]",
    ),
    delete=(Call(operation="DeleteConfigurationRecorder", fills=_RECORDER),),
)

_CHANNEL = {"DeliveryChannelName": "{name}"}
CHANNEL = Row(
    type="aws:cfg/deliveryChannel:DeliveryChannel",
    service="config",
    told=True,
    **put(
        "PutDeliveryChannel",
        places={
            "name": "DeliveryChannel.name",
            "s3BucketName": "DeliveryChannel.s3BucketName",
            "s3KeyPrefix": "DeliveryChannel.s3KeyPrefix",
            "s3KmsKeyArn": "DeliveryChannel.s3KmsKeyArn",
            "snsTopicArn": "DeliveryChannel.snsTopicARN",
            "snapshotDeliveryProperties": "DeliveryChannel.configSnapshotDeliveryProperties",
        },
    ),
    id="{name}",
    name="name",
    replaces=("name",),
    read=Read(
        operation="DescribeDeliveryChannels",
        fills={"DeliveryChannelNames": ["{name}"]},
        at="DeliveryChannels[0]",
    ),
    delete=(Call(operation="DeleteDeliveryChannel", fills=_CHANNEL),),
    unread={"s3KmsKeyArn": "the in-memory AWS keeps no key of a channel"},
)

RECORDER_STATUS = Row(
    type="aws:cfg/recorderStatus:RecorderStatus",
    service="config",
    told=True,
    create=Call(
        operation="StartConfigurationRecorder", places={"isEnabled": "-"}, fills=_RECORDER, takes=("isEnabled",)
    ),
    id="{name}",
    read=Read(
        operation="DescribeConfigurationRecorderStatus",
        fills={"ConfigurationRecorderNames": ["{name}"]},
        at="ConfigurationRecordersStatus[0]",
        gives={"isEnabled": "recording"},
    ),
    replaces=("name", "isEnabled"),
    delete=(Call(operation="StopConfigurationRecorder", fills=_RECORDER),),
)

_RULE = {"ConfigRuleName": "{name}"}
RULE = Row(
    type="aws:cfg/rule:Rule",
    service="config",
    told=True,
    **put(
        "PutConfigRule",
        places={
            "name": "ConfigRule.ConfigRuleName",
            "description": "ConfigRule.Description",
            "inputParameters": "ConfigRule.InputParameters",
            "maximumExecutionFrequency": "ConfigRule.MaximumExecutionFrequency",
            "scope": "ConfigRule.Scope",
            "source": "ConfigRule.Source",
        },
    ),
    id="{name}",
    name="name",
    replaces=("name",),
    read=Read(operation="DescribeConfigRules", fills={"ConfigRuleNames": ["{name}"]}, at="ConfigRules[0]"),
    delete=(Call(operation="DeleteConfigRule", fills=_RULE),),
    gives={"arn": "arn:{partition}:config:{region}:{account}:config-rule/{name}"},
    tagging=Tagging(fills={"ResourceArn": "{arn}"}),
)

_DETECTOR = {"DetectorId": "{id}"}
DETECTOR = Row(
    type="aws:guardduty/detector:Detector",
    service="guardduty",
    told=True,
    create=Call(operation="CreateDetector", defaults={"enable": True}),
    id="DetectorId",
    read=Read(
        operation="GetDetector",
        fills=_DETECTOR,
        gives={"enable": "Status=='ENABLED'"},
    ),
    update=(Call(operation="UpdateDetector", fills=_DETECTOR),),
    delete=(Call(operation="DeleteDetector", fills=_DETECTOR),),
    gives={"arn": "arn:{partition}:guardduty:{region}:{account}:detector/{id}"},
    tagging=Tagging(fills={"ResourceArn": "{arn}"}),
)


def _feature(values: Values, known: Values) -> Values:
    """GuardDuty changes features by a list in its detector's update."""
    return {"features": [{name: known[name] for name in ("name", "status")}]} if values else values


FEATURE = Row(
    type="aws:guardduty/detectorFeature:DetectorFeature",
    service="guardduty",
    told=True,
    **put("UpdateDetector", shapes=_feature, fills={"DetectorId": "{detectorId}"}),
    id="{detectorId}/{name}",
    replaces=("detectorId", "name"),
    read=Read(
        operation="GetDetector",
        fills={"DetectorId": "{detectorId}"},
        at="Features[?Name=='{name}'] | [0]",
    ),
    # A feature is never gone, as long as its detector is there: the provider leaves it as it is.
    delete=(),
    ignored={"additionalConfigurations": "of runtime monitoring, which the platform has not"},
)

HUB = Row(
    type="aws:securityhub/account:Account",
    service="securityhub",
    told=True,
    create=Call(operation="EnableSecurityHub", takes=("enableDefaultStandards", "controlFindingGenerator")),
    id="{account}",
    then=(Call(operation="UpdateSecurityHubConfiguration", takes=("autoEnableControls",)),),
    read=Read(operation="DescribeHub"),
    replaces=("enableDefaultStandards",),
    delete=(Call(operation="DisableSecurityHub"),),
    gives={"arn": "arn:{partition}:securityhub:{region}:{account}:hub/default"},
    unread={"enableDefaultStandards": "AWS does not tell later"},
)


def _subscribed(values: Values, _: Values) -> Values:
    return {"requests": [{"standardsArn": values["standardsArn"]}]} if "standardsArn" in values else values


STANDARD = Row(
    type="aws:securityhub/standardsSubscription:StandardsSubscription",
    service="securityhub",
    told=True,
    create=Call(
        operation="BatchEnableStandards",
        shapes=_subscribed,
        places={"requests": "StandardsSubscriptionRequests"},
    ),
    id="StandardsSubscriptions[0].StandardsSubscriptionArn",
    replaces=("standardsArn",),
    read=Read(
        operation="GetEnabledStandards",
        fills={"StandardsSubscriptionArns": ["{id}"]},
        at="StandardsSubscriptions[0]",
    ),
    delete=(Call(operation="BatchDisableStandards", fills={"StandardsSubscriptionArns": ["{id}"]}),),
)

ANALYZER = Row(
    type="aws:accessanalyzer/analyzer:Analyzer",
    service="accessanalyzer",
    told=True,
    create=Call(operation="CreateAnalyzer", defaults={"type": "ACCOUNT"}),
    id="{analyzerName}",
    name="analyzerName",
    replaces=("analyzerName", "type", "configuration"),
    read=Read(operation="GetAnalyzer", at="analyzer"),
    delete=(Call(operation="DeleteAnalyzer"),),
    gives={"arn": "arn"},
    tagging=Tagging(fills={"resourceArn": "{arn}"}),
)

MACIE = Row(
    type="aws:macie2/account:Account",
    service="macie2",
    told=True,
    create=Call(operation="EnableMacie"),
    id="{account}",
    read=Read(operation="GetMacieSession"),
    update=(Call(operation="UpdateMacieSession"),),
    delete=(Call(operation="DisableMacie"),),
)

_WEEKLY = {"weeklySchedule": "weeklySchedule.dayOfWeek", "monthlySchedule": "monthlySchedule.dayOfMonth"}
MACIE_JOB = Row(
    type="aws:macie2/classificationJob:ClassificationJob",
    service="macie2",
    told=True,
    create=Call(
        operation="CreateClassificationJob",
        places={f"scheduleFrequency.{name}": path for name, path in _WEEKLY.items()},
    ),
    id="jobId",
    name="name",
    read=Read(
        operation="DescribeClassificationJob",
        fills={"jobId": "{id}"},
        gone="jobStatus=='CANCELLED'",
        gives={
            "scheduleFrequency": "scheduleFrequency && {weeklySchedule: scheduleFrequency.weeklySchedule.dayOfWeek}"
        },
    ),
    # A job cannot be deleted: the provider cancels it.
    delete=(Call(operation="UpdateClassificationJob", fills={"jobId": "{id}", "jobStatus": "CANCELLED"}),),
    gives={"jobArn": "jobArn"},
)

ROWS = (
    TRAIL,
    RECORDER,
    CHANNEL,
    RECORDER_STATUS,
    RULE,
    DETECTOR,
    FEATURE,
    HUB,
    STANDARD,
    ANALYZER,
    MACIE,
    MACIE_JOB,
)
