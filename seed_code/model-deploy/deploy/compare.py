"""`python -m deploy compare`: the two models that each stage serves now, before a release changes that."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.accounts import EndpointLocation, TestClients, assume, targets
from deploy.comparison import Comparison, compare_shadow, compare_variants
from deploy.endpoint import reason
from deploy.observations import ComparedEndpoint, read_observations, read_truth
from deploy.render import Release, ServedPair
from deploy.serving import AB_TEST, CHALLENGER, PRIMARY
from deploy.stages import StageSettings


@dataclass(frozen=True)
class ComparedStage:
    """What came of one account; `problem` says why nothing did."""

    target: EndpointLocation
    pair: ServedPair
    comparison: Comparison | None = None
    problem: str = ""

    def lines(self) -> list[str]:
        """For a reader of the log."""
        where = f"{self.target.account} {self.target.endpoint}"
        pair = f"{_version(self.pair.challenger)} beside {_version(self.pair.primary)} ({self.pair.shape})"
        if self.comparison is None:
            return [f"{where}: version {pair}: {self.problem}"]
        found = self.comparison
        beside = [f"  {figure.sentence()}" for figure in found.figures]
        return [f"{where}: version {pair}: {found.verdict}: {found.reason}", *beside]

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "account": self.target.account,
            "region": self.target.region,
            "endpointName": self.target.endpoint,
            "shape": self.pair.shape,
            "primary": self.pair.primary,
            "challenger": self.pair.challenger,
            "problem": self.problem,
            "comparison": self.comparison.document() if self.comparison else None,
        }


def compare(release: Release, folder: Path) -> list[ComparedStage]:
    """Compares what serves in each stage that has two models; writes `comparison.json`."""
    found = [
        _compared(release, release.stages[stage], target, pair)
        for stage, pair in release.compared.items()
        for target in targets(release.stages[stage])
    ]
    document = {"endpoints": [each.document() for each in found]}
    text = json.dumps(document, indent=2, allow_nan=False) + "\n"
    (folder / "comparison.json").write_text(text, encoding="utf-8")
    return found


def _compared(
    release: Release, settings: StageSettings, target: EndpointLocation, pair: ServedPair
) -> ComparedStage:
    try:
        comparison = _compare_endpoint(release, assume(settings, target), target, pair)
    except (ClientError, BotoCoreError) as error:
        return ComparedStage(target, pair, problem=reason(error))
    if comparison is None:
        return ComparedStage(
            target, pair, problem="the endpoint captures nothing, so nothing can be compared"
        )
    return ComparedStage(target, pair, comparison)


def _compare_endpoint(
    release: Release, clients: TestClients, target: EndpointLocation, pair: ServedPair
) -> Comparison | None:
    endpoint = _endpoint(clients, target)
    if endpoint is None:
        return None
    truth = read_truth(clients.s3, endpoint)
    first, second = (
        read_observations(clients.s3, clients.cloudwatch, endpoint, variant, truth)
        for variant in (PRIMARY, CHALLENGER)
    )
    if pair.shape == AB_TEST:
        return compare_variants(release.problem, release.gate.metric, first, second)
    return compare_shadow(release.problem, first, second)


def _endpoint(clients: TestClients, target: EndpointLocation) -> ComparedEndpoint | None:
    """Where it captures, and since when it has its variants."""
    name = clients.sagemaker.describe_endpoint(EndpointName=target.endpoint)["EndpointConfigName"]
    config: Mapping[str, Any] = clients.sagemaker.describe_endpoint_config(EndpointConfigName=name)
    captures = config.get("DataCaptureConfig", {})
    if not captures.get("EnableCapture"):
        return None
    bucket, _, prefix = str(captures["DestinationS3Uri"]).removeprefix("s3://").partition("/")
    return ComparedEndpoint(target.endpoint, bucket, prefix.rstrip("/"), config["CreationTime"])


def _version(arn: str) -> str:
    return arn.rpartition("/")[2]
