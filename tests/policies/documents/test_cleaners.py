"""What functions may delete that clear a stack before it goes: only what somebody agreed to lose."""

from __future__ import annotations

import json
from collections.abc import Collection

import pytest

from catalog.scope import Scope
from policies.documents import cleaners
from policies.documents.statement import document
from tests.policies.documents.requests import arn, may
from tests.policies.documents.scopes import project_scope_of

SCOPE = Scope.of_account("111111111111", "eu-west-1", "mlops")
GROUP = "arn:aws:logs:eu-west-1:111111111111:log-group:/aws/lambda/mlops-dev-account-cleaner"
BUCKETS = {"data": "arn:aws:s3:::data", "models": "arn:aws:s3:::models"}


def allowed(deletes: Collection[str]) -> dict[str, list[str]]:
    """Actions that begin with Delete, with the resources of their statement."""
    text = cleaners.account_cleaner(SCOPE, log_group=GROUP, environment="dev", buckets=BUCKETS, deletes=deletes)
    found: dict[str, list[str]] = {}
    for statement in json.loads(text)["Statement"]:
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            if ":Delete" in action:
                found.setdefault(action, []).extend([resources] if isinstance(resources, str) else resources)
    return found


def test_without_consent_only_what_the_domain_leaves_is_deleted() -> None:
    assert sorted(allowed(())) == [
        "ec2:DeleteNetworkInterface",
        "ec2:DeleteSecurityGroup",
        "elasticfilesystem:DeleteMountTarget",
    ]


@pytest.mark.parametrize(
    ("consent", "action", "resources"),
    [
        ("data", "s3:DeleteObjectVersion", ["arn:aws:s3:::data/*"]),
        ("models", "s3:DeleteObjectVersion", ["arn:aws:s3:::models/*"]),
        ("studio", "sagemaker:DeleteSpace", None),
        ("studio", "elasticfilesystem:DeleteFileSystem", None),
    ],
)
def test_each_consent_gives_its_own_right(consent: str, action: str, resources: list[str] | None) -> None:
    given = allowed([consent])
    assert action in given
    assert resources is None or given[action] == resources
    assert action not in allowed([other for other in ("data", "models", "studio") if other != consent]) or resources


def test_contents_are_never_read() -> None:
    text = cleaners.account_cleaner(
        SCOPE, log_group=GROUP, environment="dev", buckets=BUCKETS, deletes=["data", "models", "studio"]
    )
    assert "GetObject" not in text
    assert "kms:" not in text


@pytest.mark.parametrize(
    ("action", "service", "own", "others"),
    [
        ("codebuild:StopBuild", "codebuild", "project/mlops-screening-build", "project/mlops-diabetes-build"),
        ("codepipeline:StopPipelineExecution", "codepipeline", "screening-mlops-build", "diabetes-mlops-build"),
        ("events:DisableRule", "events", "rule/screening-mlops-build", "rule/mlops-dev-findings"),
    ],
)
def test_what_runs_is_stopped_for_the_project_alone(action: str, service: str, own: str, others: str) -> None:
    removal = cleaners.removal_of_project(
        project_scope_of("screening"), ["screening-mlops-build"], ["mlops-screening-build"], deletes_models=False
    )
    assert may(document(*removal), action, arn(service, own))
    assert not may(document(*removal), action, arn(service, others))
    assert not may(document(*removal), action.replace("Stop", "Start").replace("Disable", "Put"), arn(service, own))
