"""Alarms about alarms."""

from __future__ import annotations

import pytest

from rehearsal.cloudwatch.composite import BadRule, alarms_of, in_alarm

STATES = {"errors": "ALARM", "slow": "OK", "few": "INSUFFICIENT_DATA"}


@pytest.mark.aws_behavior("in_alarm")
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('ALARM("errors")', True),
        ("ALARM(errors) AND ALARM(slow)", False),
        ("ALARM(errors) OR ALARM(slow) AND FALSE", True),
        ("(ALARM(errors) OR ALARM(slow)) AND NOT OK(slow)", False),
        ("INSUFFICIENT_DATA(few) AND TRUE", True),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:111111111111:alarm:errors)", True),
    ],
)
def test_a_rule_is_true_of_states(rule: str, expected: bool) -> None:
    assert in_alarm(rule, STATES.__getitem__) is expected


@pytest.mark.parametrize("rule", ["", "ALARM()", "ALARM(errors) ALARM(slow)", "(TRUE", "errors", "AND TRUE"])
def test_a_rule_with_an_error_is_refused(rule: str) -> None:
    with pytest.raises(BadRule):
        alarms_of(rule)


def test_a_rule_names_its_alarms() -> None:
    assert alarms_of('ALARM("errors") OR NOT OK(slow)') == ["errors", "slow"]
