"""The model image's build: pinned only when it was built, pushed and scanned without a finding that stops it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from moto.ecr.models import ecr_backends

from components.builds.model_image import BASE, SCAN_SECONDS, model_image_specification
from tests.rehearsal.codesuite.account import BUCKET, DEV, REGION, CodeSuiteAccount, archive
from tests.rehearsal.codesuite.test_codebuild import log_of

PIN = "_image/uri"
URL = f"{DEV}.dkr.ecr.{REGION}.amazonaws.com/mlops/model"
FILES = {
    "Dockerfile": "ARG BASE\nFROM ${BASE}\nCOPY serve.py /opt/program/\n",
    "serve.py": "one",
    "scan-exemptions.toml": "",
}


def build(
    dev: CodeSuiteAccount, *, scanned: bool = True, privileged: bool = True, specification: str = "", **files: str
) -> tuple[str, list[str]]:
    """Why the build fails, empty where it does not, and its log."""
    scanning = {"scanOnPush": scanned}
    dev.client("ecr").create_repository(repositoryName="mlops/model", imageScanningConfiguration=scanning)
    content = archive({**FILES, **{name.replace("_", "-") + ".toml": text for name, text in files.items()}})
    dev.s3.put_object(Bucket=BUCKET, Key="image/source/model.zip", Body=content)
    values = {"BASE": BASE, "REPOSITORY_URL": URL, "VERSION": "1.0.0", "PIN": f"s3://{BUCKET}/{PIN}"}
    own = specification or model_image_specification()
    dev.client("codebuild").create_project(
        name="image",
        source={"type": "S3", "location": f"{BUCKET}/image/source/model.zip", "buildspec": own},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:6.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": privileged,
            "environmentVariables": [{"name": name, "value": value} for name, value in values.items()],
        },
        serviceRole=dev.build_role,
    )
    started = dev.client("codebuild").start_build(projectName="image")["build"]["id"]
    record = dev.suite.builds.records[started]
    assert record.done.wait(60)
    return record.failure, log_of(dev, record.answer())


def pinned(dev: CodeSuiteAccount) -> str:
    """What was pinned; empty where nothing was."""
    found = dev.s3.list_objects_v2(Bucket=BUCKET, Prefix=PIN).get("Contents")
    return str(dev.s3.get_object(Bucket=BUCKET, Key=PIN)["Body"].read().decode()) if found else ""


def finding(name: str, severity: str) -> dict[str, Any]:
    """What the registry finds in every image of the repository."""
    return {
        "repositoryName": "mlops/model",
        "imageId": {},
        "imageScanStatus": {"status": "COMPLETE"},
        "imageScanFindings": {
            "imageScanCompletedAt": "2026-06-01T00:00:00Z",
            "findings": [{"name": name, "severity": severity, "uri": "https://example.com"}],
        },
    }


def test_an_image_is_built_pushed_scanned_and_pinned_by_its_digest(dev: CodeSuiteAccount) -> None:
    failure, log = build(dev)
    assert failure == "", log
    images = dev.client("ecr").describe_images(repositoryName="mlops/model")["imageDetails"]
    ((tag,),) = [image["imageTags"] for image in images]
    assert re.fullmatch(r"1\.0\.0-1-[0-9a-f]{8}", tag)
    assert pinned(dev) == f"{URL}@{images[0]['imageDigest']}"


def test_a_finding_keeps_an_image_from_being_pinned(dev: CodeSuiteAccount) -> None:
    ecr_backends[DEV][REGION].scan_finding_results.append(finding("CVE-2026-1", "HIGH"))
    failure, log = build(dev)
    assert "image_scan.py" in failure
    assert [line for line in log if "The image is not pinned: CVE-2026-1 (HIGH)" in line], log
    assert pinned(dev) == ""


def test_a_finding_that_somebody_answers_for_does_not(dev: CodeSuiteAccount) -> None:
    ecr_backends[DEV][REGION].scan_finding_results.append(finding("CVE-2026-1", "HIGH"))
    exemption = '[[exemption]]\nname = "CVE-2026-1"\nreason = "not called"\nowner = "ml"\nuntil = 2999-01-01\n'
    failure, log = build(dev, scan_exemptions=exemption)
    assert failure == "", log
    assert "@sha256:" in pinned(dev)


@pytest.mark.aws_behavior("image_is_scanned_on_push")
def test_a_repository_that_does_not_scan_leaves_nothing_to_wait_for(dev: CodeSuiteAccount) -> None:
    failure, log = build(dev, scanned=False, specification=model_image_specification().replace(str(SCAN_SECONDS), "1"))
    assert "image_scan.py" in failure
    assert [line for line in log if "not there: does the registry scan?" in line], log
    assert pinned(dev) == ""


@pytest.mark.aws_behavior("scan_takes_its_time")
def test_a_build_that_asks_once_finds_no_scan(dev: CodeSuiteAccount) -> None:
    """As it once was: the AWS CLI's `wait` ends at the first answer that is an error."""
    once = model_image_specification().replace(f" {SCAN_SECONDS}", " 0")
    failure, log = build(dev, specification=once)
    assert "image_scan.py" in failure
    assert [line for line in log if "The image is not pinned: after 0 s the scan is not there" in line], log
    assert pinned(dev) == ""


@pytest.mark.aws_behavior("docker_daemon")
def test_docker_needs_a_privileged_build(dev: CodeSuiteAccount) -> None:
    failure, log = build(dev, privileged=False)
    assert "docker pull" in failure
    assert [line for line in log if "Cannot connect to the Docker daemon" in line]


def test_the_specification_is_the_projects_own_and_pins_last() -> None:
    commands = json.loads(model_image_specification())["phases"]["build"]["commands"]
    pin = next(number for number, command in enumerate(commands) if '"$PIN"' in command)
    assert pin > next(number for number, command in enumerate(commands) if 'image_scan.py" scan-exemptions' in command)
