"""Which image a pipeline runs: the one that the settings name by digest, else the one that was built last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from pipeline.errors import UserError
from pipeline.project import PINNED_IMAGE, with_pinned_image

URL = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/mlops/model"
PINNED = f"{URL}@sha256:{'1' * 64}"
VALUES = {"storage/artifacts-uri": "s3://artifacts/screening", "image/uri": f"{URL}:1.0.0"}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="artifacts")
        yield client


def test_the_image_that_was_built_last_is_taken(s3: Any) -> None:
    s3.put_object(Bucket="artifacts", Key=PINNED_IMAGE, Body=PINNED.encode())
    assert with_pinned_image(VALUES, lambda: s3)["image/uri"] == PINNED


def test_a_digest_in_the_settings_is_the_last_word() -> None:
    named = {**VALUES, "image/uri": f"{URL}@sha256:{'2' * 64}"}
    assert with_pinned_image(named, lambda: pytest.fail("nobody asks S3")) == named


def test_without_any_build_the_reason_is_said(s3: Any) -> None:
    with pytest.raises(UserError) as failed:
        with_pinned_image(VALUES, lambda: s3)
    assert "the platform team's image build writes it" in str(failed.value)
