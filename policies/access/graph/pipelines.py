"""Declared CodePipeline pipelines as paths: their stages in order, the actions of each, and what skips a stage."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policies.access.graph.declared import DeclaredResource
from policies.access.graph.stack_resources import mappings, texts


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action. `order` is its place within its stage: equal ones run side by side."""

    stage: int
    order: int
    name: str
    category: str
    owner: str
    provider: str
    configuration: Mapping[str, object] = field(hash=False)
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    role_arn: str = ""
    region: str = ""
    others: tuple[str, ...] = ()

    @property
    def kind(self) -> tuple[str, str, str]:
        """Category, owner and provider, which say together what an action does."""
        return self.category, self.owner, self.provider

    def before(self, other: Action) -> bool:
        """Whether it is over when the other one begins."""
        return (self.stage, self.order) < (other.stage, other.order)

    def text(self, key: str) -> str:
        """A text of its configuration; empty where there is none."""
        value = self.configuration.get(key)
        return value if isinstance(value, str) else ""

    def variables(self) -> dict[str, str] | None:
        """The environment variables that it gives a build; None where they cannot be read."""
        value = self.configuration.get("EnvironmentVariables")
        if value is None:
            return {}
        try:
            listed = json.loads(str(value))
        except (ValueError, RecursionError):
            return None
        if not isinstance(listed, list) or len(mappings(listed)) != len(listed):
            return None
        return {str(one.get("name")): str(one.get("value")) for one in listed}


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule of a condition: its kind (owner, provider), and its configuration as JSON."""

    kind: tuple[str, str]
    configuration: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage. `skipped_unless`: it is skipped where one of these does not hold. `odd` is what nobody knows of it."""

    name: str
    actions: tuple[Action, ...]
    skipped_unless: frozenset[Check] = frozenset()
    on_failure: frozenset[str] = frozenset()
    odd: tuple[str, ...] = ()


_STAGE_KEYS = {"actions", "beforeEntry", "name", "onFailure", "onSuccess"}
_ACTION_KEYS = {
    *("category", "configuration", "inputArtifacts", "name", "namespace", "outputArtifacts", "owner", "provider"),
    *("region", "roleArn", "runOrder", "timeoutInMinutes", "version"),
}


def stages(pipeline: DeclaredResource) -> tuple[Stage, ...]:
    """A pipeline's stages, in order. What cannot be read is `odd`."""
    return tuple(_stage(number, stage) for number, stage in enumerate(pipeline.items("stages")))


def _stage(number: int, stage: Mapping[str, object]) -> Stage:
    actions = tuple(_action(number, action) for action in mappings(stage.get("actions")))
    entry, skipped = list(_conditions(stage.get("beforeEntry"))), set[Check]()
    odd = [key for key in stage if key not in _STAGE_KEYS and stage[key]]
    for condition in entry:
        result = condition.get("result")
        if result == "SKIP":
            skipped |= set(_checks(condition))
        elif result != "FAIL":
            odd.append(f"beforeEntry ends in {result}")
    failure = stage.get("onFailure")
    return Stage(
        name=str(stage.get("name")),
        actions=actions,
        skipped_unless=frozenset(skipped),
        on_failure=frozenset(_results(failure)),
        odd=tuple(odd),
    )


def _action(number: int, action: Mapping[str, object]) -> Action:
    order, configuration = action.get("runOrder"), action.get("configuration")
    return Action(
        stage=number,
        order=int(order) if isinstance(order, int | float) and not isinstance(order, bool) else 1,
        name=str(action.get("name")),
        category=str(action.get("category")),
        owner=str(action.get("owner")),
        provider=str(action.get("provider")),
        configuration=configuration if isinstance(configuration, Mapping) else {},
        inputs=tuple(texts(action.get("inputArtifacts"))),
        outputs=tuple(texts(action.get("outputArtifacts"))),
        role_arn=str(action.get("roleArn") or ""),
        region=str(action.get("region") or ""),
        others=tuple(key for key in action if key not in _ACTION_KEYS and action[key]),
    )


def _conditions(entry: object) -> Iterator[Mapping[str, object]]:
    """The condition, or the conditions, of a stage's entry: Pulumi has one, CodePipeline's API a list."""
    if isinstance(entry, Mapping):
        for key in ("condition", "conditions"):
            value = entry.get(key)
            yield from [value] if isinstance(value, Mapping) else mappings(value)


def _checks(condition: Mapping[str, object]) -> Iterator[Check]:
    for rule in mappings(condition.get("rules")):
        kind = rule.get("ruleTypeId")
        owner, provider = (kind.get("owner"), kind.get("provider")) if isinstance(kind, Mapping) else (None, None)
        yield Check(
            kind=(str(owner), str(provider)), configuration=json.dumps(rule.get("configuration"), sort_keys=True)
        )


def _results(value: object) -> Iterator[str]:
    """Every `result` below a value: what CodePipeline does when a stage, or a condition, fails."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "result":
                yield str(inner)
            yield from _results(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _results(inner)
