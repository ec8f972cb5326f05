"""How a release goes through a stage's accounts: what a file may say, and what the pipeline is given."""

from __future__ import annotations

from typing import Any

import pytest

from settings.deployments import ProductionDeployment
from settings.rollout import Concurrency, PartialFailure


def deployment(**rollout: Any) -> ProductionDeployment:
    return ProductionDeployment.model_validate({"rollout": rollout})


def test_without_a_word_accounts_follow_one_another_and_none_may_fail() -> None:
    rollout = deployment().rollout
    assert (rollout.max_concurrent_percent, rollout.failure_tolerance_percent) == (1, 0)
    assert rollout.concurrency.mode == "STRICT_FAILURE_TOLERANCE"
    assert rollout.on_partial_failure is PartialFailure.KEEP


def test_soft_concurrency_is_said_in_the_actions_words() -> None:
    assert deployment(concurrency="soft", maxConcurrentPercent=50).rollout.concurrency.mode == "SOFT_FAILURE_TOLERANCE"
    assert Concurrency.SOFT.mode == "SOFT_FAILURE_TOLERANCE"


@pytest.mark.parametrize(
    ("rollout", "words"),
    [
        ({"maxConcurrentPercent": 50}, "maxConcurrentPercent 50 has no effect.*give failureTolerancePercent"),
        ({"onPartialFailure": "rollBack", "failureTolerancePercent": 50}, "goes back as soon as one account fails"),
        ({"failureTolerancePercent": 100}, "less than or equal to 99"),
        ({"maxConcurrentPercent": 0}, "greater than or equal to 1"),
        ({"onPartialFailure": "rollback"}, "keep.*rollBack"),
    ],
)
def test_what_contradicts_itself_is_refused_with_what_to_do(rollout: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){words}"):
        deployment(**rollout)
