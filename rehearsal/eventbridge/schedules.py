"""Rules with a schedule: EventBridge sends an event of its own to their targets, on the service clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from moto.events.models import events_backends

from rehearsal.clock import ServiceClock
from rehearsal.eventbridge.target_input import Event
from rehearsal.service_model.schedule_expressions import rate_seconds

# How often it is looked whether a rule is due, in AWS's seconds.
_TICK = 5.0
# An event to a target: account, Region, rule, target, event. Gives when it has been dealt with.
SendAndWait = Callable[[str, str, Any, Mapping[str, Any], Event], None]


# Turns that a rule misses while nothing waits for time to pass: the machine is left to those who work.
_MISSED_WHILE_IDLE = 3


class Schedules:
    """Sends events of rules with a rate while they are enabled and have a target.

    One event at a time, to all targets of all accounts together: a minute of AWS's passes in less time than this
    machine may need to deal with an event, and what has not been dealt with would pile up. A rule that is late by then
    has missed its turn. Cron expressions speak of moments that a rehearsal does not come to; they send nothing.
    """

    def __init__(self, clock: ServiceClock, send: SendAndWait, complete: Callable[[str, str, Event], Event]) -> None:
        self._clock, self._send, self._complete = clock, send, complete
        # When a rule sends next, by account, Region and name, in AWS's seconds.
        self._next: dict[tuple[str, str, str], float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="event-bridge-schedules")

    def start(self) -> None:
        """Send from now on."""
        self._thread.start()

    def close(self) -> None:
        """Send no more; an event that is being dealt with is waited for."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def _work(self) -> None:
        while self._clock.tick(_TICK) and not self._ended.is_set():
            for account, regions in list(events_backends.items()):
                for region, backend in list(regions.items()):
                    for rule in list(backend.event_buses["default"].rules.values()):
                        self._look(account, region, rule)

    def _look(self, account: str, region: str, rule: Any) -> None:
        seconds = rate_seconds(rule.scheduled_expression) if rule.scheduled_expression else None
        if seconds is None or rule.state != "ENABLED" or not rule.targets:
            self._next.pop((account, region, rule.name), None)
            return
        now = self._clock.monotonic()
        due = self._next.setdefault((account, region, rule.name), now + seconds)
        if now < due + (seconds * _MISSED_WHILE_IDLE if self._clock.idle else 0.0) or self._ended.is_set():
            return
        sent = {"source": "aws.events", "detail-type": "Scheduled Event", "resources": [rule.arn], "detail": {}}
        event = self._complete(account, region, sent)
        for target in list(rule.targets):
            self._send(account, region, rule, target, event)
        self._next[account, region, rule.name] = max(due, self._clock.monotonic() - seconds) + seconds
