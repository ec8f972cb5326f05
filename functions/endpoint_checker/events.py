"""Whether an event asks for a check now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from functions.endpoint_checker.config import CheckerConfig

# After that the next event has come, and its check says more: what waited in a queue is not made up for.
LATEST = timedelta(minutes=3)
_SHOWN = 120


class RefusedEvent(ValueError):
    """An event that is none of the function's schedule, and why."""


def is_due(event: object, config: CheckerConfig, now: datetime) -> bool:
    """Whether the scheduled event is one of the last minutes. Raises RefusedEvent for an event of something else.

    Source: Amazon EventBridge User Guide, "Creating a scheduled rule in Amazon EventBridge".
    """
    if not isinstance(event, Mapping):
        raise RefusedEvent(f"an event is an object, not {_shown(event)}: nothing was checked")
    wanted = {
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "account": config.account,
        "region": config.region,
    }
    for name, value in wanted.items():
        if event.get(name) != value:
            raise _refused(event, f"{name} is {_shown(event.get(name))}, allowed: {value!r}")
    return now - _time(event) <= LATEST


def _time(event: Mapping[str, object]) -> datetime:
    given = event.get("time")
    try:
        return datetime.strptime(str(given), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _refused(event, f"time is {_shown(given)}, allowed: YYYY-MM-DDTHH:MM:SSZ") from None


def _refused(event: Mapping[str, object], why: str) -> RefusedEvent:
    return RefusedEvent(f"event {_shown(event.get('id'))}: {why}. Nothing was checked")


def _shown(value: object) -> str:
    """The value on one line of a log, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
