"""Each switch of a foundation's guards makes exactly its resources and takes exactly them away again."""

from __future__ import annotations

from pathlib import Path

from tests.stacks.guarded import NOTHING, guarded_in, status, tags, train


def test_with_only_report_a_job_runs_on_and_the_role_could_not_stop_it(tmp_path: Path) -> None:
    for account in guarded_in(tmp_path):
        account.up(correction={"enabled": True, "onlyReport": True})
        account.listen()
        train(account, "outside", VpcConfig=None)
        assert status(account, "outside") == "InProgress"
        assert tags(account, "outside") == {"mlops:breaks-rules": "no VPC"}
        assert len(account.told()) == 1
        policy = account.platform.resources("foundation", "aws:iam/rolePolicy:RolePolicy")["guard-policy"]
        assert "Stop" not in policy.inputs["policy"].replace("stopped-because", "")


def test_endpoints_are_deleted_only_where_that_is_asked_for(tmp_path: Path) -> None:
    for account in guarded_in(tmp_path):
        account.up(**NOTHING | {"correction": {"enabled": True, "deleteEndpoints": True}})
        policy = account.platform.resources("foundation", "aws:iam/rolePolicy:RolePolicy")["guard-policy"]
        assert "sagemaker:DeleteEndpoint" in policy.inputs["policy"]


def test_switched_off_the_guard_leaves_nothing_behind_and_a_job_runs_on(tmp_path: Path) -> None:
    for account in guarded_in(tmp_path):
        account.up(**NOTHING)
        without = account.made()
        account.up(**NOTHING | {"correction": {"enabled": True}})
        added = account.made() - without
        assert {one for one in added if " guard" not in one and " alarms-" not in one} == set()
        assert {"aws:lambda/function:Function guard-function", "aws:sns/topic:Topic alarms-topic"} <= added
        account.up(**NOTHING)
        assert account.made() == without
        train(account, "outside", VpcConfig=None)
        assert status(account, "outside") == "InProgress"
