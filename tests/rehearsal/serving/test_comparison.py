"""Two models that answer are compared by what was captured of them: alike, and one that is worse."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assumptions.entries.shadows_are_captured_with_ids import ASSUMPTION
from assumptions.outcomes import failing
from catalog.serving import ServingShape
from rehearsal.aws.processes import REPOSITORY
from tests.rehearsal.accounts import DataScienceAccount
from tests.rehearsal.stack_sets import DeployedTemplate
from tests.rehearsal.workload import CAPTURE, ENDPOINT, ServingAccount, make_workload

REQUESTS = 200


@pytest.fixture
def deployed(data_science: DataScienceAccount, models: Path) -> DeployedTemplate:
    return DeployedTemplate(data_science, make_workload(data_science, models))


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The model-deploy repository's modules."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "seed_code" / "model-deploy"))
    from deploy import comparison, observations  # type: ignore[import-not-found,unused-ignore]

    class Modules:
        compare_variants, compare_shadow = comparison.compare_variants, comparison.compare_shadow
        ComparedEndpoint = observations.ComparedEndpoint
        read_observations, read_truth = observations.read_observations, observations.read_truth

    return Modules


def ask(workload: ServingAccount) -> None:
    """Single rows, each with an id and the label that the first model is for."""
    rows, now = workload.rows(), datetime.now(UTC)
    lines = []
    for number in range(REQUESTS):
        row = [value + number * 1e-6 for value in rows[number % len(rows)]]
        workload.ask([row], InferenceId=f"r{number}", Accept="text/csv")
        truth = {"data": str(int(row[0] + row[1] > 0)), "encoding": "CSV"}
        lines.append(json.dumps({"groundTruthData": truth, "eventMetadata": {"eventId": f"r{number}"}}))
    workload.client("s3").put_object(
        Bucket=CAPTURE,
        Key=f"screening/ground-truth/{ENDPOINT}/{now:%Y/%m/%d/%H}/truth.jsonl",
        Body="\n".join(lines).encode(),
    )
    workload.data_science.sagemaker.hosting.flush()


def observed(workload: ServingAccount, deploy: Any) -> list[Any]:
    since = datetime.now(UTC) - timedelta(minutes=10)
    endpoint = deploy.ComparedEndpoint(ENDPOINT, CAPTURE, "screening", since)
    s3, cloudwatch = workload.client("s3"), workload.client("cloudwatch")
    truth = deploy.read_truth(s3, endpoint)
    return [deploy.read_observations(s3, cloudwatch, endpoint, name, truth) for name in ("primary", "challenger")]


@pytest.mark.parametrize(("challenger", "verdict"), [("second", "worse"), ("first", "no difference shown")])
def test_a_worse_model_is_told_apart_and_the_same_one_is_not(
    deployed: DeployedTemplate, deploy: Any, challenger: str, verdict: str
) -> None:
    workload = deployed.workload
    first = workload.package("first")
    more = {"ChallengerPackageArn": workload.package(challenger), "PrimaryPercentage": "50"}
    assert deployed.first(first, ServingShape.AB_TEST, **more)["Status"] == "SUCCEEDED"
    ask(workload)
    one, other = observed(workload, deploy)
    assert one.requests + other.requests == REQUESTS == len(one.answers) + len(other.answers)
    assert len(one.labelled()) == len(one.answers) > 60
    found = deploy.compare_variants("binary", "auc", one, other)
    assert found.verdict == verdict, found.reason
    assert {figure.name for figure in found.figures} >= {"auc", "error rate", "latency in ms", "mean answer"}


@pytest.mark.parametrize("with_ids", [True, False])
def test_a_shadow_is_compared_by_the_same_requests(deployed: DeployedTemplate, deploy: Any, with_ids: bool) -> None:
    """Where its captures have no ids, every request counts once: the same one is answered the same."""
    with failing(() if with_ids else (ASSUMPTION.name,)):
        _compare_shadow(deployed, deploy)


def _compare_shadow(deployed: DeployedTemplate, deploy: Any) -> None:
    workload = deployed.workload
    more = {"ChallengerPackageArn": workload.package("second"), "ChallengerPercentage": "100"}
    assert deployed.first(workload.package("first"), ServingShape.SHADOW, **more)["Status"] == "SUCCEEDED"
    ask(workload)
    workload.data_science.sagemaker.hosting.flush()
    one, other = observed(workload, deploy)
    found = deploy.compare_shadow("binary", one, other)
    assert (found.verdict, len(one.answers)) == ("differs", REQUESTS)
    assert f"of {REQUESTS} answers agree" in found.reason
