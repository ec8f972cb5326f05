"""What a journey says of a release is what its pipeline's actions and the stages' accounts show."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from rehearsal.codesuite.execution import FAILED, IN_PROGRESS, SUCCEEDED, ExecutionTrigger, PipelineExecution
from rehearsal.codesuite.structure import ActionDeclaration, PipelineDeclaration, StageDeclaration
from rehearsal.journey import claims
from rehearsal.journey.claims import Kind, ReleaseAction

SETS = {"mlops-p-staging": "staging", "mlops-p-production": "production"}
BOTH = {"staging": {"222222222222": True}, "production": {"333333333333": True}}
NOWHERE = {"staging": {"222222222222": False}, "production": {"333333333333": False}}


def action(name: str, category: str, **configuration: str) -> ActionDeclaration:
    return ActionDeclaration(
        name=name,
        category=category,
        provider="",
        order=1,
        configuration=configuration,
        inputs=(),
        outputs=(),
        namespace="",
        role_arn=None,
        seconds=None,
    )


def pipeline(stages: Sequence[str]) -> PipelineDeclaration:
    """A deploy pipeline as a project with these stages has it."""
    parts = [StageDeclaration("Source", (action("Source", "Source"),))]
    for stage in stages:
        if stage == "production":
            parts.append(StageDeclaration("Approve", (action("Approve", "Approval"),)))
        updates = [action(name, "Deploy", StackSetName=f"mlops-p-{stage}") for name in ("Deregister", "Update")]
        variables = json.dumps([{"name": "STAGE", "value": stage, "type": "PLAINTEXT"}])
        parts.append(StageDeclaration(stage.capitalize(), tuple(updates)))
        parts.append(StageDeclaration(f"Check{stage}", (action("Check", "Test", EnvironmentVariables=variables),)))
    return PipelineDeclaration(
        name="mlops-p-deploy", version=1, role_arn="", mode="QUEUED", bucket="", key_id=None, stages=tuple(parts)
    )


def run_until(stages: Sequence[str], last: str = "", status: str = SUCCEEDED) -> list[ReleaseAction]:
    """What an execution did that succeeded until stage `last` of its pipeline, whose last action has a status."""
    declaration = pipeline(stages)
    execution = PipelineExecution(declaration, "111111111111", "eu-west-1", ExecutionTrigger(), {}, {})
    for stage in execution.stages:
        for state in stage.actions:
            state.status = SUCCEEDED
        if stage.name == last:
            stage.actions[-1].status = status
            break
    return claims.happened(execution, SETS)


def titles(stages: Sequence[str]) -> tuple[str, str]:
    actions = claims.declared(pipeline(stages), SETS)
    before = claims.before_question(actions)
    return claims.title(before), claims.title(actions[len(before) :])


def test_staging_before_production_is_delivered_tested_and_approved() -> None:
    assert titles(["staging", "production"]) == (
        "Deliver to staging and test it",
        "Approve, deliver to production and test it",
    )
    assert claims.told(run_until(["staging", "production"]), BOTH) == (
        "delivered to staging (in service in 222222222222), staging tested, approved, "
        "delivered to production (in service in 333333333333), production tested"
    )


def test_at_the_question_nothing_is_said_of_what_comes_after_it() -> None:
    actions = run_until(["staging", "production"], "Approve", IN_PROGRESS)
    assert claims.told(actions, BOTH) == "delivered to staging (in service in 222222222222), staging tested"
    assert claims.summary_for_approver(actions) == "tested: staging"


@pytest.mark.parametrize("stages", [["production"], ["production", "staging"]])
def test_production_first_is_never_told_as_tested_in_staging(stages: list[str]) -> None:
    before, after = titles(stages)
    assert before == "Ask for approval"
    assert after.startswith("Approve, deliver to production")
    actions = run_until(stages, "Approve", IN_PROGRESS)
    assert claims.told(actions, NOWHERE) == "nothing was delivered; nothing was tested before the approval"
    assert claims.summary_for_approver(actions) == "nothing was tested before"
    ended = claims.told(run_until(stages), BOTH)
    assert ended.startswith("approved, delivered to production (in service in 333333333333), production tested")
    assert ended.endswith("; nothing was tested before the approval")


def test_production_alone_does_not_mention_staging() -> None:
    assert "staging" not in " ".join([*titles(["production"]), claims.told(run_until(["production"]), BOTH)])


def test_staging_alone_has_no_approval_to_speak_of() -> None:
    told = claims.told(run_until(["staging"]), BOTH)
    assert told == "delivered to staging (in service in 222222222222), staging tested"
    assert claims.before_question(run_until(["staging"])) == run_until(["staging"])


def test_a_delivery_or_test_that_failed_is_not_told() -> None:
    update = run_until(["staging", "production"], "Staging", FAILED)
    assert claims.told(update, NOWHERE) == "nothing was delivered"
    test = run_until(["staging", "production"], "Checkstaging", FAILED)
    assert claims.told(test, BOTH) == "delivered to staging (in service in 222222222222)"


def test_accounts_that_do_not_serve_are_named_and_are_a_fault() -> None:
    actions = run_until(["staging", "production"])
    half = {**BOTH, "production": {"333333333333": True, "444444444444": False}}
    assert "production (in service in 333333333333; not in service in 444444444444)" in claims.told(actions, half)
    assert claims.not_serving(actions, half) == ["production"]
    assert claims.not_serving(actions, BOTH) == []
    assert claims.not_serving(actions, {"staging": {}}) == ["staging", "production"]


def test_which_accounts_serve_is_told_by_stage() -> None:
    assert claims.in_words("production", BOTH) == "production serves it in 333333333333"
    assert claims.in_words("production", NOWHERE) == "production serves nothing"
    assert claims.in_words("production", {}) == "the project has no production"


def test_an_approval_is_the_border_of_the_two_steps() -> None:
    kinds = [each.kind for each in claims.before_question(claims.declared(pipeline(["staging", "production"]), SETS))]
    assert kinds == [Kind.DELIVER, Kind.DELIVER, Kind.TEST]
