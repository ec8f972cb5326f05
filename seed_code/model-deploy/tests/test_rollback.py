"""`python -m deploy rollback` and the comparison of approver and publisher, on records in memory."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto.sagemaker.models import sagemaker_backends

from tests.in_memory_aws import PRODUCTION, REGION, REGISTRY, SECOND, InMemoryAws, stage

Run = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("pipeline")
FOLDER, EXECUTION = "screening/releases", "00000000-0000-0000-0000-000000000009"


class CodePipeline:
    """What the run that rendering belongs to was started with, and who approved in it."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {"Stage": "production", "To": "none", "From": "none"}
        self.approvals: list[dict[str, Any]] = []

    def get_pipeline_execution(self, **_: str) -> dict[str, Any]:
        values = [{"name": name, "resolvedValue": value} for name, value in self.variables.items()]
        return {"pipelineExecution": {"variables": values}}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"actionExecutionDetails": self.approvals}]


@pytest.fixture
def pipeline(aws: InMemoryAws, monkeypatch: pytest.MonkeyPatch) -> CodePipeline:
    """A run of a pipeline, and a bucket for its records."""
    # The bucket is of the in-memory AWS.
    assert aws.stages
    made, original = CodePipeline(), boto3.client
    monkeypatch.setenv("RELEASES", "s3://mlops-artifacts/screening/releases")
    monkeypatch.setenv("PIPELINE", "screening-mlops-rollback")
    monkeypatch.setenv("PIPELINE_EXECUTION", EXECUTION)
    monkeypatch.setattr(
        "deploy.cli.boto3.client",
        lambda service, **more: made if service == "codepipeline" else original(service, **more),
    )
    return made


def put(key: str, document: Any) -> None:
    boto3.client("s3", region_name=REGION).put_object(
        Bucket="mlops-artifacts", Key=f"{FOLDER}/{key}", Body=json.dumps(document).encode()
    )


def served(
    package: str,
    minute: int,
    *,
    account: str = PRODUCTION,
    kind: str = "served",
    cause: str = "release",
    kept: bool = True,
) -> None:
    """A record of a delivery, and what it delivered."""
    rendered = f"{FOLDER}/rendered/{minute:012d}"
    id_ = f"{minute}-{account}-{kind}"
    put(
        f"production/{account}/{id_}.json",
        {
            "id": id_,
            "kind": kind,
            "cause": cause,
            "account": account,
            "region": REGION,
            "version": package.rpartition("/")[2],
            "package": package,
            "at": f"2026-11-27T12:{minute:02d}:00Z",
            "rendered": rendered,
        },
    )
    if kept:
        parameters = {"ModelPackageArn": package, "InstanceType": "ml.m5.large", "MinInstanceCount": "1"}
        files: dict[str, Any] = {
            "production-template.json": {"Parameters": {}, "Description": f"of {package}"},
            "production-parameters.json": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            "deployment.json": {"modelPackageArn": package, "stages": {"production": {"old": "settings"}}},
        }
        for name, document in files.items():
            put(f"rendered/{minute:012d}/{name}", document)


def two_versions(aws: InMemoryAws) -> tuple[str, str]:
    first, second = aws.register(), aws.register()
    served(first, 1)
    served(second, 2)
    aws.deployed["mlops-screening-production"] = {"ModelPackageArn": second, "InstanceType": "ml.m5.large"}
    return first, second


def built(aws: InMemoryAws, name: str) -> Any:
    return json.loads((aws.folder / "build" / name).read_text())


def test_the_version_before_is_delivered_as_it_was_to_the_endpoints_of_today(
    aws: InMemoryAws, run: Run
) -> None:
    first, _ = two_versions(aws)
    code, out, error = run("rollback")
    assert (code, error) == (0, "")
    assert "production: back to version 1" in out
    assert built(aws, "production-template.json")["Description"] == f"of {first}"
    values = {
        each["ParameterKey"]: each["ParameterValue"] for each in built(aws, "production-parameters.json")
    }
    assert values["ModelPackageArn"] == first
    assert built(aws, "production-deregister-parameters.json") == built(aws, "production-parameters.json")
    assert built(aws, "deployment.json") == {"modelPackageArn": first, "stages": aws.stages}
    kept = boto3.client("s3", region_name=REGION).list_objects_v2(
        Bucket="mlops-artifacts", Prefix=f"{FOLDER}/rendered/{EXECUTION}/"
    )
    assert len(kept["Contents"]) == 5


def test_another_instance_type_takes_the_scaling_away_first(aws: InMemoryAws, run: Run) -> None:
    _, second = two_versions(aws)
    aws.deployed["mlops-screening-production"] = {
        "ModelPackageArn": second,
        "InstanceType": "ml.m5.xlarge",
        "MinInstanceCount": "2",
    }
    assert run("rollback")[0] == 0
    values = {
        each["ParameterKey"]: each["ParameterValue"]
        for each in built(aws, "production-deregister-parameters.json")
    }
    assert (values["InstanceType"], values["MaxInstanceCount"]) == ("ml.m5.xlarge", "2")
    assert values["ModelPackageArn"] == second


def test_after_a_way_back_the_version_before_is_the_one_before_that(aws: InMemoryAws, run: Run) -> None:
    first, second = two_versions(aws)
    third = aws.register()
    served(third, 3)
    served(second, 4, cause="rollback")
    aws.deployed["mlops-screening-production"] = {"ModelPackageArn": second, "InstanceType": "ml.m5.large"}
    code, out, _ = run("rollback")
    assert (code, f"back to version 1, {first}" in out) == (0, True)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"Stage": "canary"}, "stage 'canary' is none of the project's"),
        ({"Stage": "staging"}, "staging has never served a version"),
        ({"To": "{other}"}, "has never served production; versions that have: 1, 2"),
        ({"From": "{first}"}, "does not serve arn"),
    ],
)
def test_what_cannot_be_gone_back_to_is_refused(
    aws: InMemoryAws, run: Run, pipeline: CodePipeline, variables: dict[str, str], words: str
) -> None:
    first, _ = two_versions(aws)
    other = aws.register()
    pipeline.variables |= {name: text.format(first=first, other=other) for name, text in variables.items()}
    code, _, error = run("rollback")
    assert (code, words in error) == (1, True), error
    assert not (aws.folder / "build").exists()


def test_a_rejected_version_is_not_gone_back_to(aws: InMemoryAws, run: Run) -> None:
    first, _ = two_versions(aws)
    aws.sagemaker.update_model_package(
        ModelPackageArn=first, ModelApprovalStatus="Rejected", ApprovalDescription="Rolled back: alarm x-5xx"
    )
    code, _, error = run("rollback")
    assert code == 1
    assert "version 1 is Rejected (Rolled back: alarm x-5xx); allowed: Approved; approve it again" in error


def test_with_nothing_before_a_version_must_be_named(aws: InMemoryAws, run: Run) -> None:
    served(aws.register(), 1)
    code, _, error = run("rollback")
    assert (code, "served nothing before version 1: name a version" in error) == (1, True), error


def test_a_release_that_is_not_written_down_yet_is_waited_for(aws: InMemoryAws, run: Run) -> None:
    two_versions(aws)
    third = aws.register()
    aws.deployed["mlops-screening-production"] = {"ModelPackageArn": third}
    code, _, error = run("rollback")
    assert (code, "which is not written down yet: try again in a minute" in error) == (1, True)


def test_a_release_whose_files_are_gone_cannot_be_delivered_again(aws: InMemoryAws, run: Run) -> None:
    first, second = aws.register(), aws.register()
    served(first, 1, kept=False)
    served(second, 2)
    code, _, error = run("rollback")
    assert (
        code,
        "production-parameters.json is missing: that release cannot be delivered again" in error,
    ) == (1, True)


def test_of_two_accounts_the_one_that_kept_the_old_version_goes_nowhere_else(
    aws: InMemoryAws, run: Run
) -> None:
    aws.stages["production"] = stage("production", PRODUCTION, SECOND)
    aws.publish()
    first, second = aws.register(), aws.register()
    served(first, 1)
    served(first, 1, account=SECOND)
    served(second, 2)
    served(second, 2, account=SECOND, kind="failed")
    code, out, error = run("rollback")
    assert (code, "back to version 1" in out) == (0, True), error


def test_accounts_that_served_different_versions_before_need_a_name(
    aws: InMemoryAws, run: Run, pipeline: CodePipeline
) -> None:
    first, second, third = (aws.register() for _ in range(3))
    served(first, 1)
    served(second, 1, account=SECOND)
    served(third, 2)
    served(third, 2, account=SECOND)
    code, _, error = run("rollback")
    assert (code, "served different versions before: 1, 2; name one of them" in error) == (1, True), error
    pipeline.variables["To"] = second
    assert run("rollback")[0] == 0


# ---- four eyes


def published(arn: str, by: str) -> None:
    put(f"packages/{arn.rpartition('/')[2]}/registered.json", {"publisher": by})


def last_changed_by(arn: str, session: str, person: str = "") -> None:
    package = sagemaker_backends[REGISTRY][REGION].model_packages[
        arn.replace(":model-package/", ":model-package/")
    ]
    identity = {"Arn": f"arn:aws:sts::{REGISTRY}:assumed-role/{session}", "SourceIdentity": person}
    package.last_modified_by = {"IamIdentity": {name: value for name, value in identity.items() if value}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("session", "person", "refused"),
    [
        ("mlops-dev-approver/petra", "", False),
        ("mlops-dev-approver/ana", "", True),
        ("mlops-dev-approver/Ana@example.com", "", True),
        ("mlops-dev-approver/console", "ana", True),
        ("mlops-dev-approver/anastasia", "", False),
    ],
)
def test_whoever_handed_the_code_over_does_not_approve_it(
    aws: InMemoryAws, run: Run, session: str, person: str, refused: bool
) -> None:
    arn = aws.register()
    published(arn, "ana")
    last_changed_by(arn, session, person)
    code, _, error = run("render")
    assert (code == 1, "ana handed its code over and approved it in the registry" in error) == (
        refused,
        refused,
    )


def test_the_approver_that_was_written_down_counts_once_the_recorder_changed_the_package(
    aws: InMemoryAws, run: Run
) -> None:
    arn = aws.register()
    published(arn, "ana")
    last_changed_by(arn, "mlops-screening-release-recorder/run")
    put(f"packages/{arn.rpartition('/')[2]}/approved-1.json", {"at": "1", "by": "role/petra"})
    assert run("render")[0] == 0
    put(f"packages/{arn.rpartition('/')[2]}/approved-2.json", {"at": "2", "by": "role/ana"})
    assert run("render")[0] == 1


def test_without_a_known_publisher_or_approver_nothing_is_rendered(aws: InMemoryAws, run: Run) -> None:
    arn = aws.register()
    last_changed_by(arn, "mlops-dev-approver/petra")
    code, _, error = run("render")
    assert (code, "who handed its code over is not known" in error) == (1, True)
    published(arn, "ana")
    last_changed_by(arn, "mlops-screening-release-recorder/run")
    code, _, error = run("render")
    assert (code, "AWS does not say who approved it in the registry" in error) == (1, True)


@pytest.mark.parametrize(("session", "code"), [("ana", 1), ("petra", 0)])
def test_whoever_handed_the_code_over_does_not_let_it_into_production(
    aws: InMemoryAws, run: Run, pipeline: CodePipeline, session: str, code: int
) -> None:
    arn = aws.register()
    published(arn, "ana")
    last_changed_by(arn, "mlops-dev-approver/paul")
    pipeline.approvals = [
        {
            "status": "Succeeded",
            "input": {"actionTypeId": {"category": "Approval"}},
            "updatedBy": f"arn:aws:sts::1:assumed-role/approver/{session}",
        }
    ]
    found, _, error = run("approved")
    assert (found, "ana handed its code over and let it into production" in error) == (code, code == 1)


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        (("mlops-screening-approval-page/page", "ana@example.com"), 1),
        (("mlops-screening-approval-page/page", "petra@example.com"), 0),
        # What a person writes into a summary names nobody.
        (("mlops-dev-approver/ana", "petra@example.com"), 1),
    ],
)
def test_of_an_answer_by_a_link_the_person_counts_and_not_the_page(
    aws: InMemoryAws, run: Run, pipeline: CodePipeline, answered: tuple[str, str], code: int
) -> None:
    role, person = answered
    arn = aws.register()
    published(arn, "ana")
    last_changed_by(arn, "mlops-dev-approver/paul")
    pipeline.approvals = [
        {
            "status": "Succeeded",
            "input": {"actionTypeId": {"category": "Approval"}},
            "output": {
                "executionResult": {"externalExecutionSummary": f"Approved by {person} by link 7: good"}
            },
            "updatedBy": f"arn:aws:sts::1:assumed-role/{role}",
        }
    ]
    assert run("approved")[0] == code


def test_what_nobody_let_in_goes_no_further(aws: InMemoryAws, run: Run) -> None:
    arn = aws.register()
    published(arn, "ana")
    last_changed_by(arn, "mlops-dev-approver/paul")
    code, _, error = run("approved")
    assert (code, "was let into production by nobody" in error) == (1, True)


@pytest.mark.parametrize(("approval", "code"), [("not needed", 0), ("needed", 1)])
def test_where_nobody_had_to_be_asked_the_approval_in_the_registry_stands_alone(
    aws: InMemoryAws, run: Run, monkeypatch: pytest.MonkeyPatch, approval: str, code: int
) -> None:
    arn = aws.register()
    published(arn, "ana")
    last_changed_by(arn, "mlops-dev-approver/paul")
    monkeypatch.setenv("APPROVAL", approval)
    assert run("approved")[0] == code


def test_a_version_that_was_rejected_while_it_waited_does_not_reach_production(
    aws: InMemoryAws, run: Run
) -> None:
    arn = aws.register()
    aws.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Rejected")
    code, _, error = run("approved")
    assert (code, "its approval status is Rejected; allowed: Approved" in error) == (1, True)
