"""The deploy repository says what a release changes in an account's stack, and leaves nothing there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import delivery
from assumptions.entries.change_sets_on_stack_set_stacks import ASSUMPTION as ON_STACK_SETS
from assumptions.outcomes import failing
from rehearsal.aws.processes import REPOSITORY
from tests.rehearsal.accounts import STAGING, DataScienceAccount, make_role_for
from tests.rehearsal.stack_sets import DeployedTemplate, stages_document
from tests.rehearsal.workload import make_workload

DEPLOY = REPOSITORY / "seed_code" / "model-deploy"
NAME = "model-deploy"


class Release:
    """The delivered template in staging, and the files that the next release of it was rendered to."""

    def __init__(self, data_science: DataScienceAccount, models: Path, folder: Path) -> None:
        self.data_science, self.folder = data_science, folder
        self.deployed = DeployedTemplate(data_science, make_workload(data_science, models))
        make_role_for(data_science.cloud, self.deployed.workload.deployer, "change-set", data_science.deployer.role_arn)
        self.template = delivery.template()

    def rendered(self, package: str, stage: str = "staging", **changes: Any) -> None:
        """What rendering writes; `changes` are parameters of the template."""
        staging = {**stages_document()["staging"], "changeSetRoleName": "change-set"}
        values = {each["ParameterKey"]: each["ParameterValue"] for each in self.deployed.parameters(package)}
        values |= {key: str(value) for key, value in changes.items()}
        listed = [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(values.items())]
        document = {
            "projectId": "screening",
            "modelPackageArn": package,
            "holdoutUri": "s3://bucket/holdout",
            "problem": "binary",
            "gate": {"metric": "auc", "threshold": 0.9},
            "stages": {stage: staging},
        }
        texts = {
            "template.json": self.template,
            "deployment.json": document,
            f"{stage}-parameters.json": listed,
            f"{stage}-deregister-parameters.json": listed,
        }
        (self.folder / "build").mkdir(exist_ok=True)
        for name, value in texts.items():
            (self.folder / "build" / name).write_text(json.dumps(value))

    def start(self, stage: str = "staging") -> subprocess.Popen[str]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(DEPLOY),
            **self.data_science.deployer.environment(self.data_science.cloud.endpoint_url),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "deploy", "changes", "--stage", stage],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def changes(self, stage: str = "staging") -> dict[str, Any]:
        """What the command says, without change sets left; the account is staging's, whatever the stage."""
        process = self.start(stage)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
        assert self.left() == []
        found: dict[str, Any] = json.loads((self.folder / "build" / f"changes-{stage}.json").read_text())
        return found

    def left(self) -> list[str]:
        client = self.deployed.workload.client("cloudformation")
        stack = self.deployed.stack_sets.shown().get(STAGING, {}).get("StackId")
        if not stack:
            return []
        return [each["ChangeSetName"] for each in client.list_change_sets(StackName=stack)["Summaries"]]


@pytest.fixture
def release(data_science: DataScienceAccount, models: Path, tmp_path: Path) -> Release:
    return Release(data_science, models, tmp_path)


def test_a_release_is_said_in_words_before_it_happens(release: Release) -> None:
    first = release.deployed.workload.package("first")
    release.rendered(first)
    release.deployed.stack_sets.create(release.template, Parameters=release.deployed.parameters(first))
    nothing = release.changes()
    assert nothing["accounts"][0]["state"] == "first"
    assert "there is no stack yet" in nothing["accounts"][0]["words"][0]

    assert release.deployed.stack_sets.instances(STAGING)["Status"] == "SUCCEEDED"
    assert release.changes()["accounts"][0]["words"] == ["nothing changes"]

    release.rendered(release.deployed.workload.package("second"))
    (account,) = release.changes()["accounts"]
    assert "model: screening version 1 becomes screening version 2" in account["words"]
    assert f"endpoint: {stages_document()['staging']['endpointName']} stays and is updated" in account["words"]
    (replaced,) = [line for line in account["words"] if line.startswith("replaced:")]
    assert replaced == "replaced: Model"
    assert account["risks"] == []
    assert any("not known here: no price" in line for line in account["cost"])


def test_what_is_taken_from_an_endpoint_in_production_asks_a_person(release: Release) -> None:
    first = release.deployed.workload.package("first")
    release.deployed.first(first)
    release.rendered(first, "production", MaxInstanceCount=1, CapturePercentage=20)
    lost = release.changes("production")
    assert lost["approval"] == "needed"
    assert [risk for risk in lost["risks"] if "scaling is taken away" in risk]
    assert "capture: 100 % of requests becomes 20 % of requests" in lost["accounts"][0]["words"]

    del release.template["Resources"]["LatencyAlarm"]
    release.rendered(first, "production")
    assert any("alarms are removed: LatencyAlarm" in risk for risk in release.changes("production")["risks"])

    release.rendered(first, "production", EndpointName="mlops-screening-other")
    assert any("the endpoint is replaced" in risk for risk in release.changes("production")["risks"])


def test_a_change_that_cannot_be_asked_is_not_taken_for_none(release: Release) -> None:
    first = release.deployed.workload.package("first")
    release.deployed.first(first)
    release.rendered(first, "production")
    release.deployed.workload.client("ssm").delete_parameter(Name="/mlops/staging/keys/volumes")
    unseen = release.changes("production")
    assert unseen["accounts"][0]["state"] == "unseen"
    assert unseen["approval"] == "needed"
    assert "/mlops/staging/keys/volumes" in unseen["accounts"][0]["words"][0]


def test_a_stack_set_whose_stacks_take_no_change_set_is_said(release: Release) -> None:
    first = release.deployed.workload.package("first")
    release.deployed.first(first)
    release.rendered(first, "production")
    with failing([ON_STACK_SETS.name]):
        unseen = release.changes("production")
    assert (unseen["accounts"][0]["state"], unseen["approval"]) == ("unseen", "needed")
    assert "takes no change set" in unseen["accounts"][0]["words"][0]


def test_a_change_set_that_an_earlier_run_left_is_removed(release: Release) -> None:
    first = release.deployed.workload.package("first")
    release.deployed.first(first)
    stack = release.deployed.stack_sets.shown()[STAGING]["StackId"]
    release.deployed.workload.client("cloudformation").create_change_set(
        StackName=stack,
        ChangeSetName=NAME,
        TemplateBody=json.dumps(delivery.template()),
        Parameters=release.deployed.parameters(first),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    assert release.left() == [NAME]
    release.rendered(release.deployed.workload.package("second"))
    assert release.changes()["accounts"][0]["state"] == "changes"


def test_an_interrupted_run_leaves_no_change_set(release: Release) -> None:
    first = release.deployed.workload.package("first")
    release.deployed.first(first)
    release.rendered(release.deployed.workload.package("second"))
    process = release.start()
    deadline = time.monotonic() + 60
    while not release.left() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert release.left() == [NAME]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert release.left() == []


def test_nothing_executes_a_change_set(release: Release) -> None:
    first = release.deployed.workload.package("first")
    release.deployed.first(first)
    with pytest.raises(ClientError, match="not executed here"):
        release.deployed.workload.client("cloudformation").execute_change_set(ChangeSetName=NAME, StackName="s")
