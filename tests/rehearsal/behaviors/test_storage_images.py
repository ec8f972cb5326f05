"""CreateModel looks at another account's image, whichever principal ECR sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assumptions.outcomes import failing
from catalog.scope import Scope
from policies.documents.accounts import WorkloadAccounts
from policies.documents.shared_documents import SharedDocuments, WorkloadAccount
from tests.rehearsal.accounts import ACCOUNT, BUCKET, IMAGE, PRODUCTION, REGION, DataScienceAccount, make_role

SCOPE = Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops")
NAME, AGAINST = "mlops-screening-production-stackset-execution", "images-checked-for-the-caller"
Spoil = Callable[[dict[str, Any]], dict[str, Any]]


def repository_policy() -> str:
    production = WorkloadAccount(account=PRODUCTION, stage="production", s3_endpoint="s", kms_endpoint="k")
    documents = SharedDocuments(scope=SCOPE, models_bucket="", deployers=[], workloads=[production])
    return documents.image_repository_policy()


def without(sid: str) -> Callable[[str], str]:
    def spoiled(text: str) -> str:
        policy = json.loads(text)
        return json.dumps({**policy, "Statement": [one for one in policy["Statement"] if one["Sid"] != sid]})

    return spoiled


def model_roles_alone(text: str) -> str:
    """The policy as it once was: nobody but the models' roles pulls."""
    policy = json.loads(text)
    for statement in policy["Statement"]:
        named = statement["Condition"].get("ArnLike", {}).get("aws:PrincipalArn")
        if named:
            statement["Condition"]["ArnLike"]["aws:PrincipalArn"] = [arn for arn in named if arn.endswith("-model")]
    return json.dumps(policy)


def create_model(data_science: DataScienceAccount, policy: str) -> None:
    """A model in the production account, made by CloudFormation's role there, of the data science account's image."""
    ecr = data_science.client("ecr")
    ecr.create_repository(repositoryName="model")
    ecr.set_repository_policy(repositoryName="model", policyText=policy)
    cloud = data_science.cloud
    owner = cloud.owner(PRODUCTION)
    execution = make_role(cloud, owner, NAME, "cloudformation.amazonaws.com")
    runs = make_role(cloud, owner, "mlops-production-screening-model", "sagemaker.amazonaws.com")
    caller = cloud.service_assume(execution, service="cloudformation.amazonaws.com", session="stack")
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}
    cloud.client(caller, "sagemaker").create_model(
        ModelName="screening", PrimaryContainer=container, ExecutionRoleArn=runs
    )


@pytest.mark.parametrize("against", [(), (AGAINST,)])
def test_a_model_is_made_of_the_registrys_image_whichever_principal_ecr_sees(
    data_science: DataScienceAccount, against: tuple[str, ...]
) -> None:
    with failing(against):
        create_model(data_science, repository_policy())


@pytest.mark.aws_behavior("image_is_checked_when_a_model_is_made")
@pytest.mark.parametrize(
    ("against", "spoil", "refused"),
    [
        ((), model_roles_alone, r"no resource-based policy .* lets .*stackset-execution ecr:BatchGetImage"),
        ((AGAINST,), without("SageMakerLooksAtImages"), r"does not grant ecr:BatchGetImage to sagemaker\.amazonaws"),
    ],
)
def test_an_image_that_its_repository_shows_to_model_roles_alone_makes_no_model(
    data_science: DataScienceAccount, against: tuple[str, ...], spoil: Callable[[str], str], refused: str
) -> None:
    with failing(against), pytest.raises(ClientError, match=refused):
        create_model(data_science, spoil(repository_policy()))


def test_sagemaker_looks_at_images_for_the_named_accounts_alone() -> None:
    accounts = WorkloadAccounts(scope=SCOPE, ids=[PRODUCTION])
    assert accounts.sources() == {"StringEquals": {"aws:SourceAccount": [PRODUCTION]}}
    many = WorkloadAccounts(
        scope=SCOPE, ids=[f"{2 * 10**11 + n}" for n in range(101)], organization_paths=["o-a1b2c3d4e5/r-ab12/"]
    )
    assert many.sources() == {
        "ForAnyValue:StringLike": {"aws:SourceOrgPaths": ["o-a1b2c3d4e5/r-ab12/*"]},
        "StringEquals": {"aws:SourceOrgID": ["o-a1b2c3d4e5"]},
    }
