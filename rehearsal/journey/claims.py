"""What a journey says of a release: words for what a pipeline would do, and for what an execution of it did. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from rehearsal.codesuite.execution import SUCCEEDED, PipelineExecution
from rehearsal.codesuite.structure import ActionDeclaration, PipelineDeclaration

# Stage -> account -> whether the project's endpoint is in service there.
Serving = Mapping[str, Mapping[str, bool]]


class Kind(Enum):
    """What an action of a deploy pipeline does for a release."""

    DELIVER = "deliver"
    TEST = "test"
    ASK = "ask"


@dataclass(frozen=True)
class ReleaseAction:
    """One action of the deploy pipeline. `stage` is the one that it concerns, empty for an approval.

    `done` says whether it succeeded; of a declaration alone nothing is done.
    """

    kind: Kind
    stage: str = ""
    done: bool = False


def declared(pipeline: PipelineDeclaration, stack_sets: Mapping[str, str]) -> list[ReleaseAction]:
    """What a pipeline does, in its order. `stack_sets` gives the stage of each StackSet by name."""
    return [
        known
        for stage in pipeline.stages
        for action in stage.actions
        if (known := _read(action, stack_sets, done=False)) is not None
    ]


def happened(execution: PipelineExecution, stack_sets: Mapping[str, str]) -> list[ReleaseAction]:
    """What an execution began, in its order, and whether each succeeded."""
    return [
        known
        for declared_stage, stage in zip(execution.pipeline.stages, execution.stages, strict=True)
        for action, state in zip(declared_stage.actions, stage.actions, strict=True)
        if state.status and (known := _read(action, stack_sets, done=state.status == SUCCEEDED)) is not None
    ]


def _read(action: ActionDeclaration, stack_sets: Mapping[str, str], *, done: bool) -> ReleaseAction | None:
    if action.category == "Approval":
        return ReleaseAction(Kind.ASK, done=done)
    if action.category == "Deploy":
        name = action.configuration.get("StackSetName", "")
        return ReleaseAction(Kind.DELIVER, stack_sets.get(name, name), done)
    if action.category == "Test":
        variables = json.loads(action.configuration.get("EnvironmentVariables", "[]"))
        stage = next((each["value"] for each in variables if each["name"] == "STAGE"), "")
        return ReleaseAction(Kind.TEST, stage, done)
    return None


def before_question(actions: Sequence[ReleaseAction]) -> list[ReleaseAction]:
    """The actions before the first approval; all where there is none."""
    asked = next((number for number, action in enumerate(actions) if action.kind is Kind.ASK), len(actions))
    return list(actions[:asked])


def title(actions: Sequence[ReleaseAction]) -> str:
    """A step's title by what its part of the pipeline does: an instruction."""
    words = {Kind.DELIVER: "deliver to {}", Kind.TEST: "test {}", Kind.ASK: "approve"}
    parts: list[str] = []
    for kind, stage in _each_once(actions):
        just_delivered = parts and parts[-1] == words[Kind.DELIVER].format(stage)
        parts.append("test it" if kind is Kind.TEST and just_delivered else words[kind].format(stage))
    text = _listed(parts) if parts else "ask for approval"
    return text[0].upper() + text[1:]


def told(actions: Sequence[ReleaseAction], serving: Serving, asked_untested: str | None = None) -> str:
    """What happened to a release, in words, by the actions that succeeded and by what the accounts serve.

    `asked_untested` is what to say of the approval, where `actions` are not all of the execution's.
    """
    failed = {(action.kind, action.stage) for action in actions if not action.done}
    parts = []
    for kind, stage in _each_once(actions):
        if (kind, stage) in failed:
            continue
        if kind is Kind.DELIVER:
            parts.append(f"delivered to {stage} ({_where(serving.get(stage, {}))})")
        else:
            parts.append("approved" if kind is Kind.ASK else f"{stage} tested")
    untested = untested_at_question(actions) if asked_untested is None else asked_untested
    return (", ".join(parts) or "nothing was delivered") + (f"; {untested}" if untested else "")


def _where(accounts: Mapping[str, bool]) -> str:
    yes = [account for account, serves in accounts.items() if serves]
    no = [account for account, serves in accounts.items() if not serves]
    parts = [f"in service in {', '.join(yes)}"] if yes else []
    parts += [f"not in service in {', '.join(no)}"] if no else []
    return "; ".join(parts) or "no account of the stage is known"


def failed_test(actions: Sequence[ReleaseAction]) -> str:
    """The stage whose test began and did not succeed; empty where none did."""
    return next((action.stage for action in actions if action.kind is Kind.TEST and not action.done), "")


def untested_at_question(actions: Sequence[ReleaseAction]) -> str:
    """That somebody was asked before anything was tested, in words; empty where that is not so."""
    if not any(action.kind is Kind.ASK for action in actions):
        return ""
    tested = any(action.kind is Kind.TEST and action.done for action in before_question(actions))
    return "" if tested else "nothing was tested before the approval"


def summary_for_approver(actions: Sequence[ReleaseAction]) -> str:
    """What an approver writes beside the yes: what was tested until then."""
    tested = [a.stage for a in before_question(actions) if a.kind is Kind.TEST and a.done]
    return f"tested: {', '.join(tested)}" if tested else "nothing was tested before"


def not_serving(actions: Sequence[ReleaseAction], serving: Serving) -> list[str]:
    """Stages that a delivery succeeded to although not every account of theirs has the endpoint in service."""
    delivered = [action.stage for action in actions if action.kind is Kind.DELIVER and action.done]
    return [stage for stage in dict.fromkeys(delivered) if not all((serving.get(stage) or {"": False}).values())]


def in_words(stage: str, serving: Serving) -> str:
    """Which accounts of a stage serve the endpoint, in words."""
    accounts = serving.get(stage, {})
    yes = [account for account, serves in accounts.items() if serves]
    if not accounts:
        return f"the project has no {stage}"
    return f"{stage} serves it in {', '.join(yes)}" if yes else f"{stage} serves nothing"


def _each_once(actions: Sequence[ReleaseAction]) -> Iterator[tuple[Kind, str]]:
    """Kind and stage of each action: a delivery of two updates is one."""
    return iter(dict.fromkeys((action.kind, action.stage) for action in actions))


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
