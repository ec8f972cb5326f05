"""Lists of the model registry come in pages, and a page of a filtered list may be empty."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest

from rehearsal.aws.processes import REPOSITORY
from tests.rehearsal.accounts import ACCOUNT, IMAGE, DataScienceAccount

SCRIPTS = REPOSITORY / "seed_code" / "model-build" / "scripts"
GROUP = "screening"


@pytest.fixture
def approved(data_science: DataScienceAccount) -> str:
    """An approved package, the newest of three."""
    client = data_science.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName=GROUP)
    made = [
        client.create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus=status,
            InferenceSpecification={"Containers": [{"Image": IMAGE}], "SupportedContentTypes": ["text/csv"],
                                    "SupportedResponseMIMETypes": ["text/csv"]},
        )["ModelPackageArn"]
        for status in ("Approved", "Rejected", "Approved")
    ]  # fmt: skip
    return str(made[-1])


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The seed repository's script that finds the model in production, without the libraries that it trains with."""
    names = ("artifact", "container", "table_schema", "production")
    monkeypatch.syspath_prepend(str(SCRIPTS))
    artifact = ModuleType("artifact")
    artifact.ModelArtifact, artifact.open_artifact = object, None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "artifact", artifact)
    schema = ModuleType("table_schema")
    schema.TableSchema = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "table_schema", schema)
    yield import_module("production")
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.aws_behavior("empty_filtered_page")
def test_a_filtered_list_begins_with_an_empty_page(data_science: DataScienceAccount, approved: str) -> None:
    client = data_science.client("sagemaker")
    first = client.list_model_packages(ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved", MaxResults=1)
    assert (first["ModelPackageSummaryList"], bool(first["NextToken"])) == ([], True)
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved", PaginationConfig={"PageSize": 1}
    )
    found = [package["ModelPackageArn"] for page in pages for package in page["ModelPackageSummaryList"]]
    assert approved in found
    assert len(found) == 2


@pytest.mark.aws_behavior("empty_filtered_page")
def test_a_list_without_a_filter_does_not(data_science: DataScienceAccount, approved: str) -> None:
    listed = data_science.client("sagemaker").list_model_packages(ModelPackageGroupName=GROUP)
    assert approved in [package["ModelPackageArn"] for package in listed["ModelPackageSummaryList"]]


@pytest.mark.aws_behavior("empty_filtered_page")
def test_the_evaluation_finds_its_rival_behind_an_empty_page(
    data_science: DataScienceAccount, approved: str, production: ModuleType
) -> None:
    found = production.newest_approved(data_science.client("sagemaker"), GROUP)
    assert found["ModelPackageArn"] == approved


@pytest.mark.aws_behavior("package_names_its_callers")
def test_whoever_changes_metadata_takes_the_place_of_whoever_approved(
    data_science: DataScienceAccount, approved: str
) -> None:
    """A recorder that asked after its own change who approved would find itself."""
    approver, recorder = (data_science.cloud.owner(ACCOUNT), data_science.cloud.deployer(ACCOUNT))
    data_science.cloud.client(approver, "sagemaker").update_model_package(
        ModelPackageArn=approved, ModelApprovalStatus="Approved"
    )
    client = data_science.cloud.client(recorder, "sagemaker")
    found = client.describe_model_package(ModelPackageName=approved)
    assert found["LastModifiedBy"]["IamIdentity"]["Arn"] == approver.session_arn
    client.update_model_package(ModelPackageArn=approved, CustomerMetadataProperties={"release": "serves"})
    found = client.describe_model_package(ModelPackageName=approved)
    assert found["LastModifiedBy"]["IamIdentity"]["Arn"] == recorder.session_arn
    assert found["CreatedBy"]["IamIdentity"]["Arn"].startswith("arn:aws:sts::111111111111:assumed-role/")
