"""What an operation's preferences allow: how many accounts of a Region may fail, and how many change at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior


@aws_behavior('AWS CloudFormation API Reference, "StackSetOperationPreferences": FailureTolerancePercentage')
def tolerated(preferences: Mapping[str, Any], accounts: int) -> int:
    """How many accounts of a Region may fail before the operation is stopped there; a percentage is rounded down."""
    if "FailureToleranceCount" in preferences:
        return int(preferences["FailureToleranceCount"])
    return accounts * int(preferences.get("FailureTolerancePercentage", 0)) // 100


@aws_behavior(
    'AWS CloudFormation API Reference, "StackSetOperationPreferences": MaxConcurrentCount, MaxConcurrentPercentage',
    'AWS CloudFormation API Reference, "StackSetOperationPreferences": ConcurrencyMode',
)
def at_once(preferences: Mapping[str, Any], accounts: int, failed: int) -> int:
    """How many accounts of a Region change at a time: a percentage is rounded down, but to no less than one.

    With strict concurrency at most one more than may still fail when so many have `failed`.
    """
    if "MaxConcurrentCount" in preferences:
        most = int(preferences["MaxConcurrentCount"])
    else:
        most = max(1, accounts * int(preferences.get("MaxConcurrentPercentage", 0)) // 100)
    if preferences.get("ConcurrencyMode") == "SOFT_FAILURE_TOLERANCE":
        return most
    return max(1, min(most, tolerated(preferences, accounts) + 1 - failed))
