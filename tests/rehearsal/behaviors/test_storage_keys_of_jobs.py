"""Jobs get the keys of their volumes and outputs, whichever way KMS sees SageMaker."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assumptions.outcomes import failing
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents import keys, project_roles
from policies.documents.statement import DocumentKind, document
from rehearsal.service_model.required_action import ApiRequest, Right
from rehearsal.services import rights_of
from tests.policies.documents.requests import ACCOUNT, REGION, arn, role
from tests.policies.documents.scopes import project_scope_of

SCOPE = project_scope_of("screening")
KEY = arn("kms", "key/k")
VOLUMES, OUTPUTS = "via-service-of-volume-grants", "outputs-without-encrypt"
ROLES = "mlops/projects/screening/mlops-screening-"
VOLUME_KEY = keys.volume_key(SCOPE, users=[role(f"{ROLES}*")], services=["sagemaker"])
OUTPUT_KEY = document(
    keys.use_through("Jobs", SCOPE, [role(f"{ROLES}*")], "s3", keys.READ_AND_WRITE_OUTPUTS), kind=DocumentKind.KEY
)
POLICIES = {"training": project_roles.training(SCOPE), "processing": project_roles.processing(SCOPE)}


def rights(kind: str) -> list[Right]:
    """What a job of the kind needs of KMS beside what S3 asks for."""
    arguments: dict[str, Any] = {
        "training": {
            "TrainingJobName": "one",
            "ResourceConfig": {"VolumeKmsKeyId": KEY},
            "OutputDataConfig": {"KmsKeyId": KEY, "S3OutputPath": "s3://models/screening/run"},
        },
        "processing": {
            "ProcessingJobName": "one",
            "ProcessingResources": {"ClusterConfig": {"VolumeKmsKeyId": KEY}},
            "ProcessingOutputConfig": {
                "KmsKeyId": KEY,
                "Outputs": [{"S3Output": {"S3Uri": "s3://artifacts/screening/runs/one"}}],
            },
        },
    }
    operation = f"Create{kind.title()}Job"
    parameters = {**arguments[kind], "RoleArn": role(f"{ROLES}{kind}")}
    request = ApiRequest(
        service="sagemaker", operation=operation, account=ACCOUNT, region=REGION, parameters=parameters
    )
    found = rights_of(request)
    assert found is not None
    return [right for right in found if right.action.startswith("kms:")]


def allowed(right: Right, policy: str, key_policy: str) -> bool:
    request = AuthorizationRequest(
        id="asked",
        principal=right.principal,
        account=ACCOUNT,
        action=right.action,
        resource=right.resource,
        owner=ACCOUNT,
        identity=[json.loads(policy)],
        resource_policy=json.loads(key_policy),
        context=right.context,
    )
    return decide(request).allowed


def with_via_service(text: str, action: str) -> str:
    """The policy with kms:ViaService asked of grants, as the platform once did."""
    policy = json.loads(text)
    for statement in policy["Statement"]:
        if statement["Action"] == action:
            statement["Condition"]["StringEquals"] = {"kms:ViaService": f"sagemaker.{REGION}.amazonaws.com"}
    return json.dumps(policy)


@pytest.mark.parametrize("kind", POLICIES)
@pytest.mark.parametrize("against", [(), (VOLUMES,)])
def test_a_job_gets_its_volumes_key_either_way(kind: str, against: tuple[str, ...]) -> None:
    with failing(against):
        (grant,) = [right for right in rights(kind) if right.action == "kms:CreateGrant"]
    assert ("kms:ViaService" in grant.context) is not bool(against)
    assert allowed(grant, POLICIES[kind], VOLUME_KEY)
    # Bounded all the same: a grant for anything but an AWS service's resource, or of another role, is refused.
    direct = Right(action=grant.action, resource=grant.resource, principal=grant.principal)
    assert not allowed(direct, POLICIES[kind], VOLUME_KEY)
    other = Right(action=grant.action, resource=KEY, context=grant.context, principal=role("others/mlops-screening"))
    assert not allowed(other, POLICIES[kind], VOLUME_KEY)


@pytest.mark.parametrize("kind", POLICIES)
@pytest.mark.parametrize("where", ["role", "key"])
def test_a_grant_that_asks_for_the_service_is_refused_where_a_jobs_role_does_not_meet_it(kind: str, where: str) -> None:
    policy = with_via_service(POLICIES[kind], "kms:CreateGrant") if where == "role" else POLICIES[kind]
    key_policy = with_via_service(VOLUME_KEY, "kms:CreateGrant") if where == "key" else VOLUME_KEY
    for against, expected in (((), True), ((VOLUMES,), False)):
        with failing(against):
            (grant,) = [right for right in rights(kind) if right.action == "kms:CreateGrant"]
        assert allowed(grant, policy, key_policy) is expected


@pytest.mark.parametrize("kind", POLICIES)
def test_a_jobs_output_is_written_whether_or_not_it_needs_encrypt(kind: str) -> None:
    assert "kms:Encrypt" not in [right.action for right in rights(kind)]
    with failing([OUTPUTS]):
        (encrypt,) = [right for right in rights(kind) if right.action == "kms:Encrypt"]
    assert allowed(encrypt, POLICIES[kind], OUTPUT_KEY)
    assert not allowed(encrypt, POLICIES[kind].replace('"kms:Encrypt", ', ""), OUTPUT_KEY)
    directly = Right(action="kms:Encrypt", resource=KEY, principal=encrypt.principal)
    assert not allowed(directly, POLICIES[kind], OUTPUT_KEY)


def test_whoever_makes_a_domain_with_a_key_hands_it_over() -> None:
    request = ApiRequest(
        service="sagemaker", operation="CreateDomain", account=ACCOUNT, region=REGION, parameters={"KmsKeyId": KEY}
    )
    found = {right.action for right in rights_of(request) or () if right.resource == KEY}
    assert found == {"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"}
