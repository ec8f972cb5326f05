"""A project whose staging serves in one shape after another: requests, the truth about them, what is left behind."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import boto3
from botocore.config import Config

from rehearsal.codesuite.execution import PipelineExecution
from rehearsal.journey.data import TrainingData
from rehearsal.journey.steps import JourneyFailed
from rehearsal.life.use import approve_again, train_again
from rehearsal.scenarios.scenario import ScenarioRun
from settings.project_file import NAMESPACE

_CONFIG = Config(retries={"total_max_attempts": 2}, read_timeout=70)


@dataclass
class ShapedProject:
    """The scenario's project in staging, which one setting after another makes serve differently."""

    run: ScenarioRun
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)  # by a name of the scenario's
    # Of each request with an id, by its number: which row it was, and the variant that answered.
    _asked: list[tuple[int, str]] = field(default_factory=list)
    _config: dict[str, str] = field(default_factory=dict)

    @property
    def workload(self) -> Mapping[str, Any]:
        """The staging account."""
        return next(each for each in self.run.journey.release_facts.workloads if each["stage"] == "staging")

    @property
    def endpoint(self) -> str:
        """Name of the endpoint."""
        return str(self.run.journey.outputs["endpoints"]["staging"])

    def serve_in(self, serving: Mapping[str, Any], name: str) -> str:
        """Bring the project's stack up with another shape of serving in staging, and release a model that there is."""
        deployments = json.dumps({"staging": {"serving": serving}})
        self._up({f"{NAMESPACE}deployments": deployments})
        told = self.release(name)
        passed = [line for line in self.log_of("Test").splitlines() if line.startswith(self.workload["account"])]
        self.run.measured(f"shapes {serving['shape']}", passed)
        return f"{told}; {len(passed)} checks of its test"

    def _up(self, more: Mapping[str, str]) -> None:
        self._config |= more
        planned = next(each for each in self.run.planned if each.stack == self.run.inputs.stack)
        self.run.environment.change(replace(planned, config={**planned.config, **self._config}))

    def destroy(self) -> str:
        """Destroy the project's stack, and look for what its releases made in the staging account."""
        environment, stack = self.run.environment, self.run.inputs.stack
        self._up({f"{NAMESPACE}protect": "false", f"{NAMESPACE}removal": json.dumps({"delete": ["models"]})})
        environment.keep(stack)
        environment.destroy(stack)
        found = self._left()
        if found:
            raise JourneyFailed(f"left in the staging account: {', '.join(found)}")
        return "no endpoint, configuration, model, alarm or scalable target of it is left in the staging account"

    def _left(self) -> list[str]:
        cloud, account = self.run.environment.cloud, self.workload["account"]
        with cloud.recorder.unheard():
            owner = cloud.owner(account)
            sagemaker, cloudwatch = cloud.client(owner, "sagemaker"), cloud.client(owner, "cloudwatch")
            targets = cloud.client(owner, "application-autoscaling").describe_scalable_targets(
                ServiceNamespace="sagemaker"
            )["ScalableTargets"]
            return [
                *(each["EndpointName"] for each in sagemaker.list_endpoints()["Endpoints"]),
                *(each["EndpointConfigName"] for each in sagemaker.list_endpoint_configs()["EndpointConfigs"]),
                *(each["ModelName"] for each in sagemaker.list_models()["Models"]),
                *(each["ResourceId"] for each in targets),
                *(
                    each["AlarmName"]
                    for each in cloudwatch.describe_alarms(AlarmNamePrefix=self.endpoint)["MetricAlarms"]
                ),
            ]

    def train(self, name: str, data: Callable[[TrainingData], TrainingData]) -> str:
        """Train a model on other data, register and approve it; the release comes to its end."""
        journey = self.run.journey
        original = journey.data
        journey.data = data(original)
        try:
            train_again(journey, self.run.runtime)
        finally:
            journey.data = original
        self.packages[name] = journey.package
        return journey.stage()

    def release(self, name: str) -> str:
        """Approve a model that there is already once more, which releases it."""
        journey = self.run.journey
        journey.package = self.packages[name]
        approve_again(journey)
        return journey.stage()

    def version(self, name: str) -> str:
        """A model's version in the registry."""
        return str(self.packages[name]["ModelPackageVersion"])

    def last_release(self) -> PipelineExecution:
        """The newest execution of the deploy pipeline."""
        journey = self.run.journey
        found = journey.suite.pipelines.executions(journey.account, journey.region, journey.outputs["deployPipeline"])
        return found[-1]

    def log_of(self, action: str) -> str:
        """What an action of the newest release printed."""
        actions = [each for stage in self.last_release().stages for each in stage.actions if each.name == action]
        if not actions:
            raise JourneyFailed(f"the release has no action {action}")
        path = self.run.journey.suite.builds.logs / f"{actions[0].external_id.replace(':', '-')}.log"
        return path.read_text(encoding="utf-8")

    # ---- requests

    def client(self, service: str) -> Any:
        """A client of the project's test role in the staging account, over loopback."""
        tester = self.run.journey.tester_in(self.workload)
        session = boto3.Session(**tester.credentials())
        return session.client(service, endpoint_url=self.run.environment.cloud.endpoint_url, config=_CONFIG)

    def ask(self, rows: Sequence[str], count: int) -> dict[str, int]:
        """Ask for single rows, each request with an id; how many each variant answered. The ids go on from before."""
        client = self.client("sagemaker-runtime")
        variants: Counter[str] = Counter()
        for _ in range(count):
            number = len(self._asked)
            answer = client.invoke_endpoint(
                EndpointName=self.endpoint,
                ContentType="text/csv",
                Accept="text/csv",
                InferenceId=f"request-{number}",
                Body=rows[number % len(rows)].encode(),
            )
            variant = answer["InvokedProductionVariant"]
            self._asked.append((number % len(rows), variant))
            variants[variant] += 1
        self.run.runtime.sagemaker.hosting.flush()
        return dict(sorted(variants.items()))

    def tell_truth(self, labels: Sequence[str], first: int) -> None:
        """Write true labels of requests since a number, as whoever learns them does: nobody of the platform.

        Of each row that both variants answered, for one request of each. So two models that answer alike show no
        difference, whichever requests chance gave them: of labels for every request, one comparison in twenty would.
        """
        numbers: dict[tuple[int, str], int] = {}
        for number, asked in list(enumerate(self._asked))[first:]:
            numbers.setdefault(asked, number)
        rows = Counter(row for row, _ in numbers)
        cloud, now = self.run.environment.cloud, datetime.now(UTC)
        lines = [
            json.dumps(
                {
                    "groundTruthData": {"data": labels[row], "encoding": "CSV"},
                    "eventMetadata": {"eventId": f"request-{number}"},
                    "eventVersion": "0",
                }
            )
            for (row, _), number in numbers.items()
            if rows[row] > 1
        ]
        bucket = self.run.environment.engine.stacks[self.workload["stack"]].outputs["captureBucket"]
        prefix = f"{self.run.journey.outputs['project']}/ground-truth/{self.endpoint}"
        with cloud.recorder.unheard():
            cloud.client(cloud.owner(self.workload["account"]), "s3").put_object(
                Bucket=bucket, Key=f"{prefix}/{now:%Y/%m/%d/%H}/{first}.jsonl", Body="\n".join(lines).encode()
            )

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return len(self._asked)


def labelled_rows(data: TrainingData) -> tuple[list[str], list[str]]:
    """The table's rows without the target, as CSV lines, and the target, in one order."""
    header, rows = _table(data.path)
    target = header.index(data.target)
    lines = [",".join(cell for index, cell in enumerate(row) if index != target) for row in rows]
    return lines, [row[target] for row in rows]


def with_labels_of_one_measure(data: TrainingData) -> TrainingData:
    """The same rows, labelled by one of the measures: whether it is below its median.

    The gate sees a model that is right about its own held-out rows, and better there than the one that serves: only the
    truth about real requests tells that it is worse.
    """
    header, rows = _table(data.path)
    target = header.index(data.target)
    measure = 1 if target != 1 else 0
    middle = median(float(row[measure]) for row in rows)
    for row in rows:
        row[target] = str(int(float(row[measure]) < middle))
    path = data.path.with_name("one-measure.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return replace(data, path=path)


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, rows
