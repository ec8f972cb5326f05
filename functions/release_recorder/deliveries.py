"""What a delivery left in each account: from the pipeline's actions and the StackSet's operations to changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.release_recorder.accounts import Accounts, Serving
from functions.release_recorder.changes import FAILED, ROLLBACK, ROLLED_BACK, SERVED, Change
from functions.release_recorder.config import Project
from functions.release_recorder.events import DeliveryEnded
from functions.release_recorder.store import Records

STACK_SETS, APPROVAL = "CloudFormationStackSet", "Manual"
_REASON = 900
# The role of the approval page, in the ARN of its session, and what it says of the person who answered.
_PAGE = "-approval-page/"
_BY_LINK = re.compile(r"\bby (\S+) by link ")
# Words by which a stack says that its new version was taken back, and did not only fail to come up.
_GUARDRAIL = re.compile(r"\balarms?\b|\bCodeDeploy\b", re.IGNORECASE)


class NotYet(Exception):
    """What cannot be known yet; the event is tried again, and then waits among the dead letters."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action of an execution, as ListActionExecutions tells of it."""

    stage: str
    name: str
    provider: str
    status: str
    started: datetime
    by: str
    operation: str
    configuration: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a StackSet, with the results of its accounts."""

    id: str
    ended: datetime
    results: Sequence[Mapping[str, Any]]


def utc(when: datetime) -> str:
    """A time as changes have it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Deliveries:
    """Asks CodePipeline and CloudFormation."""

    def __init__(
        self, project: Project, codepipeline: Any, cloudformation: Any, records: Records, accounts: Accounts
    ) -> None:
        self._project, self._records, self._accounts = project, records, accounts
        self._codepipeline, self._cloudformation = codepipeline, cloudformation

    def changes(self, ended: DeliveryEnded) -> list[Change]:
        """What the execution's delivery to the stage has changed until now. Raises NotYet."""
        actions = self._actions(ended.pipeline, ended.execution)
        cause = self._project.pipelines[ended.pipeline]
        execution = self._codepipeline.get_pipeline_execution(
            pipelineName=ended.pipeline, pipelineExecutionId=ended.execution
        )["pipelineExecution"]
        found: dict[str, Change] = {}
        now = self._now(ended, actions)
        for action in sorted(actions, key=lambda each: each.started):
            if action.stage != ended.stage.capitalize() or action.provider != STACK_SETS or not action.operation:
                continue
            package = self._delivered_package(ended, action)
            for operation in self._operations(ended, action):
                for result in operation.results:
                    change = self._change(ended, cause, package, operation, result, now)
                    if change:
                        found.setdefault(change.id, self._with_people(change, actions, execution))
        return list(found.values())

    def _actions(self, pipeline: str, execution: str) -> list[Action]:
        pages = self._codepipeline.get_paginator("list_action_executions").paginate(
            pipelineName=pipeline, filter={"pipelineExecutionId": execution}
        )
        return [_action(detail) for page in pages for detail in page["actionExecutionDetails"]]

    def _delivered_package(self, ended: DeliveryEnded, action: Action) -> str:
        """The package that an action's parameters name, from what rendering kept aside."""
        file = action.configuration.get("Parameters", "").rpartition("/")[2]
        kept = self._records.get(f"{rendered(self._records.folder, ended.execution)}/{file}")
        if not isinstance(kept, list):
            raise NotYet(f"{file or 'parameters'} of execution {ended.execution} are not kept: {action.name}")
        values = {each["ParameterKey"]: each["ParameterValue"] for each in kept}
        return str(values["ModelPackageArn"])

    def _now(self, ended: DeliveryEnded, actions: Sequence[Action]) -> Callable[[str, str], Serving | None]:
        """What an account serves now, where that is what this execution left there: no operation came after it."""
        own = {action.operation for action in actions}
        late = next(iter(self._listed(ended.stage)), "") not in own
        known: dict[tuple[str, str], Serving | None] = {}

        def look(account: str, region: str) -> Serving | None:
            place = account, region
            if place not in known:
                known[place] = None if late else self._accounts.serving(ended.stage, account, region)
            return known[place]

        return look

    def _listed(self, stage: str) -> Iterator[str]:
        """Operations of a stage's StackSet, newest first."""
        pages = self._cloudformation.get_paginator("list_stack_set_operations").paginate(
            StackSetName=self._project.stack_sets[stage]
        )
        for page in pages:
            for each in page["Summaries"]:
                yield each["OperationId"]

    def _operations(self, ended: DeliveryEnded, action: Action) -> Iterator[Operation]:
        """The operations of an action, oldest first: it ends with the one that the action names.

        Operations of a set follow one another, so the last one of an earlier action is where this one's begin.
        """
        name = self._project.stack_sets[ended.stage]
        newest_first = list(self._listed(ended.stage))
        if action.operation not in newest_first:
            raise NotYet(f"StackSet {name} does not list operation {action.operation} yet")
        others = {id_ for id_ in self._known_operations() if id_ != action.operation}
        own = []
        for id_ in newest_first[newest_first.index(action.operation) :]:
            if id_ in others:
                break
            own.append(id_)
        for id_ in reversed(own):
            yield self._operation(name, id_)

    def _known_operations(self) -> Iterator[str]:
        """The operations that the actions of all executions ended with."""
        for pipeline in self._project.pipelines:
            pages = self._codepipeline.get_paginator("list_action_executions").paginate(pipelineName=pipeline)
            for page in pages:
                for detail in page["actionExecutionDetails"]:
                    action = _action(detail)
                    if action.provider == STACK_SETS and action.operation:
                        yield action.operation

    def _operation(self, name: str, id_: str) -> Operation:
        described = self._cloudformation.describe_stack_set_operation(StackSetName=name, OperationId=id_)
        operation = described["StackSetOperation"]
        if operation.get("EndTimestamp") is None:
            raise NotYet(f"operation {id_} of StackSet {name} is {operation['Status']}")
        pages = self._cloudformation.get_paginator("list_stack_set_operation_results").paginate(
            StackSetName=name, OperationId=id_
        )
        results = [result for page in pages for result in page["Summaries"]]
        return Operation(id=id_, ended=operation["EndTimestamp"], results=results)

    def _change(
        self,
        ended: DeliveryEnded,
        cause: str,
        package: str,
        operation: Operation,
        result: Mapping[str, Any],
        now: Callable[[str, str], Serving | None],
    ) -> Change | None:
        """What became of one account; None where nothing did."""
        if result["Status"] not in ("SUCCEEDED", "FAILED") or not package.startswith(self._project.packages):
            return None
        version, account, region = package[len(self._project.packages) :], result["Account"], result["Region"]
        kind, reason, alarms = self._outcome(ended.stage, package, result, now(account, region))
        # A version begins to serve once in an execution, whichever of its actions brought it; it may fail twice.
        part = f"served-{version}" if kind == SERVED else f"failed-{operation.id}"
        return Change(
            id=f"{ended.execution}-{ended.stage}-{account}-{region}-{part}",
            kind=kind,
            project=self._project.project,
            stage=ended.stage,
            account=account,
            region=region,
            version=version,
            package=package,
            at=utc(operation.ended),
            cause=cause,
            pipeline=ended.pipeline,
            execution=ended.execution,
            operation=operation.id,
            rendered=rendered(self._records.folder, ended.execution),
            reason=reason,
            alarms=alarms,
        )

    def _outcome(
        self, stage: str, package: str, result: Mapping[str, Any], now: Serving | None
    ) -> tuple[str, str, tuple[str, ...]]:
        """Kind, reason and alarms: by the StackSet's result, and by what the account serves, where that is known."""
        serves = now is None or not now.packages or now.packages == (package,)
        if result["Status"] == "SUCCEEDED" and serves:
            return SERVED, "", ()
        told = [str(result.get("StatusReason", ""))] if result["Status"] == "FAILED" else []
        # What SageMaker says of the endpoint's last update is about this one only where it failed here.
        taken_back = now is not None and not serves and bool(now.reason or result["Status"] == "SUCCEEDED")
        told += [now.reason or "the endpoint serves another version"] if now is not None and taken_back else []
        reason = " ".join("; ".join(each for each in told if each).split())[:_REASON]
        alarms = alarms_of(reason, self._project.endpoints[stage])
        guarded = result["Status"] == "FAILED" and _GUARDRAIL.search(reason)
        return ROLLED_BACK if alarms or taken_back or guarded else FAILED, reason, alarms

    def _with_people(self, change: Change, actions: Sequence[Action], execution: Mapping[str, Any]) -> Change:
        """Who let it in: of production the pipeline's approver, else whoever approved it in the registry."""
        values = {each["name"]: each.get("resolvedValue", "") for each in execution.get("variables", ())}
        if change.cause == ROLLBACK:
            starter = str((execution.get("trigger") or {}).get("triggerDetail", ""))
            return _replaced(
                change,
                approved_by=self.approver(change.version, before=change.at),
                started_by=values.get("Requester") or starter,
                reason=change.reason or values.get("Reason", ""),
            )
        asked = [each for each in actions if each.provider == APPROVAL and each.status == "Succeeded" and each.by]
        in_pipeline = asked[-1].by if asked and change.stage == "production" else ""
        return _replaced(change, approved_by=in_pipeline or self.approver(change.version, before=change.at))

    def approver(self, version: str, before: str) -> str:
        """Who approved a version in the registry last before a time, from what was written down of it."""
        found = ""
        for key in sorted(self._records.keys(f"packages/{version}/approved-")):
            decided = self._records.get(key)
            if isinstance(decided, Mapping) and str(decided.get("at", "")) <= before:
                found = str(decided.get("by", ""))
        return found


def alarms_of(reason: str, endpoint: str) -> tuple[str, ...]:
    """Alarms of a stage's endpoint that a reason names: those of the delivered template begin with its name."""
    found = re.findall(rf"(?<![\w-]){re.escape(endpoint)}-[A-Za-z0-9-]*[A-Za-z0-9]", reason)
    return tuple(sorted(set(found)))


def decided_by(detail: Mapping[str, Any]) -> str:
    """Who changed an action last: of an answer by a link the person whom the page names, and not the page.

    The page writes that into the answer's summary (`functions/approval_page/approvals.py`: `summary`); what anybody
    else writes there counts for nothing.
    """
    by = str(detail.get("updatedBy") or "")
    result = (detail.get("output") or {}).get("executionResult") or {}
    by_link = _BY_LINK.search(str(result.get("externalExecutionSummary") or "")) if _PAGE in by else None
    return by_link[1] if by_link else by


def rendered(folder: str, execution: str) -> str:
    """Where rendering keeps aside what an execution delivers."""
    return f"{folder}/rendered/{execution}"


def _replaced(change: Change, **members: str) -> Change:
    return Change(**{**change.document(), "alarms": tuple(change.alarms), **members})


def _action(detail: Mapping[str, Any]) -> Action:
    given, output = detail.get("input") or {}, detail.get("output") or {}
    configuration = given.get("resolvedConfiguration") or given.get("configuration") or {}
    operation = str((output.get("executionResult") or {}).get("externalExecutionId") or "")
    return Action(
        stage=detail["stageName"],
        name=detail["actionName"],
        provider=str((given.get("actionTypeId") or {}).get("provider", "")),
        status=detail["status"],
        started=detail["startTime"],
        by=decided_by(detail),
        # Of the form that CodePipeline's guide shows, some actions give "<set>:<operation>".
        operation=re.split(r"[:/]", operation)[-1] if operation else "",
        configuration=configuration,
    )
