"""Rights by shape of serving: each shape gives what it takes, and what is not chosen gives nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from catalog.serving import ServingShape
from policies.documents import workload_roles
from tests.policies.documents.scopes import workload_scope

ENDPOINT = "mlops-screening-staging"


def test_role(shapes: Sequence[ServingShape]) -> dict[str, Any]:
    return _by_sid(workload_roles.test_role(workload_scope(), "screening", ENDPOINT, shapes))


def model_role(shapes: Sequence[ServingShape]) -> dict[str, Any]:
    return _by_sid(workload_roles.model_role(workload_scope(), "screening", ENDPOINT, "mlops/*", shapes))


def _by_sid(document: str) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in json.loads(document)["Statement"]}


test_role.__test__ = False  # type: ignore[attr-defined]
ADDED = {
    ServingShape.SINGLE: (set(), set()),
    ServingShape.PIPELINE: (set(), set()),
    ServingShape.MULTI_MODEL: (set(), set()),
    ServingShape.SERVERLESS: (set(), set()),
    ServingShape.AB_TEST: ({"CompareByMetrics"}, set()),
    ServingShape.SHADOW: ({"CompareByMetrics"}, set()),
    ServingShape.ASYNCHRONOUS: ({"CallAsynchronously", "WriteRequests", "EncryptRequests"}, {"ReadRequests"}),
    ServingShape.BATCH: (
        {"WriteRequests", "EncryptRequests", "FindBucketAndKeys", "RunTransformJobs"},
        {"ReadRequests", "ListRequests"},
    ),
}


@pytest.mark.parametrize("shape", list(ServingShape))
def test_a_shape_adds_its_own_statements_and_no_others(shape: ServingShape) -> None:
    tester, model = test_role([shape]).keys() - test_role([]).keys(), model_role([shape]).keys() - model_role([]).keys()
    # A volume's key takes three statements, whose form is their own module's.
    named = {sid for sid in tester if not sid.startswith(("EncryptVolumes", "See"))}
    assert (named, set(model)) == ADDED[shape]
    assert (named != tester) == (shape is ServingShape.BATCH)


def test_requests_are_written_and_read_below_the_projects_own_folders_alone() -> None:
    shapes = [ServingShape.ASYNCHRONOUS, ServingShape.BATCH]
    folders = [
        "arn:aws:s3:::capture/screening/asynchronous/requests/*",
        "arn:aws:s3:::capture/screening/batch/requests/*",
    ]
    assert sorted(test_role(shapes)["WriteRequests"]["Resource"]) == folders
    assert sorted(model_role(shapes)["ReadRequests"]["Resource"]) == folders


def test_jobs_are_the_endpoints_own_by_name_and_their_parameters_three() -> None:
    found = test_role([ServingShape.BATCH])
    jobs = f"arn:aws:sagemaker:eu-west-1:222222222222:transform-job/{ENDPOINT}-*"
    assert found["RunTransformJobs"]["Resource"] == jobs
    assert len(found["FindBucketAndKeys"]["Resource"]) == 3
