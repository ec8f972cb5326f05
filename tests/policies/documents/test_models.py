"""The models bucket and its key: who gets in, from where, and to what."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog.scope import Scope
from policies.documents import (
    buckets,
    delivery_roles,
    keys,
    project_people,
    project_roles,
    workload_checks,
    workload_roles,
)
from policies.documents.accounts import WorkloadAccounts
from policies.documents.buckets import READ_OBJECT
from policies.documents.project_scope import PINNED_API_FUNCTIONS, PINNED_IMAGE
from policies.documents.release_recorder import release_recorder
from tests.policies.documents.scopes import project_scope_of, workload_scope

BUCKET, KEY = "arn:aws:s3:::models", "arn:aws:kms:eu-west-1:111111111111:key/k"
SCOPE = Scope(partition="aws", account="111111111111", region="eu-west-1", prefix="mlops")
ACCOUNTS = ["222222222222", "333333333333"]
CHECKERS = ["arn:aws:iam::*:role/mlops/projects/*/mlops-*-endpoint-checker"]
READERS = ["arn:aws:iam::*:role/mlops/projects/*/mlops-*-model"]
DEPLOYER = "arn:aws:iam::111111111111:role/deployer"


def statements(text: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def served(ids: list[str]) -> WorkloadAccounts:
    return WorkloadAccounts(scope=SCOPE, ids=ids)


def bucket_policy(
    accounts: list[str] = ACCOUNTS,
    endpoints: tuple[str, ...] = ("vpce-1", "vpce-2"),
    serverless_roles: tuple[str, ...] = (),
) -> str:
    return buckets.models_bucket(
        BUCKET,
        KEY,
        accounts=served(accounts),
        readers=READERS,
        checkers=CHECKERS,
        s3_endpoints=endpoints,
        deployers=[DEPLOYER],
        serverless_roles=serverless_roles,
    )


def key_policy(endpoints: tuple[str, ...] = ("vpce-k1", "vpce-k2")) -> str:
    return keys.models_key(
        SCOPE,
        builders=["arn:aws:iam::111111111111:role/mlops/projects/*"],
        accounts=served(ACCOUNTS),
        readers=READERS,
        bucket_arn=BUCKET,
        kms_endpoints=endpoints,
    )


def test_the_bucket_lets_model_roles_read_their_own_prefix_and_nothing_else() -> None:
    cross = statements(bucket_policy())["AllowCrossAccount"]
    assert cross["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]
    assert cross["Resource"] == f"{BUCKET}/${{aws:PrincipalTag/project}}/*"
    assert cross["Condition"] == {"ArnLike": {"aws:PrincipalArn": READERS[0]}}
    assert cross["Principal"] == {"AWS": [f"arn:aws:iam::{a}:root" for a in ACCOUNTS]}


def test_the_bucket_lets_checkers_read_the_rows_of_their_own_project_and_no_model() -> None:
    cross = statements(bucket_policy())["AllowCheckers"]
    assert cross["Action"] == "s3:GetObject"
    assert cross["Resource"] == f"{BUCKET}/${{aws:PrincipalTag/project}}/checks/*"
    assert cross["Condition"] == {"ArnLike": {"aws:PrincipalArn": CHECKERS[0]}}
    assert cross["Principal"] == {"AWS": [f"arn:aws:iam::{a}:root" for a in ACCOUNTS]}


def test_nothing_but_those_statements_allows_anything_on_the_bucket() -> None:
    allowing = [s["Sid"] for s in statements(bucket_policy()).values() if s["Effect"] == "Allow"]
    assert allowing == ["AllowCrossAccount", "AllowCheckers"]


def test_the_bucket_denies_deletion_and_old_versions_from_outside_too() -> None:
    denied = statements(bucket_policy())["DenyNoVPC"]
    assert {"s3:DeleteObject*", "s3:GetObject*", "s3:PutObject*"} <= set(denied["Action"])
    assert denied["Condition"]["StringNotEquals"]["aws:SourceVpce"] == ["vpce-1", "vpce-2"]
    assert "ArnNotLike" not in denied["Condition"]


def test_a_model_role_that_serves_without_servers_reads_from_outside_and_does_nothing_else_there() -> None:
    role = "arn:aws:iam::222222222222:role/mlops/projects/screening/mlops-staging-screening-model"
    found = statements(bucket_policy(serverless_roles=(role,)))
    assert found["DenyReadingNoVPC"]["Action"] == "s3:GetObject*"
    assert found["DenyReadingNoVPC"]["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": role}
    assert {"s3:DeleteObject*", "s3:PutObject*"} <= set(found["DenyNoVPC"]["Action"])
    assert "s3:GetObject*" not in found["DenyNoVPC"]["Action"]
    assert "ArnNotLike" not in found["DenyNoVPC"]["Condition"]
    assert found["DenyListingNoVPC"]["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": DEPLOYER}


def test_only_deployers_may_list_the_bucket_from_outside() -> None:
    assert statements(bucket_policy())["DenyListingNoVPC"]["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": DEPLOYER}


def test_without_workload_accounts_nobody_else_is_let_in() -> None:
    assert "AllowCrossAccount" not in statements(bucket_policy(accounts=[]))


def test_readers_decrypt_through_s3_for_this_bucket_and_never_encrypt() -> None:
    cross = statements(key_policy())["AllowCrossAccount"]
    assert cross["Action"] == ["kms:Decrypt", "kms:DescribeKey"]
    assert cross["Condition"]["StringEquals"] == {
        "kms:EncryptionContext:aws:s3:arn": BUCKET,
        "kms:ViaService": "s3.eu-west-1.amazonaws.com",
    }


def test_the_key_denies_direct_use_from_outside_and_spares_its_administration() -> None:
    denied = statements(key_policy())["DenyNoVPC"]
    assert denied["Condition"]["StringNotEquals"]["aws:SourceVpce"] == ["vpce-k1", "vpce-k2"]
    assert denied["Condition"]["BoolIfExists"]["aws:ViaAWSService"] == "false"
    assert not [a for a in denied["Action"] if a.startswith(("kms:Put", "kms:Describe", "kms:Get", "kms:List"))]


def test_who_administers_the_key_cannot_use_it() -> None:
    administration = statements(key_policy())["AccountDecidesWhoAdministers"]
    assert not set(administration["Action"]) & {*keys.CRYPTOGRAPHIC, "kms:CreateGrant", "kms:*"}


@given(st.lists(st.from_regex(r"vpce-[0-9a-f]{17}", fullmatch=True), min_size=1, max_size=20))
def test_the_order_of_endpoints_changes_nothing(endpoints: list[str]) -> None:
    assert bucket_policy(endpoints=tuple(endpoints)) == bucket_policy(endpoints=tuple(reversed(endpoints)))


def checker_of(project: str) -> str:
    scope, function = workload_scope(), f"mlops-staging-{project}-endpoint-checker"
    return workload_checks.endpoint_checker(
        scope,
        project=project,
        endpoint=f"mlops-{project}-staging",
        function=function,
        queue=scope.arn("sqs", f"{function}-dead-letters"),
        operations_key=scope.arn("kms", "key/o"),
    )


def test_a_checker_reads_only_rows_of_its_project_and_counts_in_one_namespace() -> None:
    own = statements(checker_of("screening"))
    reading = [
        s for s in own.values() if any(action.startswith("s3:") for action in [s["Action"]] if isinstance(action, str))
    ]
    assert [s["Resource"] for s in reading] == ["arn:aws:s3:::models/screening/checks/*"]
    assert own["CountAnswers"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "ModelEndpoints"}}
    assert own["AskTheEndpoint"]["Resource"].endswith(":endpoint/mlops-screening-staging")


def test_jobs_write_checks_of_their_project_and_nothing_else_to_the_models_bucket() -> None:
    own = statements(project_roles.processing(project_scope_of("screening")))
    assert own["WriteChecksOfEndpoints"]["Action"] == "s3:PutObject"
    assert own["WriteChecksOfEndpoints"]["Resource"] == "arn:aws:s3:::models/screening/checks/*"


def documents_of(project: str) -> list[str]:
    project_scope, workload = project_scope_of(project), workload_scope()
    return [
        workload_roles.model_role(workload, project, f"mlops-{project}-staging", "mlops/*"),
        workload_roles.test_role(workload, project, f"mlops-{project}-staging", ()),
        checker_of(project),
        project_roles.processing(project_scope),
        project_roles.training(project_scope),
        project_roles.pipeline(project_scope, ["arn:aws:iam::111111111111:role/one"]),
        project_roles.build(project_scope, "arn:aws:iam::111111111111:role/one", f"mlops-{project}-build"),
        workload_roles.change_set(workload, f"mlops-{project}-staging"),
        delivery_roles.deploy(
            project_scope,
            WorkloadAccounts(scope=project_scope, ids=["222222222222"]),
            [("222222222222", f"mlops-staging-{project}-change-set")],
            build_projects=[f"mlops-{project}-deploy"],
            stack_sets=[f"mlops-{project}-staging"],
            pipelines=[f"{project}-mlops-deploy"],
        ),
        release_recorder(
            project_scope,
            WorkloadAccounts(scope=project_scope, ids=["222222222222"]),
            [("222222222222", f"mlops-staging-{project}-release-reader")],
            pipelines=[f"{project}-mlops-deploy"],
            build=f"{project}-mlops-build",
            sets=[f"mlops-{project}-staging"],
            stages=["staging"],
            event_source=f"mlops.{project}.releases",
            function=f"mlops-{project}-release-recorder",
            queue=f"arn:aws:sqs:eu-west-1:111111111111:mlops-{project}-release-dead-letters",
            topic=None,
        ),
        project_roles.build_pipeline(project_scope, [f"mlops-{project}-build"]),
        project_people.publish(project_scope, f"{project}-mlops-build"),
        project_people.team_administrator(
            project_scope,
            build_pipeline=f"{project}-mlops-build",
            deploy_pipeline=f"{project}-mlops-deploy",
            build_projects=[f"mlops-{project}-build", f"mlops-{project}-deploy"],
            lost_events={f"mlops-{project}-dead-letters": f"mlops-{project}-pipeline-starter"},
        ),
    ]


def test_no_role_of_one_project_is_given_anothers_prefix() -> None:
    for text in documents_of("alpha"):
        assert "beta" not in text
    for text in documents_of("beta"):
        assert "alpha" not in text


def test_every_object_that_a_projects_role_touches_is_below_its_prefix() -> None:
    own = ("alpha", "alpha-mlops-build", "alpha-mlops-deploy", "alpha-mlops-rollback")
    for text in documents_of("alpha"):
        for statement in json.loads(text)["Statement"]:
            resources = statement["Resource"]
            for resource in [resources] if isinstance(resources, str) else resources:
                objects = resource.startswith("arn:aws:s3:::") and "/" in resource
                below = resource.split("/")[1] in own if objects else True
                # Which image to run, and which functions of APIs, is one for all projects, and theirs to read.
                pins = (f"/{PINNED_IMAGE}", f"/{PINNED_API_FUNCTIONS}")
                image = resource.endswith(pins) and set(statement["Action"]) <= set(READ_OBJECT)
                assert below or image, statement["Sid"]


def test_every_role_document_fits_a_role() -> None:
    # 10,240 characters without white space, all inline policies of a role together (IAM User Guide, "IAM and AWS STS
    # quotas").
    for text in documents_of("a-long-project-name-x"):
        assert len("".join(text.split())) < 10_240
