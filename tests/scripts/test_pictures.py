"""The README's pictures: the same every time, without anything fetched, and never of what was not built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts.pictures import architecture, summary
from scripts.pictures.built import BuiltStack, NotBuilt, read_stacks

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"

FOUNDATION = {"deployer": "iam/role:Role", "boundary": "iam/policy:Policy", "remediator": "lambda/function:Function"}
NETWORK = {"network-vpc": "ec2/vpc:Vpc", "endpoints-s3": "ec2/vpcEndpoint:VpcEndpoint"}
RESOURCES: Mapping[str, Mapping[str, str]] = {
    "foundation": FOUNDATION,
    "workload": NETWORK
    | {
        "capture-bucket": "s3/bucket:Bucket",
        "events-bus": "cloudwatch/eventBus:EventBus",
        "alarms-topic": "sns/topic:Topic",
    },
    "data-science": NETWORK
    | {f"{name}-bucket": "s3/bucket:Bucket" for name in ("data", "artifacts", "models")}
    | {"studio-ana": "sagemaker/userProfile:UserProfile", "images": "ecr/repository:Repository"},
    "project": {
        "registry": "sagemaker/modelPackageGroup:ModelPackageGroup",
        "build-pipeline": "codepipeline/pipeline:Pipeline",
        "deploy-pipeline": "codepipeline/pipeline:Pipeline",
    },
}
STACKS = {
    "foundation": ("foundation", "111111111111"),
    "foundation-staging": ("foundation", "222222222222"),
    "staging": ("workload", "222222222222"),
    "dev": ("data-science", "111111111111"),
    "project-churn": ("project", "111111111111"),
}
INPUTS = {"cidrBlock": "10.9.0.0/16", "stages": [{"name": "Fetch"}, {"name": "Ship"}]}


def _platform(*, without: str = "") -> list[BuiltStack]:
    return [BuiltStack(name, kind, account, 1, _resources(kind, without)) for name, (kind, account) in STACKS.items()]


def _resources(kind: str, without: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"type": f"aws:{type_}", "name": name, "region": "eu-west-1", "inputs": INPUTS}
        for name, type_ in RESOURCES[kind].items()
        if name != without
    )


def test_the_architecture_is_drawn_the_same_every_time() -> None:
    assert architecture.draw(_platform()).svg() == architecture.draw(_platform()).svg()


def test_the_architecture_shows_what_was_built() -> None:
    picture = architecture.draw(_platform()).svg()
    texts = ("VPC 10.9.0.0/16", "222222222222 · eu-west-1 · stack staging", "Fetch", "Ship")
    assert [text for text in texts if f">{text}</text>" not in picture] == []


@pytest.mark.parametrize("missing", [name for names in RESOURCES.values() for name in names])
def test_nothing_is_drawn_that_no_stack_made(missing: str) -> None:
    with pytest.raises(NotBuilt, match="has no resource of a type"):
        architecture.draw(_platform(without=missing))


def test_a_rehearsal_that_failed_is_no_example(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps({"passed": False, "access": None}), encoding="utf-8")
    with pytest.raises(summary.NotPassed, match="run `make rehearse`"):
        summary.draw(tmp_path)


def test_stacks_are_read_with_their_own_resources(tmp_path: Path) -> None:
    stack = {"kind": "workload", "account": "222222222222", "resources": {"aws:ec2/vpc:Vpc": 2}}
    (tmp_path / "report.json").write_text(json.dumps({"stacks": {"staging": stack}}), encoding="utf-8")
    resources = [
        {"stack": "staging", "custom": True, "type": "aws:ec2/vpc:Vpc", "name": "network-vpc"},
        {"stack": "staging", "custom": False, "type": "mlops:network:Network", "name": "network"},
        {"stack": "dev", "custom": True, "type": "aws:ec2/vpc:Vpc", "name": "network-vpc"},
    ]
    (tmp_path / "resources.json").write_text(json.dumps(resources), encoding="utf-8")
    (staging,) = read_stacks(tmp_path)
    assert (staging.name, staging.size, [resource["name"] for resource in staging.resources]) == (
        "staging",
        2,
        ["network-vpc"],
    )


@pytest.mark.slow
def test_the_committed_architecture_is_what_the_example_builds(resources: Path) -> None:
    drawn = architecture.draw(read_stacks(resources.parent)).svg()
    assert (IMAGES / "architecture.svg").read_text(encoding="utf-8") == drawn, "run `make golden`"


@pytest.mark.parametrize("name", ["architecture.svg", "rehearsal.svg"])
def test_pictures_fetch_nothing_and_have_a_title(name: str) -> None:
    content = (IMAGES / name).read_text(encoding="utf-8")
    assert "<title>" in content
    assert not [word for word in ("@import", "@font-face", "href=", "src:") if word in content]
