"""A stage that CodePipeline ran again by itself, as the release before: what the recorder writes down of it."""

from __future__ import annotations

from tests.functions.release_recorder.account import PRODUCTION, SECOND, Account, changes, execution, tell


def test_a_stage_that_went_back_by_itself_is_written_down_as_what_it_went_back_to() -> None:
    account = Account()
    account.register(1)
    account.register(2)
    first = account.deliver(1, 1, {PRODUCTION: "SUCCEEDED"}, minute=10)
    second = account.deliver(2, 2, {PRODUCTION: "SUCCEEDED", SECOND: "FAILED"}, minute=20)
    back = account.deliver(3, 1, {PRODUCTION: "SUCCEEDED"}, minute=30)
    for name in [key for key in account.objects if execution(3) in key]:
        del account.objects[name]  # it renders nothing
    account.executions[execution(3)]["rollbackMetadata"] = {"rollbackTargetPipelineExecutionId": execution(1)}
    tell(account, first, second, back)
    last = changes(account)[-1]
    assert (last.version, last.cause, last.account) == ("1", "rollback", PRODUCTION)
    assert last.rendered == f"screening/releases/rendered/{execution(1)}"
