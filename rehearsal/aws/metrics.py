"""Where services put what they measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from rehearsal.aws.cloud import Cloud

# One dimension set: name -> value.
Dimensions = Mapping[str, str]


def put_metrics(
    cloud: Cloud, account: str, region: str, namespace: str, values: Mapping[str, float], by: Sequence[Dimensions]
) -> None:
    """Put one value of each metric, once for each set of dimensions."""
    data: list[dict[str, Any]] = [
        {
            "MetricName": name,
            "Value": value,
            "Unit": "Milliseconds" if name in _MILLISECONDS else "Count",
            "Timestamp": utcnow(),
            "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions.items()],
        }
        for dimensions in by
        for name, value in values.items()
    ]
    store = getattr(cloud, "metrics", None)
    if store is not None:
        store.put(account, region, namespace, data)
        return
    cloudwatch_backends[account][region].put_metric_data(namespace, data)


_MILLISECONDS = frozenset({"Duration", "Latency", "IntegrationLatency"})
