"""What a change set says, in words: model, instances, capture, scaling, alarms, API, and what is replaced."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deploy.resource_changes import (
    ALARM,
    API,
    CONFIG,
    ENDPOINT,
    MODEL,
    POLICY,
    TARGET,
    ResourceChange,
    at,
    of_kind,
    same,
)

# Properties of an alarm by which it fires, or tells somebody.
_ALARM = (
    *("MetricName", "Statistic", "ExtendedStatistic", "Threshold", "ComparisonOperator", "Period"),
    *("EvaluationPeriods", "DatapointsToAlarm", "TreatMissingData", "ActionsEnabled", "AlarmActions"),
)
_SPOKEN_OF = (ALARM, CONFIG, ENDPOINT, MODEL, POLICY, TARGET)


def words(changes: Sequence[ResourceChange]) -> list[str]:
    """One line for each thing that changes. Of what only gets other tags nothing is said."""
    lines = [
        *_models(changes),
        *_instances(changes),
        *_capture(changes),
        *_scaling(changes),
        *_alarms(changes),
    ]
    return [*lines, *_endpoint(changes), *_others(changes), *_replaced(changes)]


def version(package_arn: str) -> str:
    """A model package as people say it."""
    _, _, rest = package_arn.partition(":model-package/")
    group, _, number = rest.rpartition("/")
    return f"{group} version {number}" if group else package_arn


def packages(properties: Mapping[str, Any]) -> list[str]:
    """The model packages of a model's containers."""
    containers = [*properties.get("Containers", ()), *filter(None, [properties.get("PrimaryContainer")])]
    return [str(each["ModelPackageName"]) for each in containers if each.get("ModelPackageName")]


def variants(properties: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The production variants of an endpoint configuration by name."""
    return {each["VariantName"]: each for each in properties.get("ProductionVariants") or ()}


def _listed(arns: Iterable[str]) -> str:
    return ", ".join(map(version, arns)) or "none"


def _models(changes: Sequence[ResourceChange]) -> Iterable[str]:
    for change in of_kind(changes, MODEL):
        before, after = packages(change.before), packages(change.after)
        if change.action == "Add":
            yield f"model: {_listed(after)} is added"
        elif change.action == "Remove":
            yield f"model: {_listed(before)} is removed"
        elif before != after:
            yield f"model: {_listed(before)} becomes {_listed(after)}"


def _instances(changes: Sequence[ResourceChange]) -> Iterable[str]:
    for change in of_kind(changes, CONFIG):
        before, after = variants(change.before), variants(change.after)
        for name in sorted({*before, *after}):
            old, new = _fleet(before.get(name)), _fleet(after.get(name))
            if change.action == "Modify" and old != new:
                yield f"instances of {name}: {old} becomes {new}"
            elif change.action == "Add":
                yield f"instances of {name}: {new}"


def _fleet(variant: Mapping[str, Any] | None) -> str:
    if variant is None:
        return "none"
    if serverless := variant.get("ServerlessConfig"):
        return f"serverless with {serverless.get('MemorySizeInMB')} MB"
    return f"{variant.get('InitialInstanceCount')} x {variant.get('InstanceType')}"


def _capture(changes: Sequence[ResourceChange]) -> Iterable[str]:
    for change in of_kind(changes, CONFIG):
        if change.action != "Modify" or not (both := change.changed("DataCaptureConfig")):
            continue
        old, new = map(_captured, both)
        yield f"capture: {old} becomes {new}" if old != new else "capture: where or how it is written changes"


def _captured(config: Mapping[str, Any] | None) -> str:
    on = config is not None and str(config.get("EnableCapture", False)).lower() == "true"
    return f"{config.get('InitialSamplingPercentage')} % of requests" if config and on else "nothing"


def _scaling(changes: Sequence[ResourceChange]) -> Iterable[str]:
    for change in of_kind(changes, TARGET):
        old, new = _bounds(change.before), _bounds(change.after)
        if change.action == "Add":
            yield f"scaling: {new} instances, where there was none"
        elif change.action == "Remove":
            yield f"scaling: {old} instances becomes none"
        elif old != new:
            yield f"scaling: {old} instances becomes {new}"
    for change in of_kind(changes, POLICY):
        path = ("TargetTrackingScalingPolicyConfiguration", "TargetValue")
        if change.action == "Modify" and (both := change.changed(*path)):
            yield f"scaling aims at {both[1]} requests a minute and instance, not {both[0]}"


def _bounds(properties: Mapping[str, Any]) -> str:
    return f"{properties.get('MinCapacity')} to {properties.get('MaxCapacity')}"


def _alarms(changes: Sequence[ResourceChange]) -> Iterable[str]:
    alarms = of_kind(changes, ALARM)
    for action, word in (("Add", "added"), ("Remove", "removed")):
        named = [change.logical_id for change in alarms if change.action == action]
        if named:
            yield f"alarms {word}: {', '.join(named)}"
    for change in (each for each in alarms if each.action == "Modify"):
        for name in _ALARM:
            if both := change.changed(name):
                yield f"alarm {change.logical_id}: {name} {_value(both[0])} becomes {_value(both[1])}"
    anew = [change.logical_id for change in alarms if change.replacement in ("True", "Conditional")]
    if anew:
        yield f"alarms of the new fleet, under new names: {', '.join(anew)}"


def _value(value: Any) -> str:
    return "nothing" if value in (None, [], "") else str(value)


def _endpoint(changes: Sequence[ResourceChange]) -> Iterable[str]:
    for change in of_kind(changes, ENDPOINT):
        name = at(change.after, ["EndpointName"]) or at(change.before, ["EndpointName"]) or change.name
        if change.action == "Add":
            yield f"endpoint: {name} is made"
        elif change.action == "Remove":
            yield f"endpoint: {name} is removed"
        elif change.replacement in ("True", "Conditional"):
            yield f"endpoint: {name} {'is' if change.goes else 'may be'} replaced by another"
        else:
            yield f"endpoint: {name} stays and is updated"


def _others(changes: Sequence[ResourceChange]) -> Iterable[str]:
    """The API as one, then whatever no line above is about."""
    api = [change for change in changes if change.kind.startswith(API)]
    others = [change for change in changes if change not in api and change.kind not in _SPOKEN_OF]
    for subject, found in (("API", api), ("others", others)):
        parts = []
        for action, word in (("Add", "added"), ("Modify", "modified"), ("Remove", "removed")):
            named = [
                change.logical_id for change in found if change.action == action and not _tags_alone(change)
            ]
            parts += [f"{', '.join(named)} {word}"] if named else []
        if parts:
            yield f"{subject}: {'; '.join(parts)}"


def _tags_alone(change: ResourceChange) -> bool:
    before, after = ({k: v for k, v in each.items() if k != "Tags"} for each in (change.before, change.after))
    return (
        change.action == "Modify" and change.replacement == "False" and bool(before) and same(before, after)
    )


def _replaced(changes: Sequence[ResourceChange]) -> Iterable[str]:
    for value, word in (("True", "replaced"), ("Conditional", "replaced where what they refer to is")):
        named = [change.logical_id for change in changes if change.replacement == value]
        if named:
            yield f"{word}: {', '.join(named)}"
