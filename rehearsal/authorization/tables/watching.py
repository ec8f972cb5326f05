"""What watches an account and what an organization forbids. Source of each row: the service's SAR."""

from __future__ import annotations

from rehearsal.authorization.need import Need, Row, Table, needs, own, passes


def _on(prefix: str, resource: str, *actions: str) -> Table:
    return {action: needs(f"{prefix}:{action}", resource) for action in actions}


def _tagging(prefix: str, resource: str, keys: str, tags: str = "Tags") -> Table:
    return {
        "TagResource": needs(f"{prefix}:TagResource", resource, tags=tags),
        "UntagResource": needs(f"{prefix}:UntagResource", resource, keys={"aws:TagKeys": keys}),
        "ListTagsForResource": needs(f"{prefix}:ListTagsForResource", resource),
    }


_TRAIL = own("cloudtrail", "trail/{Name}")
_SELECTED = own("cloudtrail", "trail/{TrailName}")
CLOUDTRAIL: Table = {
    **_on("cloudtrail", _TRAIL, "DeleteTrail", "GetTrail", "GetTrailStatus", "StartLogging", "StopLogging"),
    **_on(
        "cloudtrail",
        _SELECTED,
        "GetEventSelectors",
        "GetInsightSelectors",
        "PutEventSelectors",
        "PutInsightSelectors",
    ),
    "AddTags": needs("cloudtrail:AddTags", "{ResourceId}", tags="TagsList"),
    "CreateTrail": (
        *needs("cloudtrail:CreateTrail", _TRAIL, tags="TagsList"),
        Need(action="cloudtrail:AddTags", resource=_TRAIL, tags="TagsList", when="TagsList"),
        passes("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),
    ),
    "DescribeTrails": needs("cloudtrail:DescribeTrails"),
    "ListTags": needs("cloudtrail:ListTags", "{ResourceIdList}"),
    "RemoveTags": needs("cloudtrail:RemoveTags", "{ResourceId}"),
    "UpdateTrail": (
        *needs("cloudtrail:UpdateTrail", _TRAIL),
        passes("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),
    ),
}

# Ids in these ARNs are AWS's own; requests name the thing otherwise.
_RECORDER = own("config", "configuration-recorder/*")
_RULE = own("config", "config-rule/*")
CONFIG: Table = {
    **_on(
        "config",
        _RECORDER,
        "DeleteConfigurationRecorder",
        "DescribeConfigurationRecorderStatus",
        "DescribeConfigurationRecorders",
        "StartConfigurationRecorder",
        "StopConfigurationRecorder",
    ),
    **_on(
        "config", "*", "DeleteDeliveryChannel", "DescribeConfigRules", "DescribeDeliveryChannels", "PutDeliveryChannel"
    ),
    **_on("config", _RULE, "DeleteConfigRule"),
    **_tagging("config", "{ResourceArn}", "TagKeys"),
    "PutConfigRule": needs("config:PutConfigRule", _RULE, tags="Tags"),
    "PutConfigurationRecorder": (
        *needs("config:PutConfigurationRecorder", _RECORDER, tags="Tags"),
        passes("ConfigurationRecorder.roleARN", "config.amazonaws.com"),
    ),
}

GUARDDUTY: Table = {
    **_on("guardduty", own("guardduty", "detector/{DetectorId}"), "DeleteDetector", "GetDetector", "UpdateDetector"),
    **_tagging("guardduty", "{ResourceArn}", "TagKeys"),
    "CreateDetector": needs("guardduty:CreateDetector", tags="Tags"),
    "ListDetectors": needs("guardduty:ListDetectors"),
}

SECURITY_HUB: Table = {
    **_on(
        "securityhub",
        own("securityhub", "hub/default"),
        "BatchDisableStandards",
        "BatchEnableStandards",
        "DescribeHub",
        "DescribeStandardsControls",
        "DisableSecurityHub",
        "GetEnabledStandards",
        "UpdateSecurityHubConfiguration",
    ),
    **_tagging("securityhub", "{ResourceArn}", "TagKeys"),
    "EnableSecurityHub": needs("securityhub:EnableSecurityHub", own("securityhub", "hub/default"), tags="Tags"),
}

_ANALYZER = own("access-analyzer", "analyzer/{analyzerName}")
ACCESS_ANALYZER: Table = {
    **_on("access-analyzer", _ANALYZER, "DeleteAnalyzer", "GetAnalyzer", "UpdateAnalyzer"),
    **_tagging("access-analyzer", "{resourceArn}", "tagKeys", tags="tags"),
    "CreateAnalyzer": needs("access-analyzer:CreateAnalyzer", _ANALYZER, tags="tags"),
}

_JOB = own("macie2", "classification-job/{jobId}")
MACIE: Table = {
    **_on("macie2", "*", "DisableMacie", "EnableMacie", "GetMacieSession", "UpdateMacieSession"),
    **_on("macie2", _JOB, "DescribeClassificationJob", "UpdateClassificationJob"),
    **_tagging("macie2", "{resourceArn}", "tagKeys", tags="tags"),
    "CreateClassificationJob": needs(
        "macie2:CreateClassificationJob", own("macie2", "classification-job/*"), tags="tags"
    ),
}

# The organization's id is not in a request; ids of policies are unique by themselves.
_POLICY = "arn:{partition}:organizations::{account}:policy/*/{PolicyId}"
_TARGETED: Row = (
    Need(action="organizations:AttachPolicy", resource=_POLICY),
    Need(action="organizations:AttachPolicy", resource="arn:{partition}:organizations::{account}:*/{TargetId}"),
)
_RELEASED: Row = (
    Need(action="organizations:DetachPolicy", resource=_POLICY),
    Need(action="organizations:DetachPolicy", resource="arn:{partition}:organizations::{account}:*/{TargetId}"),
)
ORGANIZATIONS: Table = {
    **_on("organizations", _POLICY, "DeletePolicy", "DescribePolicy", "ListTargetsForPolicy", "UpdatePolicy"),
    "AttachPolicy": _TARGETED,
    "CreatePolicy": needs("organizations:CreatePolicy", tags="Tags", keys={"organizations:PolicyType": "Type"}),
    "DescribeOrganization": needs("organizations:DescribeOrganization"),
    "DetachPolicy": _RELEASED,
    "ListPoliciesForTarget": needs(
        "organizations:ListPoliciesForTarget", "arn:{partition}:organizations::{account}:*/{TargetId}"
    ),
    "ListTagsForResource": needs(
        "organizations:ListTagsForResource", "arn:{partition}:organizations::{account}:*/{ResourceId}"
    ),
    "TagResource": needs(
        "organizations:TagResource", "arn:{partition}:organizations::{account}:*/{ResourceId}", tags="Tags"
    ),
}
