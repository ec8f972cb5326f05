"""The order in which a project's models reach its stages: the platform's, not the file's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.values import DeploymentStage, Description

ORDER = tuple(DeploymentStage)


def _in_words(value: str) -> str:
    if len(value.split()) < 3:
        raise ValueError("is no reason that an approver could weigh: give one of three words at least")
    return value


Reason = Annotated[Description, Field(max_length=256), AfterValidator(_in_words)]


def order_fault(stages: Sequence[DeploymentStage], reason: str | None, *, known: bool = True) -> str | None:
    """Why models do not pass the stages so; None where they do.

    `reason` is why there is no staging; `known` is whether what the file says of it could be read.
    """
    ordered = [stage for stage in ORDER if stage in stages]
    if list(stages) != ordered:
        return (
            f"has {stages[0]} before {stages[1]}: models pass {' and then '.join(ORDER)}; write [{', '.join(ordered)}]"
        )
    if ordered == [DeploymentStage.PRODUCTION] and known and not reason:
        return (
            "has no staging, so that nothing serves and tests a model before production: write [staging, production], "
            "or say in withoutStaging why there is none"
        )
    if reason and ordered != [DeploymentStage.PRODUCTION]:
        return (
            "withoutStaging says why there is no staging in production's way, which these stages are not: drop it, or "
            "write stages: [production]"
        )
    return None
