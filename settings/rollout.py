"""How a release goes through the accounts of a stage, and what becomes of it where one of them fails.

Sources: botocore, service model of cloudformation (StackSetOperationPreferences); CodePipeline User Guide, "AWS
CloudFormation StackSets deploy action reference", "Configure a stage for automatic rollback".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from settings.section import Section

MaximumPercent = Annotated[int, Field(ge=1, le=100)]
# Where every account may fail, a release that arrives nowhere is no failure.
TolerancePercent = Annotated[int, Field(ge=0, le=99)]


class Concurrency(StrEnum):
    """Whether accounts that may fail bound those that change at a time."""

    STRICT = "strict"
    SOFT = "soft"

    @property
    def mode(self) -> str:
        """The value of the action's ConcurrencyMode."""
        return f"{self.value.upper()}_FAILURE_TOLERANCE"


class PartialFailure(StrEnum):
    """What accounts do that have the release when another one has failed."""

    KEEP = "keep"
    ROLL_BACK = "rollBack"


class RolloutSettings(Section):
    """How a release goes through the accounts of the stage."""

    max_concurrent_percent: MaximumPercent = Field(
        default=1,
        description="Share of the accounts that change at a time, rounded down, at least one.",
    )
    failure_tolerance_percent: TolerancePercent = Field(
        default=0,
        description="Share of the accounts that may fail, rounded down, before the others are left as they are.",
    )
    concurrency: Concurrency = Field(
        default=Concurrency.STRICT,
        description="strict: at most one account more changes at a time than may fail. soft: as many as "
        "maxConcurrentPercent says, whatever fails.",
    )
    on_partial_failure: PartialFailure = Field(
        default=PartialFailure.KEEP,
        validate_default=True,
        description="What accounts do that have the release when another one has failed. keep: they go on with it, and "
        "a retry completes the others. rollBack: the stage goes back to the release before.",
    )


def rollout_fault(rollout: RolloutSettings) -> str:
    """What of a rollout contradicts itself, empty where nothing does."""
    tolerance, at_once = rollout.failure_tolerance_percent, rollout.max_concurrent_percent
    if rollout.concurrency is Concurrency.STRICT and at_once > 1 and not tolerance:
        return (
            f"maxConcurrentPercent {at_once} has no effect: where no account may fail, strict concurrency changes one "
            "at a time. Leave it out, give failureTolerancePercent, or concurrency: soft"
        )
    if rollout.on_partial_failure is PartialFailure.ROLL_BACK and tolerance:
        return (
            "onPartialFailure: rollBack goes back as soon as one account fails, and failureTolerancePercent "
            f"{tolerance} lets some fail: leave one of them out"
        )
    return ""
