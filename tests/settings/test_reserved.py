"""Beginnings of names that AWS keeps for itself."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from settings.check import check
from settings.values import Prefix
from tests.settings.folder import FILES, Folder


def prefixed(folder: Folder, prefix: str) -> list[str]:
    """Problems of the folder with another prefix in every file."""
    for stack in FILES:
        folder.change(stack, "  mlops-platform:kind", f"  mlops-platform:prefix: {prefix}\n  mlops-platform:kind")
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize(
    ("prefix", "part"),
    [
        ("sthree", "names of buckets would begin with sthree-, which S3 reserves"),
        ("sthree-a", "names of buckets would begin with sthree-, which S3 reserves"),
        ("aws", "SSM parameters, keys' aliases and log groups would begin with aws, which AWS reserves"),
        ("aws-team", "would begin with aws"),
        ("awsome", "would begin with aws"),
        ("ssm", "would begin with ssm"),
    ],
)
def test_no_prefix_begins_like_what_aws_reserves(folder: Folder, prefix: str, part: str) -> None:
    found = prefixed(folder, prefix)
    assert len(found) == len(FILES)
    assert all(part in message and "prefix = " in message and "choose another" in message for message in found)


@pytest.mark.parametrize("prefix", ["amzn-s3-demo-x", "xn--a", "-s3alias"])
def test_what_is_too_long_or_no_identifier_is_no_prefix_either(prefix: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Prefix).validate_python(prefix)


@pytest.mark.parametrize("prefix", ["sthreex", "three", "paws", "amzn", "xn"])
def test_a_prefix_that_only_looks_alike_passes(folder: Folder, prefix: str) -> None:
    assert prefixed(folder, prefix) == []


def test_no_prefix_and_stack_together_begin_a_bucket_like_what_s3_reserves(folder: Folder) -> None:
    folder.file("staging").rename(folder.file("s3-demo-eu"))
    folder.change("dev", "[staging, prod]", "[s3-demo-eu, prod]")
    for stack in {*FILES, "s3-demo-eu"} - {"staging"}:
        folder.change(stack, "  mlops-platform:kind", "  mlops-platform:prefix: amzn\n  mlops-platform:kind")
    [message] = [str(problem) for problem in check(folder.path)]
    assert message.startswith("Pulumi.s3-demo-eu.yaml")
    assert "begins with amzn-s3-demo-, which S3 reserves" in message
