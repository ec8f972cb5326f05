"""Cases of the rule in `policies/pack/rules/build_logs.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import build_logs
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.services import build
from tests.policies.pack.rule_cases import Cases, on


def logging_build(**cloudwatch: Any) -> StackResource:
    return having(build(), logsConfig={"cloudwatchLogs": {"status": "ENABLED", "groupName": "/mlops", **cloudwatch}})


CASES = Cases(
    rule=build_logs.RULE,
    passes=[on(logging_build()), on(logging_build(groupName=UNKNOWN))],
    violations=[
        (on(build()), "the build names no log group"),
        (on(logging_build(status="DISABLED")), "the build's CloudWatch logs are off"),
        (
            on(having(build(), logsConfig={"s3Logs": {"status": "ENABLED", "encryptionDisabled": True}})),
            "the build's logs in S3 are not encrypted",
        ),
    ],
    unknown=[(on(logging_build(status=UNKNOWN)), "logsConfig.cloudwatchLogs.status of build")],
)
