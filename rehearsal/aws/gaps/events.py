"""EventBridge: updates of buses."""

from __future__ import annotations

import json
from typing import Any

from moto.core.utils import unix_time
from moto.events.responses import EventsHandler

from rehearsal.aws.gaps.keeping import add, parameters


def install() -> None:
    """Complete the service."""
    add(EventsHandler, update_event_bus)


def update_event_bus(this: Any) -> tuple[str, dict[str, Any]]:
    """UpdateEventBus: what is given replaces what was."""
    members = parameters(this)
    bus = this.events_backend.describe_event_bus(members["Name"])
    bus.description = members.get("Description", bus.description)
    bus.kms_key_identifier = members.get("KmsKeyIdentifier", bus.kms_key_identifier)
    bus.dead_letter_config = members.get("DeadLetterConfig", bus.dead_letter_config)
    bus.last_modified_time = unix_time()
    return json.dumps({"Arn": bus.arn, "Name": bus.name}), this.response_headers
