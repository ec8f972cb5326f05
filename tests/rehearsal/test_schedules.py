"""Rules with a rate send events on the service clock, one at a time, and end with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.service_model.schedule_expressions import BadSchedule, rate_seconds
from tests.rehearsal.codesuite.account import DEV, REGION, CodeSuiteAccount, archive
from tests.rehearsal.test_eventbridge import heard, queue

SLOW = """
import time
def handle(event, context):
    time.sleep(1)
"""


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[CodeSuiteAccount]:
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as suite:
        yield CodeSuiteAccount(cloud, suite)


def schedule(dev: CodeSuiteAccount, target: str, expression: str = "rate(1 minute)") -> None:
    client = dev.client("events")
    client.put_rule(Name="each-minute", ScheduleExpression=expression)
    client.put_targets(Rule="each-minute", Targets=[{"Id": "one", "Arn": target}])


def sent(dev: CodeSuiteAccount) -> int:
    return sum(record.rule.endswith("/each-minute") for record in dev.suite.events.delivered)


def until(found: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def test_a_rule_sends_an_event_each_minute_of_the_service_clock(dev: CodeSuiteAccount) -> None:
    began = time.monotonic()
    schedule(dev, queue(dev))
    until(lambda: sent(dev) >= 3)
    assert time.monotonic() - began >= 3 * dev.cloud.clock.machine_seconds(60)
    event: dict[str, Any] = heard(dev)[0]
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert event["resources"] == [f"arn:aws:events:{REGION}:{DEV}:rule/each-minute"]
    assert event["account"] == DEV


def test_a_disabled_rule_sends_nothing_and_starts_anew_when_it_is_enabled(dev: CodeSuiteAccount) -> None:
    schedule(dev, queue(dev))
    client = dev.client("events")
    client.disable_rule(Name="each-minute")
    dev.cloud.clock.wait(150)
    assert sent(dev) == 0
    client.enable_rule(Name="each-minute")
    until(lambda: sent(dev) == 1)


def test_an_event_waits_until_the_function_has_dealt_with_the_one_before(dev: CodeSuiteAccount) -> None:
    role = dev.role("worker-role", "lambda.amazonaws.com")
    made = dev.client("lambda").create_function(
        FunctionName="worker",
        Runtime="python3.13",
        Role=role,
        Handler="app.handle",
        Code={"ZipFile": archive({"app.py": SLOW})},
        Timeout=20,
    )
    dev.client("lambda").add_permission(
        FunctionName="worker",
        StatementId="schedule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"arn:aws:events:{REGION}:{DEV}:rule/each-minute",
    )
    schedule(dev, made["FunctionArn"])
    until(lambda: sent(dev) >= 2)
    times = [record.at for record in dev.suite.events.delivered if record.rule.endswith("/each-minute")]
    assert times[1] - times[0] >= 1
    assert dev.suite.events.delivered[-1].outcome == "delivered"


def test_a_function_that_lets_no_rule_in_is_not_called_and_its_event_is_lost(dev: CodeSuiteAccount) -> None:
    role = dev.role("worker-role", "lambda.amazonaws.com")
    made = dev.client("lambda").create_function(
        FunctionName="worker",
        Runtime="python3.13",
        Role=role,
        Handler="app.handle",
        Code={"ZipFile": archive({"app.py": SLOW})},
    )
    schedule(dev, made["FunctionArn"])
    until(lambda: sent(dev) >= 1)
    assert dev.suite.events.delivered[-1].outcome == "failed"


@pytest.mark.aws_behavior("rate_seconds")
@pytest.mark.parametrize(
    "expression", ["rate(1 minutes)", "rate(2 minute)", "rate(0 minutes)", "rate(1 week)", "rate(60)", "each minute"]
)
def test_a_rate_that_eventbridge_refuses_is_refused(dev: CodeSuiteAccount, expression: str) -> None:
    with pytest.raises(BadSchedule):
        rate_seconds(expression)
    with pytest.raises(ClientError, match="ScheduleExpression is not valid"):
        dev.client("events").put_rule(Name="wrong", ScheduleExpression=expression)


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 day)", 86_400), ("cron(0 8 * * ? *)", None)],
)
def test_rates_are_understood_and_cron_expressions_send_nothing(expression: str, seconds: float | None) -> None:
    assert rate_seconds(expression) == seconds


def test_the_end_of_the_clock_ends_the_schedules(tmp_path: Path) -> None:
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as suite:
        schedule(CodeSuiteAccount(cloud, suite), f"arn:aws:sqs:{REGION}:{DEV}:nobody")
        cloud.clock.close()
        thread = suite.events.schedules._thread
        thread.join(5)
        assert not thread.is_alive()
