"""What a target is given of an event: the event, a constant, a part of it, or a template filled in. Pure.

Source: EventBridge User Guide, "Amazon EventBridge input transformation".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# An event with all members of the envelope: source, detail-type, detail and so on.
Event = Mapping[str, Any]
_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")
_PATH_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def target_input(target: Mapping[str, Any], event: Event, rule_arn: str) -> str:
    """What a target is given: the event, its constant input, a part of the event, or its template filled in."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        return json.dumps(_value_at(event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values = {name: _value_at(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.ingestion-time": event["time"],
        "aws.events.event.json": event,
        "aws.events.event": {key: value for key, value in event.items() if key != "detail"},
    }
    return _filled(transformer["InputTemplate"], values)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Inside quotes a value stands as text, outside as JSON (EventBridge User Guide,
    "Amazon EventBridge input transformation")."""

    def put(match: re.Match[str]) -> str:
        if match[1] not in values:
            return match[0]
        value = values[match[1]]
        quoted = len(re.findall(r'(?<!\\)"', template[: match.start()])) % 2 == 1
        if not quoted:
            return json.dumps("" if value is None else value)
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        return json.dumps(text)[1:-1]

    return _PLACEHOLDER.sub(put, template)


def _value_at(event: Event, path: str) -> Any:
    """The value at a JSON path of names and indices; None where there is none."""
    value: Any = event
    for name, index in _PATH_STEP.findall(path.removeprefix("$")):
        if name:
            value = value.get(name) if isinstance(value, Mapping) else None
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    return value
