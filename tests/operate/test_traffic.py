"""`operate traffic`: what an account says of its endpoint, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operate import traffic
from operate.errors import OperateError
from tests.operate.test_operate import SCREENING

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
VARIANT = {"VariantName": "primary", "CurrentInstanceCount": 9, "DesiredInstanceCount": 10, "CurrentWeight": 1.0}
QUIET = {
    "EndpointStatus": "InService",
    "EndpointConfigName": "config-1",
    "ProductionVariants": [VARIANT],
    "LastDeploymentConfig": {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "WaitIntervalInSeconds": 600,
                "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
            }
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "mlops-screening-production-c1-5xx"}]},
    },
}
BAKING = {"Status": "Baking", "StartTime": NOW, "StatusMessage": "10%"}
SHIFTING = QUIET | {
    "EndpointStatus": "Updating",
    "PendingDeploymentSummary": {
        "EndpointConfigName": "config-2",
        "ProductionVariants": [VARIANT | {"VariantStatus": [BAKING]}],
    },
}


class Clients:
    """Every service of an account; `described` is the endpoint, `deployments` those of the API's function."""

    def __init__(self, described: dict[str, Any], deployments: list[str] | None = None, code: str = "") -> None:
        self.described, self.deployments, self.code = described, deployments, code

    def __call__(self, _: str) -> Any:
        return self

    def describe_endpoint(self, **_: str) -> dict[str, Any]:
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "DescribeEndpoint")
        return self.described

    def describe_alarms(self, AlarmNames: list[str]) -> dict[str, Any]:  # noqa: N803
        found = [{"AlarmName": name, "StateValue": "OK", "StateUpdatedTimestamp": NOW} for name in AlarmNames]
        return {"MetricAlarms": found}

    def list_deployments(self, **_: Any) -> dict[str, Any]:
        if self.deployments is None:
            raise ClientError({"Error": {"Code": "ApplicationDoesNotExistException", "Message": "no"}}, "List")
        return {"deployments": self.deployments}

    def get_deployment(self, **_: str) -> dict[str, Any]:
        return {"deploymentInfo": {"status": "InProgress"}}

    def list_aliases(self, **_: str) -> dict[str, Any]:
        routing = {"AdditionalVersionWeights": {"5": 0.1}} if self.deployments == ["d-1"] else {}
        return {"Aliases": [{"Name": "live", "FunctionVersion": "4", "RoutingConfig": routing}]}


def read(clients: Clients) -> traffic.Traffic:
    return traffic.read(SCREENING, "production", "333333333333", clients)


def test_a_quiet_endpoint_says_what_serves_and_that_nothing_shifts() -> None:
    assert traffic.in_words(read(Clients(QUIET))).splitlines() == [
        "mlops-screening-production in 333333333333: InService; CANARY 10 %, 600 s watched after each step",
        "  serves: config-1, variant primary, 9 of 10 instances, weight 1",
        "  alarm mlops-screening-production-c1-5xx: OK since 12:00:00",
        "  no traffic is shifting",
    ]


def test_a_shift_says_both_fleets_and_its_step() -> None:
    found = read(Clients(SHIFTING))
    assert found.shifting
    assert "  comes: config-2, variant primary, 9 of 10 instances, weight 1: Baking since 12:00:00 (10%)" in (
        traffic.in_words(found).splitlines()
    )


def test_the_apis_deployment_says_which_version_gets_how_many_calls() -> None:
    found = read(Clients(QUIET, ["d-1"]))
    assert found.shifting
    assert "  API: deployment d-1 InProgress, version 4, 10 % of the calls to version 5" in traffic.in_words(found)
    early = traffic.in_words(read(Clients(QUIET, ["d-2"])))
    assert "  API: deployment d-2 InProgress, version 4, no calls moved yet" in early


def test_a_refusal_says_who_may_look() -> None:
    with pytest.raises(OperateError, match=r"no \(AccessDeniedException\); administrators and auditors"):
        read(Clients(QUIET, code="AccessDeniedException"))


def test_an_account_that_the_stage_lacks_is_refused_with_those_that_it_has() -> None:
    assert traffic.accounts_of(SCREENING, "production", "444444444444") == ["444444444444"]
    with pytest.raises(OperateError, match="no account 1; its accounts: 333333333333, 444444444444"):
        traffic.accounts_of(SCREENING, "production", "1")
