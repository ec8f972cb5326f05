"""Alarms of all accounts, evaluated period by period on the service clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends

from rehearsal.aws.cloud import Cloud
from rehearsal.cloudwatch.composite import in_alarm
from rehearsal.cloudwatch.evaluation import INSUFFICIENT_DATA, AlarmRule, decide, low_on_samples, statistic
from rehearsal.cloudwatch.metrics import MetricKey, MetricStore
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

# CloudWatch evaluates an alarm each minute; each period that is shorter, at its own pace.
_EVALUATION_SECONDS = 60.0
# How often it is looked whether an evaluation is due, in AWS's seconds.
_TICK = 10.0


class CloudWatch:
    """Keeps metrics, evaluates alarms while the context lasts. Other services report through `report`."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.clock = cloud, cloud.clock
        self.metrics = MetricStore()
        self._patches = Patches()
        self._due: dict[int, float] = {}
        self._thread = threading.Thread(target=self._evaluate, daemon=True, name="cloudwatch-alarms")

    def __enter__(self) -> CloudWatch:
        self._patches.wrap(CloudWatchBackend, "put_metric_data", self._put)
        self._patches.wrap(CloudWatchBackend, "put_metric_alarm", _updated_alarm_keeps_its_state)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.clock.close()
        self._thread.join(10)
        self._patches.undo()

    def report(
        self, account: str, region: str, namespace: str, dimensions: Mapping[str, str], values: Mapping[str, float]
    ) -> None:
        """A service's own metrics of one moment: one value of each name, under the same dimensions."""
        moment = time.time()
        for name, value in values.items():
            self.metrics.put(account, region, namespace, name, dimensions, moment, value)

    # ---- metrics of callers

    def _put(
        self, original: Callable[..., None], backend: Any, namespace: str, metric_data: Sequence[Mapping[str, Any]]
    ) -> None:
        original(backend, namespace, metric_data)
        for datum in metric_data:
            self._take(backend.account_id, backend.region_name, namespace, datum)

    def _take(self, account: str, region: str, namespace: str, datum: Mapping[str, Any]) -> None:
        dimensions = {each["Name"]: each["Value"] for each in datum.get("Dimensions") or ()}
        name, moment = datum["MetricName"], time.time()
        if found := datum.get("StatisticValues"):
            key: MetricKey = (account, region, namespace, name, frozenset(dimensions.items()))
            self.metrics.put_set(
                key,
                moment,
                least=float(found["Minimum"]),
                most=float(found["Maximum"]),
                total=float(found["Sum"]),
                count=float(found["SampleCount"]),
            )
            return
        values = datum.get("Values") or [datum.get("Value", 0)]
        counts = datum.get("Counts") or [1] * len(values)
        for value, count in zip(values, counts, strict=True):
            self.metrics.put(account, region, namespace, name, dimensions, moment, float(value), float(count))

    # ---- alarms

    def _evaluate(self) -> None:
        while self.clock.tick(_TICK):
            for _, regions in list(cloudwatch_backends.items()):
                for _, backend in list(regions.items()):
                    for alarm in list(backend.alarms.values()):
                        self._look(backend, alarm)

    def _look(self, backend: CloudWatchBackend, alarm: Alarm) -> None:
        if alarm.rule:
            self._look_at_others(backend, alarm)
            return
        if alarm.metric_data_queries or not alarm.metric_name:
            return
        period = self.clock.machine_seconds(float(alarm.period))
        pace = min(period, self.clock.machine_seconds(_EVALUATION_SECONDS))
        end = time.time() // pace * pace
        if self._due.get(id(alarm)) == end:
            return
        self._due[id(alarm)] = end
        state, reason = self._state(backend, alarm, period, end)
        # Deleted meanwhile, or replaced by an update.
        if state != alarm.state_value and backend.alarms.get(alarm.name) is alarm:
            alarm.update_state(reason, "{}", state)

    def _look_at_others(self, backend: CloudWatchBackend, alarm: Alarm) -> None:
        """Evaluate a composite alarm."""

        def state_of(name: str) -> str:
            found = backend.alarms.get(name)
            return str(found.state_value) if found else INSUFFICIENT_DATA

        state = "ALARM" if in_alarm(str(alarm.rule), state_of) else "OK"
        if state != alarm.state_value and backend.alarms.get(alarm.name) is alarm:
            alarm.update_state(f"the rule {alarm.rule} is {state == 'ALARM'}", "{}", state)

    def _state(self, backend: CloudWatchBackend, alarm: Alarm, period: float, end: float) -> tuple[str, str]:
        dimensions = frozenset((str(each.name), str(each.value)) for each in alarm.dimensions)
        key: MetricKey = (backend.account_id, backend.region_name, alarm.namespace, alarm.metric_name, dimensions)
        rule = rule_of(alarm)
        datapoints: list[float | None] = []
        for index in range(rule.periods, 0, -1):
            samples = self.metrics.between(key, end - index * period, end - (index - 1) * period)
            if rule.low_samples == "ignore" and samples.count and low_on_samples(rule.statistic, samples):
                return alarm.state_value, ""
            datapoints.append(statistic(rule.statistic, samples))
        state = decide(rule, datapoints, alarm.state_value)
        shown = ", ".join("no data" if value is None else f"{value:.4g}" for value in datapoints)
        return state, f"{rule.statistic} of {alarm.metric_name} {shown}; threshold {rule.threshold:.4g}"


def rule_of(alarm: Alarm) -> AlarmRule:
    """An alarm's rule, as PutMetricAlarm was given it."""
    periods = int(alarm.evaluation_periods)
    return AlarmRule(
        statistic=str(alarm.statistic or alarm.extended_statistic),
        comparison=alarm.comparison_operator,
        threshold=float(alarm.threshold),
        periods=periods,
        to_alarm=int(alarm.datapoints_to_alarm or periods),
        missing=alarm.treat_missing_data or "missing",
        low_samples=alarm.evaluate_low_sample_count_percentile or "evaluate",
    )


@aws_behavior(
    'CloudWatch API Reference, "PutMetricAlarm": a new alarm starts as INSUFFICIENT_DATA; an update keeps the state',
)
def _updated_alarm_keeps_its_state(original: Callable[..., Alarm], backend: Any, *given: Any, **named: Any) -> Alarm:
    """A new alarm has insufficient data until it is evaluated; an updated one keeps its state until then."""
    name = str(named.get("name") or given[0])
    before = backend.alarms.get(name)
    to_alarm, periods = named.get("datapoints_to_alarm"), named.get("evaluation_periods")
    if to_alarm and periods and int(to_alarm) > int(periods):
        raise ValidationError("DatapointsToAlarm must be at most EvaluationPeriods")
    alarm = original(backend, *given, **named)
    alarm.state_value = before.state_value if before else INSUFFICIENT_DATA
    return alarm
