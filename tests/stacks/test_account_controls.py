"""Each switch of a foundation's guards makes exactly its resources and takes exactly them away again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from components.detection_config import RULES
from components.detection_findings import PATTERNS
from components.detection_services import FEATURES
from rehearsal.engine.state import StackFailed
from tests.stacks.account_controls import (
    ACCOUNT,
    NOTHING,
    REGION,
    RemediatedAccount,
    account_with_controls,
    status,
    tags,
    train,
)

SHARED = {
    "alarms-policy",
    "alarms-topic",
    "dead-letters-age",
    "dead-letters-alarm",
    "dead-letters-queue",
    "guards-key-alias",
    "guards-key-key",
}
BUCKET = ("bucket", "encryption", "lifecycle", "ownership", "policy", "public-access", "versioning")
LOGS = {f"logs-{part}" for part in BUCKET}


def evidence(purpose: str) -> set[str]:
    return LOGS | {f"{purpose}-{part}" for part in (*BUCKET, "logging")}


def findings(detector: str) -> set[str]:
    return {f"{detector}-findings-rule", f"{detector}-findings-topic"}


DETECTORS: dict[str, set[str]] = {
    "accessAnalyzer": {"access-analyzer"} | findings("access-analyzer"),
    "configRules": evidence("config")
    | {"config-channel", "config-recorder", "config-role", "config-started"}
    | {f"config-{rule}" for rule in RULES}
    | findings("config-rules"),
    "guardDuty": {"threats-detector", *(f"threats-{name.lower().replace('_', '-')}" for name in FEATURES)}
    | findings("guard-duty"),
    "macie": {"content-session"} | findings("macie"),
    "securityHub": {"posture-best-practices", "posture-hub"} | findings("security-hub"),
    "trail": evidence("trail") | {"trail-key-alias", "trail-key-key", "trail-trail"} | findings("trail"),
}
GUARD = {"guard-calls", "guard-function", "guard-logs", "guard-policy", "guard-role", "guard-states"}
OFF = {"enabled": False}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemediatedAccount]:
    """An account whose switches are turned, one after the other."""
    yield from account_with_controls(tmp_path_factory.mktemp("switched"))


def names(account: RemediatedAccount) -> set[str]:
    found = account.platform.world.engine.stacks["foundation"].resources.values()
    return {one.name for one in found if one.managed}


def detection(**on: Any) -> dict[str, Any]:
    """Settings with nothing on but this."""
    return {"correction": OFF, "detection": {**NOTHING["detection"], **on}}


def resource(account: RemediatedAccount, name: str) -> dict[str, Any]:
    found = account.platform.world.engine.stacks["foundation"].resources.values()
    return dict(next(one for one in found if one.managed and one.name == name).inputs)


@pytest.mark.parametrize("switch", sorted(DETECTORS))
def test_a_detector_is_made_whole_and_leaves_nothing_behind(account: RemediatedAccount, switch: str) -> None:
    account.up(**NOTHING)
    without = account.made(), names(account)
    account.up(**detection(**{switch: True}))
    assert names(account) - without[1] == DETECTORS[switch] | SHARED
    assert account.platform.world.missing("foundation") == []
    account.up(**NOTHING)
    assert account.made() == without[0]


def test_correction_is_made_whole_and_leaves_nothing_behind(account: RemediatedAccount) -> None:
    account.up(**NOTHING)
    without = account.made(), names(account)
    account.up(**NOTHING | {"correction": {"enabled": True}})
    assert names(account) - without[1] == GUARD | SHARED
    account.up(**NOTHING)
    assert account.made() == without[0]
    train(account, "unwatched", VpcConfig=None)
    assert status(account, "unwatched") == "InProgress"


def test_all_detectors_stand_together(account: RemediatedAccount) -> None:
    account.up(**detection(**dict.fromkeys(DETECTORS, True)))
    assert set().union(*DETECTORS.values()) | SHARED <= names(account)
    assert account.platform.world.missing("foundation") == []


def test_a_second_foundation_run_changes_nothing(account: RemediatedAccount) -> None:
    account.up(**detection(**dict.fromkeys(DETECTORS, True)))
    before = len(account.platform.recorder.requests)
    account.up(**detection(**dict.fromkeys(DETECTORS, True)))
    assert [line.operation for line in account.platform.recorder.since(before) if line.writes] == []


# ---- correction's own switches


def test_with_only_report_a_job_runs_on_and_the_role_could_not_stop_it(account: RemediatedAccount) -> None:
    account.up(**NOTHING | {"correction": {"enabled": True, "onlyReport": True}})
    account.listen()
    train(account, "outside", VpcConfig=None)
    assert status(account, "outside") == "InProgress"
    assert tags(account, "outside") == {"mlops:breaks-rules": "no VPC"}
    assert len(account.reported()) == 1
    allowed = json.loads(resource(account, "guard-policy")["policy"])["Statement"]
    assert not [statement["Sid"] for statement in allowed if "sagemaker:Stop" in str(statement["Action"])]


@pytest.mark.parametrize("wanted", [True, False])
def test_endpoints_are_deleted_only_where_that_is_asked_for(account: RemediatedAccount, wanted: bool) -> None:
    account.up(**NOTHING | {"correction": {"enabled": True, "deleteEndpoints": wanted}})
    assert ("sagemaker:DeleteEndpoint" in resource(account, "guard-policy")["policy"]) == wanted


# ---- what stands, looked at


def test_the_trail_sees_all_regions_and_the_platforms_objects_but_not_its_own_files(account: RemediatedAccount) -> None:
    account.up(**detection(trail=True))
    trail = resource(account, "trail-trail")
    assert trail["isMultiRegionTrail"] is True
    assert trail["enableLogFileValidation"] is True
    objects = trail["advancedEventSelectors"][1]["fieldSelectors"][2]
    assert objects["startsWiths"] == ["arn:aws:s3:::mlops-"]
    assert objects["notStartsWiths"] == ["arn:aws:s3:::mlops-foundation-"]
    client = account.client("cloudtrail")
    assert client.get_trail_status(Name="mlops-foundation-trail")["IsLogging"] is True
    selectors = client.get_event_selectors(TrailName="mlops-foundation-trail")["AdvancedEventSelectors"]
    assert [selector["Name"] for selector in selectors] == ["Changes", "Objects of the platform"]


def test_config_records_everything_and_is_started_with_the_role_that_the_account_may_have_already(
    account: RemediatedAccount,
) -> None:
    account.up(**detection(configRules=True))
    recorder = account.client("config").describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]
    assert recorder["recording"] is True
    assert resource(account, "config-recorder")["recordingGroup"] == {
        "allSupported": True,
        "includeGlobalResourceTypes": True,
    }
    account.up(**NOTHING)
    account.up(**detection(configRules=True, configRoleExists=True))
    assert "config-role" not in names(account)
    assert resource(account, "config-recorder")["roleArn"] == (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    )


def test_guard_duty_looks_at_s3_and_functions_and_not_at_what_the_platform_has_not(account: RemediatedAccount) -> None:
    account.up(**detection(guardDuty=True))
    client = account.client("guardduty")
    features = client.get_detector(DetectorId=client.list_detectors()["DetectorIds"][0])["Features"]
    on = {feature["Name"] for feature in features if feature["Status"] == "ENABLED"}
    assert on == {"LAMBDA_NETWORK_LOGS", "S3_DATA_EVENTS"}
    assert {feature["Name"] for feature in features} == FEATURES.keys()


def test_macie_reads_only_buckets_that_are_named(account: RemediatedAccount) -> None:
    bucket = f"mlops-dev-data-{ACCOUNT}-{REGION}"
    dev = account.platform.settings("dev")
    account.platform.write("dev", dev | {"inspected": ["data"]})
    account.up(**detection(macie=True, macieBuckets=[bucket]))
    account.platform.write("dev", dev)
    definitions = resource(account, "content-job")["s3JobDefinition"]["bucketDefinitions"]
    assert definitions == [{"accountId": ACCOUNT, "buckets": [bucket]}]


FOUND = {
    "access-analyzer": ("aws.access-analyzer", "Access Analyzer Finding", {"status": "ACTIVE"}, {"status": "RESOLVED"}),
    "config-rules": (
        "aws.config",
        "Config Rules Compliance Change",
        {"newEvaluationResult": {"complianceType": "NON_COMPLIANT"}},
        {"newEvaluationResult": {"complianceType": "COMPLIANT"}},
    ),
    "guard-duty": ("aws.guardduty", "GuardDuty Finding", {"severity": 5}, {"severity": 2}),
    "macie": (
        "aws.macie",
        "Macie Finding",
        {"severity": {"description": "High"}},
        {"severity": {"description": "Low"}},
    ),
    "security-hub": (
        "aws.securityhub",
        "Security Hub Findings - Imported",
        {
            "findings": [
                {
                    "ProductName": "Security Hub",
                    "RecordState": "ACTIVE",
                    "Severity": {"Label": "HIGH"},
                    "Workflow": {"Status": "NEW"},
                }
            ]
        },
        {
            "findings": [
                {
                    "ProductName": "GuardDuty",
                    "RecordState": "ACTIVE",
                    "Severity": {"Label": "HIGH"},
                    "Workflow": {"Status": "NEW"},
                }
            ]
        },
    ),
    "trail": (
        "aws.cloudtrail",
        "AWS API Call via CloudTrail",
        {"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging"},
        {"eventSource": "cloudtrail.amazonaws.com", "eventName": "LookupEvents"},
    ),
}


def test_findings_reach_the_topic_and_only_those_that_somebody_must_see(account: RemediatedAccount) -> None:
    account.up(**NOTHING)
    account.up(**detection(**dict.fromkeys(DETECTORS, True)))
    account.listen()
    assert FOUND.keys() == PATTERNS.keys()
    for source, detail_type, severe, harmless in FOUND.values():
        for detail in (severe, harmless):
            account.runtime.suite.emit(
                ACCOUNT, REGION, {"source": source, "detail-type": detail_type, "detail": detail}
            )
    account.settle()
    failed = [one for one in account.runtime.suite.events.delivered if one.outcome != "delivered"]
    assert failed == []
    reported = sorted(json.loads(text)["source"] for text in account.reported())
    assert reported == sorted(source for source, *_ in FOUND.values())


# ---- the organization


def organization(account: RemediatedAccount) -> str:
    """An organization of this account, with service control policies; gives its root."""
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = str(client.list_roots()["Roots"][0]["Id"])
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    return root


def test_the_service_control_policy_is_attached_to_its_targets_and_taken_away(account: RemediatedAccount) -> None:
    root = organization(account)
    account.up(**NOTHING)
    without = account.made()
    owners = [f"arn:aws:iam::{ACCOUNT}:role/owner"]
    account.up(**NOTHING | {"prevention": {"serviceControlPolicy": [root], "owners": owners}})
    assert account.made() - without == {
        "aws:organizations/policy:Policy prevention",
        f"aws:organizations/policyAttachment:PolicyAttachment prevention-{root}",
    }
    assert account.platform.world.missing("foundation") == []
    client = account.client("organizations")
    attached = client.list_policies_for_target(TargetId=root, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert "mlops-foundation-prevention" in {policy["Name"] for policy in attached}
    assert "arn:aws:iam::*:role/owner" in resource(account, "prevention")["content"]
    account.up(**NOTHING)
    assert account.made() == without


def test_a_service_control_policy_without_owners_is_refused_before_anything_is_made(account: RemediatedAccount) -> None:
    with pytest.raises((StackFailed, SystemExit, ValueError), match="owners"):
        account.up(**NOTHING | {"prevention": {"serviceControlPolicy": ["r-ab12"]}})
