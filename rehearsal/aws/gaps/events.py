"""EventBridge: updates of buses; patterns that look into lists of structures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from moto.core.utils import unix_time
from moto.events.models import EventPattern
from moto.events.responses import EventsHandler

from rehearsal.aws.gaps.keeping import add, parameters, wrap


def install() -> None:
    """Complete the service."""
    add(EventsHandler, update_event_bus)
    wrap(EventPattern, "matches_event", _matches)


def _matches(original: Callable[..., bool], this: Any, event: Any) -> bool:
    """A list of structures matches where one of them does, in all its members (EB "eb-event-patterns-arrays")."""
    return any(original(this, one) for one in _each_alone(event))


def _each_alone(value: Any) -> Iterator[Any]:
    """The value with each list of structures replaced by one of its structures, in every way."""
    if isinstance(value, Mapping):
        for chosen in product(*([(name, one) for one in _each_alone(inner)] for name, inner in value.items())):
            yield dict(chosen)
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for one in value:
            yield from _each_alone(one)
    else:
        yield value


def update_event_bus(this: Any) -> tuple[str, dict[str, Any]]:
    """UpdateEventBus: what is given replaces what was."""
    members = parameters(this)
    bus = this.events_backend.describe_event_bus(members["Name"])
    bus.description = members.get("Description", bus.description)
    bus.kms_key_identifier = members.get("KmsKeyIdentifier", bus.kms_key_identifier)
    bus.dead_letter_config = members.get("DeadLetterConfig", bus.dead_letter_config)
    bus.last_modified_time = unix_time()
    return json.dumps({"Arn": bus.arn, "Name": bus.name}), this.response_headers
