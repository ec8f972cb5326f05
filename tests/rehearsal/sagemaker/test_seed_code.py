"""The repository that projects start from: published, run and served, with nothing of its own replaced."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from delivery import render
from functions.endpoint_checker.asking import ask
from functions.endpoint_checker.checks import read_checks
from functions.endpoint_checker.fleets import ChecksAddress
from rehearsal.aws.processes import REPOSITORY, container_python
from tests.rehearsal.accounts import (
    BUCKET,
    IMAGE,
    STAGING,
    AccountRoleName,
    DataScienceAccount,
    make_role_for,
    requests_of,
)
from tests.rehearsal.stack_sets import DeployedTemplate, stages_document
from tests.rehearsal.workload import ENDPOINT, make_workload

DEPLOY = REPOSITORY / "seed_code" / "model-deploy"
SEED = REPOSITORY / "seed_code" / "model-build"
TREE = "/mlops/dev/projects/screening"
_PREDICT = """
import json, sys, tarfile
import numpy, xgboost
with tarfile.open(sys.argv[1]) as tar:
    tar.extractall(sys.argv[2], filter="data")
booster = xgboost.Booster(model_file=sys.argv[2] + "/model.ubj")
rows = numpy.loadtxt(sys.argv[3], delimiter=",", skiprows=1, dtype="float32", ndmin=2)
names = booster.feature_names
print(json.dumps([float(v) for v in booster.predict(xgboost.DMatrix(rows, feature_names=names))]))
"""


@pytest.fixture(scope="session")
def seed_python() -> Path:
    """The seed code's own environment."""
    python = SEED / ".venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([str(shutil.which("uv")), "sync", "--project", str(SEED), "--frozen"], check=True)
    return python


def publish_project(data_science: DataScienceAccount, threshold: float) -> None:
    """What the platform's project stack writes, and the project's data."""
    values: Mapping[str, str] = {
        "id": "screening",
        "pipeline/name": "mlops-screening",
        "roles/pipeline": data_science.roles[AccountRoleName.PIPELINE],
        "roles/processing": data_science.roles[AccountRoleName.JOB],
        "roles/training": data_science.roles[AccountRoleName.JOB],
        "registry/group": "screening",
        "image/uri": IMAGE,
        "network/subnet-ids": data_science.subnet,
        "network/security-group-ids": data_science.group,
        "keys/data": data_science.key,
        "keys/models": data_science.key,
        "keys/volumes": data_science.key,
        "storage/data-uri": f"s3://{BUCKET}/data",
        "storage/artifacts-uri": f"s3://{BUCKET}/artifacts",
        "storage/models-uri": f"s3://{BUCKET}/models",
        "gate/metric": "auc",
        "gate/threshold": str(threshold),
    }
    for name, value in values.items():
        data_science.client("ssm").put_parameter(Name=f"{TREE}/{name}", Value=value, Type="String")
    data_science.client("sagemaker").create_model_package_group(ModelPackageGroupName="screening")
    data = load_breast_cancer()
    header = ",".join([*(name.replace(" ", "_") for name in data.feature_names), "target"])
    lines = [",".join(map(str, [*row, label])) for row, label in zip(data.data, data.target, strict=True)]
    data_science.put("data/training/data.csv", "\n".join([header, *lines]) + "\n")


def pipeline(data_science: DataScienceAccount, python: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "MLOPS_PARAMETERS": TREE,
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "0123abc",
        **data_science.deployer.environment(data_science.cloud.endpoint_url),
    }
    return subprocess.run(
        [str(python), "-m", "pipeline", *command],
        cwd=SEED,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_seed_code_trains_registers_and_is_served_as_it_predicts(
    data_science: DataScienceAccount, models: Path, seed_python: Path, tmp_path: Path
) -> None:
    publish_project(data_science, 0.9)
    for command in (("upsert",), ("run", "--wait", "--poll", "0.2")):
        done = pipeline(data_science, seed_python, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    client = data_science.client("sagemaker")
    (summary,) = client.list_model_packages(ModelPackageGroupName="screening")["ModelPackageSummaryList"]
    arn = summary["ModelPackageArn"]
    package = client.describe_model_package(ModelPackageName=arn)
    properties = package["CustomerMetadataProperties"]
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert (properties["problem"], properties["metric"], properties["commit"]) == ("binary", "auc", "0123abc")
    assert {line.endpoint for line in requests_of(data_science, AccountRoleName.PIPELINE)} == {None}

    artifact = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"].removeprefix(f"s3://{BUCKET}/")
    (tmp_path / "model.tar.gz").write_bytes(data_science.read(artifact))
    holdout = properties["holdout_uri"].rstrip("/").removeprefix(f"s3://{BUCKET}/")
    rows = data_science.read(f"{holdout}/holdout.csv")
    (tmp_path / "holdout.csv").write_bytes(rows)
    arguments = [str(tmp_path / name) for name in ("model.tar.gz", "model", "holdout.csv")]
    fresh = subprocess.run(
        [str(container_python()), "-c", _PREDICT, *arguments], capture_output=True, text=True, check=True
    )
    checks = data_science.read(properties["checks_uri"].removeprefix(f"s3://{BUCKET}/"))
    manifest = json.loads(data_science.read(f"{holdout}/manifest.json"))
    assert manifest["checks"] == {"uri": properties["checks_uri"], "sha256": hashlib.sha256(checks).hexdigest()}
    workload = make_workload(data_science, models)
    described = workload.endpoint(workload.config("one", arn))
    assert described["EndpointStatus"] == "InService", described
    answer = workload.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=described["EndpointName"], Body=rows, ContentType="text/csv", Accept="application/json"
    )
    served = np.array(json.loads(answer["Body"].read())["predictions"], dtype=np.float32)
    assert len(served) > 50
    assert np.array_equal(served, np.array(json.loads(fresh.stdout), dtype=np.float32))
    # What the endpoint checker will do with what was written down.
    address = ChecksAddress(properties["checks_uri"], manifest["checks"]["sha256"])
    known = {"1": read_checks(data_science.client("s3"), address)}
    runtime = workload.client("sagemaker-runtime")
    counts = ask(runtime, described["EndpointName"], known, newest=("1",), alone="1", requests=20, check_id="test")
    assert (counts.checked["1"], counts.wrong.total(), counts.failed) == (20, 0, 0)


def deploy(
    data_science: DataScienceAccount, folder: Path, *command: str, package: str = "none"
) -> subprocess.CompletedProcess[str]:
    """Run the deploy repository, with the template beside it as it is delivered."""
    if not (folder / "template.json").exists():
        shutil.copytree(DEPLOY / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "template.json").write_text(render())
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "MLOPS_PARAMETERS": TREE,
        "MODEL_PACKAGE_ARN": package,
        **data_science.deployer.environment(data_science.cloud.endpoint_url),
    }
    return subprocess.run(
        [sys.executable, "-m", "deploy", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_deploy_repository_tests_what_a_stack_set_serves_and_sees_sabotage(
    data_science: DataScienceAccount, models: Path, seed_python: Path, tmp_path: Path
) -> None:
    publish_project(data_science, 0.9)
    for command in (("upsert",), ("run", "--wait", "--poll", "0.2")):
        done = pipeline(data_science, seed_python, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    client = data_science.client("sagemaker")
    (summary,) = client.list_model_packages(ModelPackageGroupName="screening")["ModelPackageSummaryList"]
    client.update_model_package(ModelPackageArn=summary["ModelPackageArn"], ModelApprovalStatus="Approved")
    stages = json.dumps(stages_document())
    data_science.client("ssm").put_parameter(Name=f"{TREE}/deploy/stages", Value=stages, Type="String")

    rendered = deploy(data_science, tmp_path, "render", package=summary["ModelPackageArn"])
    assert rendered.returncode == 0, rendered.stderr
    deployed = DeployedTemplate(data_science, make_workload(data_science, models))
    make_role_for(data_science.cloud, deployed.workload.deployer, "test", data_science.deployer.role_arn)
    parameters = json.loads((tmp_path / "build" / "staging-parameters.json").read_text())
    deployed.stack_sets.create(
        json.loads((tmp_path / "build" / "staging-template.json").read_text()), Parameters=parameters
    )
    assert deployed.stack_sets.instances(STAGING)["Status"] == "SUCCEEDED", deployed.stack_sets.shown()

    good = deploy(data_science, tmp_path, "test", "--stage", "staging", "--capture-wait", "20")
    assert good.returncode == 0, good.stdout + good.stderr
    data_science.sagemaker.hosting.sabotage = lambda name: name == ENDPOINT
    bad = deploy(data_science, tmp_path, "test", "--stage", "staging", "--capture-wait", "20")
    assert bad.returncode == 1
    assert "error: 222222222222" in bad.stderr
    assert "Traceback" not in bad.stderr


def test_a_gate_that_cannot_be_passed_fails_the_command_with_the_figures(
    data_science: DataScienceAccount, seed_python: Path
) -> None:
    publish_project(data_science, 0.9999)
    assert pipeline(data_science, seed_python, "upsert").returncode == 0
    done = pipeline(data_science, seed_python, "run", "--wait", "--poll", "0.2")
    assert done.returncode == 1
    assert "0.9999" in done.stderr
    assert "auc" in done.stderr
    assert "Traceback" not in done.stderr
    client = data_science.client("sagemaker")
    assert client.list_model_packages(ModelPackageGroupName="screening")["ModelPackageSummaryList"] == []
