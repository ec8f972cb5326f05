"""Where a change takes something from an endpoint: the reasons for which a person is asked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deploy.change_words import variants
from deploy.resource_changes import ALARM, CONFIG, ENDPOINT, TARGET, ResourceChange, at, of_kind

_ROLLBACK = ("DeploymentConfig", "AutoRollbackConfiguration", "Alarms")


def risks(changes: Sequence[ResourceChange], sizes: Mapping[str, int]) -> list[str]:
    """Why a person must agree: the endpoint replaced, less capacity, alarms lost; empty if nothing is lost.

    `sizes` says how large instance types are, by any measure that grows with their cores.
    """
    return [*_unseen(changes), *_replacement(changes), *_capacity(changes, sizes), *_alarms(changes)]


def type_sizes(template: Mapping[str, Any]) -> dict[str, int]:
    """Sizes by instance type: the template's CPU alarms fire at a percentage of one core, times the cores."""
    types = at(template, ["Mappings", "Instances"]) or {}
    return {
        name: int(entry["CpuAlarmPercent"]) for name, entry in types.items() if "CpuAlarmPercent" in entry
    }


def _unseen(changes: Sequence[ResourceChange]) -> Iterable[str]:
    for change in of_kind(changes, ALARM, CONFIG, ENDPOINT, TARGET):
        if change.action == "Modify" and not (change.before and change.after):
            yield f"CloudFormation does not show what changes of {change.logical_id}"
        elif change.action not in ("Add", "Modify", "Remove"):
            yield f"CloudFormation does not know what happens to {change.logical_id} ({change.action})"


def _replacement(changes: Sequence[ResourceChange]) -> Iterable[str]:
    for change in of_kind(changes, ENDPOINT):
        if change.action == "Remove":
            yield "the endpoint is removed: callers get errors"
        elif change.replacement in ("True", "Conditional"):
            word = "is" if change.goes else "may be"
            yield f"the endpoint {word} replaced: callers get errors while another one is made"


def _capacity(changes: Sequence[ResourceChange], sizes: Mapping[str, int]) -> Iterable[str]:
    for change in of_kind(changes, CONFIG):
        if change.action == "Modify":
            yield from _fleets(variants(change.before), variants(change.after), sizes)
    for change in of_kind(changes, TARGET):
        if change.action == "Remove":
            yield "scaling is taken away"
        elif change.action == "Modify":
            for name, word in (("MinCapacity", "fewest"), ("MaxCapacity", "most")):
                if (both := change.changed(name)) and _number(both[1]) < _number(both[0]):
                    yield f"the {word} instances go from {both[0]} to {both[1]}"


def _fleets(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], sizes: Mapping[str, int]
) -> Iterable[str]:
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            yield f"variant {name} is removed"
            continue
        counts = _number(old.get("InitialInstanceCount")), _number(new.get("InitialInstanceCount"))
        if counts[1] < counts[0]:
            yield f"the instances of {name} go from {counts[0]:g} to {counts[1]:g}"
        types = str(old.get("InstanceType")), str(new.get("InstanceType"))
        if types[0] != types[1]:
            yield from _smaller(types[0], types[1], sizes)


def _smaller(old: str, new: str, sizes: Mapping[str, int]) -> Iterable[str]:
    """Fewer cores; another family, which may have less memory; or a type that nobody lists."""
    if sizes.get(new, 0) < sizes.get(old, 0):
        yield f"{new} is smaller than {old}"
    elif old not in sizes or new not in sizes:
        yield f"whether {new} is smaller than {old} is not known here"
    elif old.split(".")[1] != new.split(".")[1]:
        yield f"{new} is of another family than {old}: it may have less memory"


def _alarms(changes: Sequence[ResourceChange]) -> Iterable[str]:
    alarms = of_kind(changes, ALARM)
    if gone := [change.logical_id for change in alarms if change.action == "Remove"]:
        yield f"alarms are removed: {', '.join(gone)}"
    for change in (each for each in alarms if each.action == "Modify"):
        both = change.changed("AlarmActions")
        if both and len(both[1] or ()) < len(both[0] or ()):
            yield f"alarm {change.logical_id} tells fewer"
        if str(at(change.after, ["ActionsEnabled"])).lower() == "false" and change.changed("ActionsEnabled"):
            yield f"alarm {change.logical_id} tells nobody"
    for change in of_kind(changes, ENDPOINT):
        old, new = (len(at(each, _ROLLBACK) or ()) for each in (change.before, change.after))
        if change.action == "Modify" and new < old:
            yield f"{old - new} of the endpoint's {old} alarms no longer roll an update back"


def _number(value: Any) -> float:
    """A number of a template; what is none, such as a value yet unknown, counts as nothing."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
