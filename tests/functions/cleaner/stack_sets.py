"""CloudFormation with StackSets, as a cleaner sees it."""

from __future__ import annotations

from typing import Any

from tests.functions.cleaner.faults import Client, refused

Instance = tuple[str, str]


class StackSets:
    """StackSets with instances.

    An operation takes `looks` looks; instances in `stuck` accounts are never deleted, for the reason given, unless
    their stacks are retained; another operation keeps the first `busy` requests out.
    """

    def __init__(
        self, sets: dict[str, list[Instance]], *, looks: int = 0, stuck: dict[str, str] | None = None, busy: int = 0
    ) -> None:
        self.sets, self.looks, self.stuck, self.busy = sets, looks, stuck or {}, busy
        self.deleting: dict[str, Any] = {}
        self.client = Client(
            describe_stack_set=self._describe,
            list_stack_instances=lambda **given: {
                "Summaries": [{"Account": a, "Region": r} for a, r in self.sets[given["StackSetName"]]]
            },
            list_stack_set_operations=lambda **_: {
                "Summaries": [{"OperationId": "op-0", "Action": "UPDATE", "Status": "RUNNING"}] if self.busy > 0 else []
            },
            delete_stack_instances=self._delete_instances,
            describe_stack_set_operation=self._operation,
            list_stack_set_operation_results=self._results,
            delete_stack_set=self._delete,
        )

    def _describe(self, StackSetName: str) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        if StackSetName not in self.sets:
            raise refused("StackSetNotFoundException")
        return {}

    def _delete_instances(self, **given: Any) -> dict[str, str]:
        self.busy -= 1
        if self.busy >= 0:
            raise refused("OperationInProgressException", "Another Operation on StackSet is in progress")
        self.deleting = {**given, "looks": 0}
        return {"OperationId": "op-1"}

    def _operation(self, **_: Any) -> dict[str, Any]:
        self.deleting["looks"] += 1
        if self.deleting["looks"] <= self.looks:
            return {"StackSetOperation": {"Status": "RUNNING"}}
        name, accounts = self.deleting["StackSetName"], self.deleting["Accounts"]
        stays = {a for a in accounts if a in self.stuck and not self.deleting["RetainStacks"]}
        self.sets[name] = [each for each in self.sets[name] if each[0] not in accounts or each[0] in stays]
        return {"StackSetOperation": {"Status": "FAILED" if stays else "SUCCEEDED"}}

    def _results(self, StackSetName: str, OperationId: str) -> dict[str, Any]:  # noqa: N803 - boto3's own names
        del OperationId
        return {
            "Summaries": [
                {"Account": a, "Region": r, "Status": "FAILED", "StatusReason": self.stuck[a]}
                for a, r in self.sets[StackSetName]
                if a in self.stuck
            ]
        }

    def _delete(self, StackSetName: str) -> None:  # noqa: N803 - boto3's own name
        assert not self.sets[StackSetName], "AWS refuses to delete a set that has instances"
        del self.sets[StackSetName]
