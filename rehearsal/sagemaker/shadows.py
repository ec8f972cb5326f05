"""Shadow variants: they get copies of requests, and their answers go nowhere but into captures and metrics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.sagemaker import invocations
from rehearsal.sagemaker.fleets import Fleet
from rehearsal.sagemaker.servers import ModelServer
from rehearsal.service_model.aws_behavior import aws_behavior

# Tells of a shadow's answer: its server, and what it answered.
Told = Callable[[ModelServer, invocations.ContainerReply], None]


@aws_behavior(
    'SageMaker Developer Guide, "Testing models with shadow variants": the ratio of the weights is the share of copies',
    "botocore, CreateEndpointConfig.ShadowProductionVariants",
)
def share_of_copies(config: Mapping[str, Any]) -> float:
    """The share of requests that a configuration's shadow gets copies of, 0 without one."""
    shadows = config.get("ShadowProductionVariants") or ()
    if not shadows:
        return 0.0
    weight = sum(float(each.get("InitialVariantWeight", 1.0)) for each in config["ProductionVariants"])
    return min(1.0, float(shadows[0].get("InitialVariantWeight", 1.0)) / weight) if weight else 0.0


class Shadows:
    """Sends the copies, in the background: no caller waits for a shadow."""

    def __init__(self, requests: threading.Condition, draw: Callable[[], float]) -> None:
        self._requests, self._draw, self._sending = requests, draw, 0

    def mirror(self, fleet: Fleet, headers: Mapping[str, str], body: bytes, told: Told) -> None:
        """Perhaps send a copy of a request; `told` gets the answer."""
        if not fleet.shadows or self._draw() >= share_of_copies(fleet.config):
            return
        with self._requests:
            fleet.requests += 1
            self._sending += 1
        threading.Thread(target=self._send, args=(fleet, dict(headers), body, told), daemon=True).start()

    def _send(self, fleet: Fleet, headers: Mapping[str, str], body: bytes, told: Told) -> None:
        try:
            for server in fleet.shadows:
                told(server, invocations.send(server, headers, body))
        finally:
            with self._requests:
                fleet.requests -= 1
                self._sending -= 1
                self._requests.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until every copy that was sent is answered, so long at most."""
        with self._requests:
            self._requests.wait_for(lambda: not self._sending, seconds)
