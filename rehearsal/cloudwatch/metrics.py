"""Metrics as services and `PutMetricData` report them, by name and dimensions."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# Account, Region, namespace, metric name, dimensions.
MetricKey = tuple[str, str, str, str, frozenset[tuple[str, str]]]
# The longest an alarm looks back is a day or a week of AWS's; at the clock's rate this many values are more than enough
# of what a rehearsal produces, and bound its memory.
_KEPT = 50_000


@dataclass
class Samples:
    """Single values of a metric, some of them more than once: a statistic set is kept as its average and extremes."""

    values: list[float] = field(default_factory=list)
    sums: float = 0.0
    count: float = 0.0

    def add(self, value: float, count: float = 1.0) -> None:
        """Add a value that was seen so many times."""
        self.values.append(value)
        self.sums += value * count
        self.count += count

    def add_set(self, *, least: float, most: float, total: float, count: float) -> None:
        """Add a set of values of which only these statistics are known."""
        self.values += [least, most]
        self.sums += total
        self.count += count


@dataclass(frozen=True)
class _Datum:
    at: float
    value: float
    count: float = 1.0
    extremes: tuple[float, float] | None = None


class MetricStore:
    """Values by metric, each with the machine's moment at which it was reported (seconds since the epoch)."""

    def __init__(self) -> None:
        self._data: dict[MetricKey, deque[_Datum]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._lock = threading.Lock()

    def put(
        self,
        account: str,
        region: str,
        namespace: str,
        name: str,
        dimensions: Mapping[str, str],
        at: float,
        value: float,
        count: float = 1.0,
    ) -> None:
        """Report one value, seen `count` times."""
        with self._lock:
            self._data[account, region, namespace, name, frozenset(dimensions.items())].append(_Datum(at, value, count))

    def put_set(self, key: MetricKey, at: float, *, least: float, most: float, total: float, count: float) -> None:
        """Report a statistic set."""
        with self._lock:
            self._data[key].append(_Datum(at, total, count, (least, most)))

    def between(self, key: MetricKey, start: float, end: float) -> Samples:
        """What was reported of a metric from `start` on, before `end`."""
        found = Samples()
        with self._lock:
            data: Iterable[_Datum] = reversed(self._data.get(key, ()))
            for datum in data:
                if datum.at >= end:
                    continue
                if datum.at < start:
                    break
                if datum.extremes:
                    least, most = datum.extremes
                    found.add_set(least=least, most=most, total=datum.value, count=datum.count)
                else:
                    found.add(datum.value, datum.count)
        return found

    def known(self, key: MetricKey) -> bool:
        """Whether anything was ever reported of a metric."""
        with self._lock:
            return key in self._data
