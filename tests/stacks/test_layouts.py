"""Everything in one account: nothing is named twice, and the environments stay apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.engine.state import Resource
from rehearsal.plan import plan
from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.services import name_property
from tests.stacks.built import listed
from tests.stacks.conftest import Platform, platform_in
from tests.stacks.layouts import HOME, Layout, single

# Their names are those of what they belong to, or a name within it: unique with it.
PARTS = ("Policy", "Association", "Target", "Invocation", "BucketObject", "bucket", "Rule:", "permission:")
GLOBAL = ("aws:iam/", "aws:s3/")


@pytest.fixture(scope="module")
def one_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Everything in one account; tests only look at it."""
    directory = tmp_path_factory.mktemp("single")
    single(Layout(directory))
    for platform in platform_in(directory):
        platform.up()
        yield platform


def managed(platform: Platform) -> list[Resource]:
    stacks = platform.world.engine.stacks.values()
    return [resource for stack in stacks for resource in stack.resources.values() if resource.managed]


def documents(platform: Platform) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every policy document that a resource carries, with where it stands."""
    for resource in managed(platform):
        for name, value in resource.inputs.items():
            # A template may hold documents, and is none.
            if isinstance(value, str) and value.startswith("{") and "Statement" in (document := json.loads(value)):
                yield f"{resource.urn} {name}", document


def lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from lists(inner)


def same(platform: Platform, output: str) -> list[str]:
    """An output of the three stacks that have a network."""
    return [platform.world.engine.stacks[stack].outputs[output] for stack in ("staging", "prod", "dev")]


def test_one_account_holds_everything_and_each_is_found_again(one_account: Platform) -> None:
    assert {resource.account for resource in managed(one_account)} == {HOME}
    stacks = one_account.world.engine.stacks
    assert [missing for stack in stacks for missing in one_account.world.missing(stack)] == []


def test_no_document_of_one_account_names_anything_twice(one_account: Platform) -> None:
    seen = 0
    for where, document in documents(one_account):
        seen += 1
        for values in lists(document["Statement"]):
            texts = [json.dumps(value, sort_keys=True) for value in values]
            assert len(texts) == len(set(texts)), where
    assert seen > 100


def test_no_two_resources_of_one_account_have_the_same_name(one_account: Platform) -> None:
    taken: Counter[tuple[str, str, str]] = Counter()
    for resource in managed(one_account):
        name = name_property(resource.type)
        if name and not any(part in resource.type for part in PARTS):
            where = "" if resource.type.startswith(GLOBAL) else resource.region
            # IAM tells role names apart by nothing but their letters, not even by path or case.
            taken[resource.type, where, str(resource.inputs[name]).lower()] += 1
    assert len(taken) > 100
    assert [key for key, count in taken.items() if count > 1] == []


@pytest.mark.parametrize("output", ["kmsEndpointId", "s3EndpointId", "volumeKeyArn", "vpcId"])
def test_in_one_account_each_environment_keeps_a_perimeter_of_its_own(one_account: Platform, output: str) -> None:
    assert len(set(same(one_account, output))) == 3


def test_in_one_account_model_roles_of_both_stages_read_models_and_no_other_role_does(
    one_account: Platform,
) -> None:
    bucket = one_account.resources("dev", "aws:s3/bucketPolicy:BucketPolicy")["models-policy"].inputs["policy"]
    key_arn = one_account.resources("dev", "aws:kms/key:Key")["models-key-key"].outputs["arn"]
    key = one_account.resources("dev", "aws:kms/key:Key")["models-key-key"].inputs["policy"]
    name = one_account.world.engine.stacks["dev"].outputs["modelsBucket"]
    roles = {
        "staging": f"arn:aws:iam::{HOME}:role/mlops/projects/screening/mlops-staging-screening-model",
        "prod": f"arn:aws:iam::{HOME}:role/mlops/projects/screening/mlops-production-screening-model",
    }
    for stack, role in roles.items():
        own = one_account.resources(stack, "aws:iam/role:Role")["screening-model-role"]
        assert own.outputs["arn"] == role
        caller = reader(role, one_account.world.engine.stacks[stack].outputs, name)
        assert admits(bucket, caller, "s3:GetObject", f"arn:aws:s3:::{name}/screening/model.tar.gz")
        assert not admits(bucket, caller, "s3:GetObject", f"arn:aws:s3:::{name}/diabetes/model.tar.gz")
        assert not admits(bucket, caller, "s3:PutObject", f"arn:aws:s3:::{name}/screening/model.tar.gz")
        assert admits(key, caller, "kms:Decrypt", key_arn)
        assert not admits(key, caller, "kms:GenerateDataKey", key_arn)
    other = reader(roles["staging"].replace("-model", "-test"), {"s3EndpointId": "vpce-0"}, name)
    assert not admits(key, other, "kms:Decrypt", key_arn)


def reader(role: str, outputs: dict[str, Any], bucket: str) -> PolicyCaller:
    """A project's role that reads through its own VPC's endpoint; S3 asks KMS for it, without one."""
    context = {
        "aws:PrincipalArn": role,
        "aws:PrincipalTag/project": "screening",
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "false",
        "aws:SourceVpce": outputs["s3EndpointId"],
        "kms:ViaService": "s3.eu-west-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}",
        "aws:ViaAWSService": "true",
    }
    return PolicyCaller(role_arn=role, account=HOME, context=context)


def test_in_one_account_a_projects_stack_sets_enter_by_one_role_for_each_stage(one_account: Platform) -> None:
    policies = one_account.resources("project-screening", "aws:iam/rolePolicy:RolePolicy")
    policy = policies["role-stackset-administration-policy"]
    entered = [role for s in json.loads(policy.inputs["policy"])["Statement"] for role in listed(s["Resource"])]
    assert entered == [
        f"arn:aws:iam::{HOME}:role/mlops-production-screening-stackset-execution",
        f"arn:aws:iam::{HOME}:role/mlops-staging-screening-stackset-execution",
    ]
    pipeline = one_account.resources("project-screening", "aws:codepipeline/pipeline:Pipeline")
    stages = {stage["name"]: stage for stage in pipeline["deploy-pipeline-pipeline"].inputs["stages"]}
    for stage in ("Staging", "Production"):
        configuration = stages[stage]["actions"][0]["configuration"]
        assert configuration["DeploymentTargets"] == HOME
        assert configuration["ExecutionRoleName"] == f"mlops-{stage.lower()}-screening-stackset-execution"


def test_a_second_run_in_one_account_sends_nothing_that_changes_it(one_account: Platform) -> None:
    before = len(one_account.recorder.requests)
    one_account.up()
    assert [line for line in one_account.recorder.since(before) if line.writes] == []


def test_the_layouts_are_planned_foundations_and_workloads_first(one_account: Platform) -> None:
    kinds = [each.kind for each in plan(one_account.directory)]
    assert kinds == sorted(kinds, key=["foundation", "workload", "data-science", "project"].index)
