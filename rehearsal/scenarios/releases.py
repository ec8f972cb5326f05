"""A second model on its way to production, and what is seen of its traffic shift."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rehearsal.journey.data import TrainingData
from rehearsal.journey.steps import JourneyFailed
from rehearsal.life.use import approve_again, train_again
from rehearsal.load import Load
from rehearsal.scenarios.scenario import ScenarioRun
from rehearsal.scenarios.traffic import ProductionTraffic

# Share of the rows that the second model is trained on.
_SHARE = 0.9


class SecondModel:
    """Another model of the same project: trained on other rows, approved, brought to staging, let into production."""

    def __init__(self, scenario: ScenarioRun) -> None:
        self._scenario, self.journey = scenario, scenario.journey
        self.first = self.journey.package
        production = [each for each in self.journey.release_facts.workloads if each["stage"] == "production"]
        if not production:
            raise JourneyFailed("the project has no production account: this scenario needs one")
        self.production: Mapping[str, Any] = production[0]
        # Seconds since a load began at which the shift reached a step, by the new fleet's share.
        self._seen: list[tuple[float, float]] = []

    def build(self) -> str:
        """Train on nine rows of ten, register, approve."""
        self.journey.data = other_rows(self.journey.data)
        train_again(self.journey, self._scenario.runtime)
        return f"version {self.journey.package['ModelPackageVersion']} is approved"

    def stage(self) -> str:
        """The deploy pipeline goes on until it asks."""
        return self.journey.stage()

    def release(self) -> str:
        """An approver lets it into production, and the pipeline comes to its end."""
        return self.journey.release()

    def approve_again(self) -> str:
        """Somebody says that it may be delivered again, which starts the deploy pipeline."""
        self.journey.approval_requested.clear()
        approve_again(self.journey)
        return f"version {self.journey.package['ModelPackageVersion']} is approved again"

    def refused_release(self) -> str:
        """An approver lets it into production, which fails; gives the reason. Raises JourneyFailed if nothing fails."""
        try:
            sentence = self.journey.release()
        except JourneyFailed as failed:
            return str(failed)
        raise JourneyFailed(f"nothing stopped the bad model: {sentence}")

    def learn_before(self, traffic: ProductionTraffic) -> str:
        """Take up what the first model answers; gives its version."""
        second, self.journey.package = self.journey.package, self.first
        try:
            return traffic.learn()
        finally:
            self.journey.package = second

    # ---- the shift

    def watch_shift(self, load: Load) -> None:
        """Note when production's traffic moves from now on."""
        account, region = self.production["account"], self.production["region"]
        endpoint = self.journey.outputs["endpoints"]["production"]

        def note(of_account: str, of_region: str, name: str, share: float) -> None:
            if (of_account, of_region, name) == (account, region, endpoint):
                self._seen.append((load.now(), share))

        self._scenario.runtime.sagemaker.hosting.on_shift = note

    def spans(self, load: Load) -> dict[str, tuple[float, float]]:
        """When the new fleet was a canary, and when it had everything. Raises JourneyFailed where it never was."""
        shares = [share for _, share in self._seen]
        if len(shares) < 2 or shares[-1] != 1.0:
            raise JourneyFailed(
                f"production's traffic moved in steps of {shares or 'nothing'}, not to a canary and then all"
            )
        # Requests that were on their way when the traffic moved are nobody's.
        started = [moment for moment, _ in self._seen]
        return {
            "canary": (started[0] + _ON_THE_WAY, started[-1] - _ON_THE_WAY),
            "all": (started[-1] + _ON_THE_WAY, load.now()),
        }


# Seconds that a request may be on its way.
_ON_THE_WAY = 0.2


def other_rows(data: TrainingData, seed: int = 1) -> TrainingData:
    """The same table without a tenth of its rows: another model comes of it."""
    with data.path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    chance = random.Random(seed)  # noqa: S311 - no secret is made of it
    kept = sorted(chance.sample(range(len(rows)), int(len(rows) * _SHARE)))
    path = data.path.with_name("second.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *(rows[index] for index in kept)])
    return replace(data, path=path)
