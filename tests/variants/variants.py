"""What teams change first, each as a folder of stack files: `python -m tests.variants.variants nat FOLDER`.

Each is the example with one thing changed, as its page of the documentation says.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.stacks.layouts import Layout, single, two_productions

WORKLOADS = ("staging", "prod")
PROJECT = "churn"
FOUND = {
    "dev": ("111111111111", "0a"),
    "staging": ("222222222222", "0b"),
}


def third_project(layout: Layout) -> None:
    """A third project, with a scientist of its own."""
    like = layout.stacks()["project-screening"]
    administrators = ["arn:aws:iam::111111111111:role/sign-in-churn"]
    changed = {"id": PROJECT, "description": "Foresees who leaves within a month", "administrators": administrators}
    layout.write(f"project-{PROJECT}", like | changed)
    for stack in WORKLOADS:
        layout.change(stack, projects=[*layout.stacks()[stack]["projects"], PROJECT])
    studio = layout.stacks()["dev"]["studio"]
    layout.change(
        "dev", studio=studio | {"scientists": [*studio["scientists"], {"name": "carol", "projects": [PROJECT]}]}
    )


def elsewhere(layout: Layout) -> None:
    """Every stack in another region."""
    for stack in layout.stacks():
        layout.change(stack, region="eu-central-1")


def prefix(layout: Layout) -> None:
    """Another beginning of every physical name, said once for all stacks."""
    project_file = layout.directory / "Pulumi.yaml"
    text = project_file.read_text(encoding="utf-8")
    project_file.write_text(text.replace("default: mlops", "default: acme"), encoding="utf-8")


def nat(layout: Layout) -> None:
    """The internet through NAT gateways, from the data science account's VPC."""
    layout.change("dev", network=layout.stacks()["dev"]["network"] | {"nat": True})


def guards(layout: Layout) -> None:
    """Every account control on, in every account."""
    switches = ("trail", "accessAnalyzer", "configRules", "guardDuty", "securityHub", "macie")
    correction = {"enabled": True, "deleteEndpoints": True}
    for stack, settings in layout.stacks().items():
        if settings["kind"] == "foundation":
            layout.change(stack, detection=dict.fromkeys(switches, True), correction=correction)


def brought(layout: Layout) -> None:
    """A VPC, endpoints, keys and buckets that are there already, in the data science account and in staging."""
    for stack, (account, number) in FOUND.items():
        endpoints = {service: f"vpce-{number}{index}{'0' * 14}" for index, service in enumerate(("s3", "kms"))}
        existing = {"network": _network(stack, number), "endpoints": endpoints, "keys": _keys(stack, account)}
        layout.change(stack, existing=existing)
    buckets = {"data": "acme-data-eu-west-1", "models": "acme-models-eu-west-1"}
    layout.change("dev", existing=layout.stacks()["dev"]["existing"] | {"buckets": buckets})
    deployer = layout.stacks()["foundation"]["deployer"]
    layout.change("foundation", deployer=deployer | {"existingBuckets": list(buckets.values())})
    for stack in WORKLOADS:
        registry = layout.stacks()[stack]["registry"]
        layout.change(stack, registry=registry | {"modelsBucket": buckets["models"]})


def _network(stack: str, number: str) -> dict[str, Any]:
    purposes = ("workloads", "endpoints", *(["studio"] if stack == "dev" else []))
    return {
        "vpc": f"vpc-{number}{'0' * 15}",
        "subnets": [f"subnet-{number}{zone}{'0' * 14}" for zone in "12"],
        "routeTables": [f"rtb-{number}{'0' * 15}"],
        "securityGroups": {purpose: f"sg-{number}f{index}{'0' * 13}" for index, purpose in enumerate(purposes)},
    }


def _keys(stack: str, account: str) -> dict[str, str]:
    purposes = ("data", "models") if stack == "dev" else ("volumes", "capture")
    key = f"arn:aws:kms:eu-west-1:{account}:key/00000000-0000-0000-0000-00000000000"
    return {purpose: f"{key}{number}" for number, purpose in enumerate(purposes, start=1 if stack == "dev" else 3)}


VARIANTS: dict[str, Callable[[Layout], None]] = {
    "third-project": third_project,
    "second-production": two_productions,
    "another-region": elsewhere,
    "another-prefix": prefix,
    "nat": nat,
    "one-account": single,
    "brought": brought,
    "guards": guards,
}


if __name__ == "__main__":
    VARIANTS[sys.argv[1]](Layout(Path(sys.argv[2])))
