"""The build of APIs' functions: an image and an archive of the same code, named where rendering reads them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from components.archives import ROOT, files
from components.builds.api_functions import api_functions_specification
from components.builds.model_image import BASE
from tests.rehearsal.codesuite.account import BUCKET, DEV, REGION, CodeSuiteAccount, archive
from tests.rehearsal.codesuite.test_codebuild import log_of

URL = f"{DEV}.dkr.ecr.{REGION}.amazonaws.com/mlops/api-functions"
CODE = "mlops-code"


def built(dev: CodeSuiteAccount) -> dict[str, str]:
    """What the build of the repository's own functions writes."""
    dev.client("ecr").create_repository(
        repositoryName="mlops/api-functions", imageScanningConfiguration={"scanOnPush": True}
    )
    dev.s3.create_bucket(Bucket=CODE, CreateBucketConfiguration={"LocationConstraint": REGION})
    folder = ROOT / "containers" / "function"
    found = [path for path in files(folder) if path.relative_to(folder).parts[0] != "tests"]
    source = archive({path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found})
    dev.s3.put_object(Bucket=BUCKET, Key="image/source/api.zip", Body=source)
    pin = f"s3://{BUCKET}/_image/api-functions"
    values = {"BASE": BASE, "REPOSITORY_URL": URL, "VERSION": "1.0.0", "PIN": pin, "CODE": f"s3://{CODE}"}
    dev.client("codebuild").create_project(
        name="api-functions",
        source={
            "type": "S3",
            "location": f"{BUCKET}/image/source/api.zip",
            "buildspec": api_functions_specification(),
        },
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:6.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": True,
            "environmentVariables": [{"name": name, "value": value} for name, value in values.items()],
        },
        serviceRole=dev.build_role,
    )
    started = dev.client("codebuild").start_build(projectName="api-functions")["build"]["id"]
    record = dev.suite.builds.records[started]
    assert record.done.wait(200)
    assert record.failure == "", log_of(dev, record.answer())
    pinned: dict[str, str] = json.loads(
        dev.s3.get_object(Bucket=BUCKET, Key="_image/api-functions")["Body"].read().decode()
    )
    return pinned


@pytest.mark.slow
def test_image_and_archive_hold_the_functions_with_what_the_lock_names(dev: CodeSuiteAccount, tmp_path: Path) -> None:
    pinned = built(dev)
    assert pinned["imageUri"].startswith(f"{URL}@sha256:")
    assert pinned["bucket"] == CODE
    body = dev.s3.get_object(Bucket=CODE, Key=pinned["key"])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        names = set(packed.namelist())
        packed.extractall(tmp_path)
    assert {"inference_api/handler.py", "jwt/__init__.py", "aws_lambda_powertools/__init__.py"} <= names
    assert not [name for name in names if name.startswith(("boto3/", "botocore/", "tests/"))]
    imported = "import inference_api.handler, inference_api.authorizer"
    ran = subprocess.run(
        [sys.executable, "-c", imported],
        cwd=tmp_path,
        env={"AWS_DEFAULT_REGION": REGION, "POWERTOOLS_TRACE_DISABLED": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
