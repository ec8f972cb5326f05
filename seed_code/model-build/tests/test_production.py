"""The comparison with the model in production, against an in-memory registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from conftest import LocalJobs, table
from container import sha256_of

pytestmark = pytest.mark.slow

GROUP, BUCKET = "mlops-screening", "mlops-dev-models"


@pytest.fixture
def registry(screening: LocalJobs, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalJobs]:
    """The breast cancer project, with a registry."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("MODEL_PACKAGE_GROUP", GROUP)
    with mock_aws():
        boto3.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
        boto3.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield screening


def register(archive: Path, key: str, status: str = "Approved", digest: str | None = None) -> str:
    """Put a model into the registry."""
    boto3.client("s3").upload_file(str(archive), BUCKET, key)
    answer = boto3.client("sagemaker").create_model_package(
        ModelPackageGroupName=GROUP,
        ModelApprovalStatus=status,
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": f"s3://{BUCKET}/{key}"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        CustomerMetadataProperties={"artifact_sha256": digest or sha256_of(archive)},
    )
    return str(answer["ModelPackageArn"])


def test_with_nothing_approved_there_is_nothing_to_compare(registry: LocalJobs, tmp_path: Path) -> None:
    assert registry.train() == 0
    register(registry.pack(tmp_path / "pending.tar.gz"), "pending", "PendingManualApproval")
    assert registry.evaluate() == 0
    assert registry.evaluation()["production"] is None
    assert registry.evaluation()["gate"]["passed"] == 1


def test_a_worse_model_than_production_closes_the_gate_and_an_equal_one_does_not(
    registry: LocalJobs, tmp_path: Path
) -> None:
    assert registry.train() == 0
    arn = register(registry.pack(tmp_path / "good.tar.gz"), "good")
    assert registry.evaluate() == 0
    evaluation = registry.evaluation()
    assert evaluation["production"]["model_package_arn"] == arn
    assert evaluation["production"]["metrics"] == evaluation["metrics"]
    assert evaluation["gate"] == {
        "passed": 1, "reasons": [], "value": evaluation["value"], "production_margin": 0.0
    }  # fmt: skip
    assert registry.train(num_round="1", max_depth="1") == 0
    assert registry.evaluate(threshold=0.6) == 0
    worse = registry.evaluation()
    assert worse["gate"]["passed"] == 0
    assert worse["gate"]["production_margin"] < 0
    assert worse["gate"]["reasons"] == [
        f"auc {worse['value']:.6g} is worse than production's {evaluation['value']:.6g}"
    ]
    assert worse["display"]["production"] == f"{evaluation['value']:.6g}"


def test_the_newest_approved_model_is_the_one_in_production(registry: LocalJobs, tmp_path: Path) -> None:
    assert registry.train(num_round="1") == 0
    register(registry.pack(tmp_path / "old.tar.gz"), "old")
    assert registry.train() == 0
    newest = register(registry.pack(tmp_path / "new.tar.gz"), "new")
    register(registry.pack(tmp_path / "rejected.tar.gz"), "rejected", "Rejected")
    assert registry.evaluate() == 0
    assert registry.evaluation()["production"]["model_package_arn"] == newest


def test_a_model_with_other_features_is_named_and_not_compared(registry: LocalJobs, tmp_path: Path) -> None:
    assert registry.train() == 0
    register(registry.pack(tmp_path / "all.tar.gz"), "all")
    registry.write_frame(table("screening").drop(columns="mean radius"))
    assert registry.prepare() == 0
    assert registry.train() == 0
    assert registry.evaluate() == 0
    production = registry.evaluation()["production"]
    assert production["compared"] is False
    assert production["difference"] == "the model in production has other features: mean radius"
    assert registry.evaluation()["gate"]["passed"] == 1


def test_an_artifact_that_is_not_the_registered_one_fails_the_job(
    registry: LocalJobs, tmp_path: Path
) -> None:
    assert registry.train() == 0
    register(registry.pack(tmp_path / "model.tar.gz"), "model", digest="0" * 64)
    assert registry.evaluate() == 1
    assert "its artifact is not the one that was registered (SHA-256 differs)" in registry.failure("evaluate")


def test_a_model_that_cannot_be_read_fails_the_job_instead_of_opening_the_gate(
    registry: LocalJobs, tmp_path: Path
) -> None:
    assert registry.train() == 0
    register(registry.pack(tmp_path / "model.tar.gz"), "model")
    boto3.client("s3").delete_object(Bucket=BUCKET, Key="model")
    assert registry.evaluate() == 1
    assert "the processing role needs sagemaker:ListModelPackages" in registry.failure("evaluate")


def test_object_versions_are_recorded_for_data_in_s3(
    registry: LocalJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = boto3.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    uploaded = s3.put_object(
        Bucket=BUCKET, Key="screening/training/data.csv", Body=(registry.data / "data.csv").read_bytes()
    )
    for uri in ("training/", "training", "training/data.csv"):
        monkeypatch.setenv("DATA_URI", f"s3://{BUCKET}/screening/{uri}")
        assert registry.prepare() == 0
        assert registry.schema()["inputs"][0]["version_id"] == uploaded["VersionId"]
    monkeypatch.setenv("DATA_URI", f"s3://{BUCKET}/elsewhere/")
    assert registry.prepare() == 1
    assert "elsewhere/data.csv: its version cannot be read" in registry.failure("prepare")
