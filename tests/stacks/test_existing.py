"""What exists already is used instead of made, each thing alone and all together, and stays when the stack goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.scope import Scope
from policies.access.graph import PolicyGraph, graph_of
from policies.access.proofs.all import prove_all
from policies.documents.trust import role_trust, service_trust
from policies.pack.captured import read
from rehearsal.authorization.decision import decide_all
from rehearsal.authorization.resource_facts import ResourceFacts, facts_from
from rehearsal.engine import resources_json
from rehearsal.engine.state import StackFailed
from tests.stacks.conftest import Platform, platform_in
from tests.stacks.layouts import Layout
from tests.stacks.owned import CIDRS, Owned

HOME, STAGING = "111111111111", "222222222222"
HOME_SCOPE = Scope(partition="aws", account=HOME, region="eu-west-1", prefix="mlops")
EXECUTION = f"arn:aws:iam::{STAGING}:role/mlops-staging-screening-stackset-execution"
ADMINISTRATION = f"arn:aws:iam::{HOME}:role/mlops/delivery/mlops-screening-stackset-administration"
MADE = {
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
}
KEY, KEY_POLICY, ENDPOINT = "aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy", "aws:ec2/vpcEndpoint:VpcEndpoint"
WITHOUT_A_PROJECT = ("staging", "prod", "dev")
GROUP, BUCKET, ROLE = "aws:ec2/securityGroup:SecurityGroup", "aws:s3/bucket:Bucket", "aws:iam/role:Role"


def owner(platform: Platform, account: str = STAGING, stack: str = "staging") -> Owned:
    return Owned(platform.world.cloud, account, CIDRS[stack])


def bring(platform: Platform, stack: str, **existing: Any) -> None:
    platform.write(stack, platform.settings(stack) | {"existing": existing})


def hand_over(platform: Platform, *buckets: str) -> None:
    """The data science account's owner lets the deployer write the policies of buckets."""
    foundation = platform.settings("foundation")
    deployer = {**foundation["deployer"], "existingBuckets": list(buckets)}
    platform.write("foundation", {**foundation, "deployer": deployer})
    platform.up("foundation")


def boundary(account: str) -> str:
    return f"arn:aws:iam::{account}:policy/mlops/foundation/mlops-boundary"


def entered_from_home() -> str:
    """The trust that the platform would have written for StackSets in a workload account."""
    return role_trust(HOME_SCOPE, [ADMINISTRATION])


def entered_by_stack_sets() -> str:
    base = f"arn:aws:cloudformation:*:{HOME}:stackset"
    sets = [f"{base}/mlops-screening-{stage}:*" for stage in ("staging", "production")]
    return service_trust("cloudformation.amazonaws.com", HOME, source_arns=sets)


def types(platform: Platform, stack: str) -> set[str]:
    return {resource.type for resource in platform.world.engine.stacks[stack].resources.values() if resource.managed}


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """An AWS with the foundations and nothing else."""
    directory = tmp_path_factory.mktemp("existing")
    Layout(directory)
    for platform in platform_in(directory):
        platform.up("foundation", "foundation-staging", "foundation-prod")
        yield platform


@pytest.fixture
def platform(founded: Platform) -> Iterator[Platform]:
    """The same for each test: its stacks go and its settings are put back, what exists already stays."""
    before = {path: path.read_text() for path in founded.directory.glob("Pulumi.*.yaml")}
    yield founded
    for stack in reversed(list(founded.world.engine.stacks)):
        if not stack.startswith("foundation"):
            founded.world.engine.unprotect(stack)
            founded.world.destroy(stack)
    for path, text in before.items():
        path.write_text(text)


def test_a_network_is_used_and_neither_changed_nor_taken_away(platform: Platform) -> None:
    own = owner(platform)
    network = own.network()
    bring(platform, "staging", network=network)
    stack = platform.up("staging")["staging"]
    assert not MADE & types(platform, "staging")
    assert (stack.outputs["vpcId"], stack.outputs["subnetIds"]) == (network["vpc"], network["subnets"])
    s3 = platform.resources("staging", ENDPOINT)["endpoints-s3"]
    assert s3.inputs["routeTableIds"] == network["routeTables"]
    kms = platform.resources("staging", ENDPOINT)["endpoints-kms"]
    assert kms.inputs["subnetIds"] == network["subnets"]
    assert {group.inputs["vpcId"] for group in platform.resources("staging", GROUP).values()} == {network["vpc"]}
    platform.world.destroy("staging")
    assert own.ec2.describe_subnets(SubnetIds=network["subnets"])["Subnets"]


def test_security_groups_keep_the_rules_that_they_have(platform: Platform) -> None:
    own = owner(platform)
    network = own.network()
    groups = own.groups(network["vpc"])
    before = own.ec2.describe_security_groups(GroupIds=sorted(groups.values()))["SecurityGroups"]
    bring(platform, "staging", network=network | {"securityGroups": groups})
    stack = platform.up("staging")["staging"]
    assert stack.outputs["workloadSecurityGroupId"] == groups["workloads"]
    assert platform.resources("staging", GROUP) == {}
    assert own.ec2.describe_security_groups(GroupIds=sorted(groups.values()))["SecurityGroups"] == before


def test_workloads_reach_endpoints_that_exist_through_the_groups_of_those(platform: Platform) -> None:
    own = owner(platform)
    network = own.network()
    endpoints = own.endpoints(network)
    bring(platform, "staging", network=network, endpoints=endpoints)
    stack = platform.up("staging")["staging"]
    assert stack.outputs["s3EndpointId"] == endpoints["s3"]
    assert stack.outputs["kmsEndpointId"] == endpoints["kms"]
    assert not {"endpoints-s3", "endpoints-kms"} & platform.resources("staging", ENDPOINT).keys()
    assert "endpoints-logs" in platform.resources("staging", ENDPOINT)
    [theirs] = own.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoints["kms"]])["VpcEndpoints"][0]["Groups"]
    out = platform.resources("staging", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").values()
    assert theirs["GroupId"] in {rule.inputs.get("referencedSecurityGroupId") for rule in out}
    key = platform.resources("staging", KEY)["capture-key-key"].inputs["policy"]
    assert endpoints["kms"] in key


def test_keys_get_the_platforms_policy_and_alias_and_outlive_the_stack(platform: Platform) -> None:
    own = owner(platform)
    keys = {purpose: own.key() for purpose in ("volumes", "capture", "operations")}
    bring(platform, "staging", keys=keys)
    stack = platform.up("staging")["staging"]
    assert stack.outputs["volumeKeyArn"] == keys["volumes"]
    assert platform.resources("staging", KEY) == {}
    policies = {name: policy.inputs["keyId"] for name, policy in platform.resources("staging", KEY_POLICY).items()}
    assert set(policies) == {"volumes-key-policy", "capture-key-policy", "operations-key-policy"}
    policy_before = own.kms.get_key_policy(KeyId=keys["capture"], PolicyName="default")["Policy"]
    assert "DenyNoVPC" in policy_before
    aliases = own.kms.list_aliases(KeyId=keys["capture"])["Aliases"]
    assert [alias["AliasName"] for alias in aliases] == ["alias/mlops/staging/capture"]
    platform.world.destroy("staging")
    assert own.kms.describe_key(KeyId=keys["capture"])["KeyMetadata"]["KeyState"] == "Enabled"
    assert "DenyNoVPC" not in own.kms.get_key_policy(KeyId=keys["capture"], PolicyName="default")["Policy"]


def test_a_role_that_somebody_else_made_is_used_under_the_name_that_others_compute(platform: Platform) -> None:
    own = owner(platform)
    own.role(EXECUTION, entered_from_home(), boundary(STAGING))
    bring(platform, "staging", roles={"stackSetExecution": {"screening": EXECUTION}})
    stack = platform.up("staging")["staging"]
    assert stack.outputs["projectRoles"]["screening"]["stackset-execution"] == EXECUTION
    roles = platform.resources("staging", ROLE)
    assert "screening-stackset-execution-role" not in roles
    assert "diabetes-stackset-execution-role" in roles
    platform.world.destroy("staging")
    assert own.iam.get_role(RoleName=EXECUTION.rpartition("/")[2])
    own.iam.delete_role(RoleName=EXECUTION.rpartition("/")[2])


def test_buckets_get_the_policy_and_nothing_else_and_workloads_are_told_their_name(platform: Platform) -> None:
    own = owner(platform, HOME, "dev")
    keys = {purpose: own.key() for purpose in ("data", "models")}
    buckets = {purpose: own.bucket(f"acme-{purpose}", keys[purpose]) for purpose in keys}
    hand_over(platform, *buckets.values())
    bring(platform, "dev", keys=keys, buckets=buckets)
    for stack in ("staging", "prod"):
        registry = platform.settings(stack)["registry"] | {"modelsBucket": "acme-models"}
        platform.write(stack, platform.settings(stack) | {"registry": registry})
    platform.up(*WITHOUT_A_PROJECT)
    dev = platform.world.engine.stacks["dev"]
    assert (dev.outputs["dataBucket"], dev.outputs["modelsBucket"]) == ("acme-data", "acme-models")
    assert set(platform.resources("dev", BUCKET)) == {"logs-bucket", "artifacts-bucket", "code-bucket"}
    existing_buckets = [r for r in dev.resources.values() if r.inputs.get("bucket") in buckets.values()]
    assert sorted(resource.name for resource in existing_buckets) == ["data-policy", "models-policy"]
    policy = json.loads(own.s3.get_bucket_policy(Bucket="acme-models")["Policy"])
    assert {"AllowCrossAccount", "DenyNoVPC"} <= {statement["Sid"] for statement in policy["Statement"]}
    policies = platform.resources("staging", "aws:iam/rolePolicy:RolePolicy")
    assert "arn:aws:s3:::acme-models/screening/*" in policies["screening-model-policy"].inputs["policy"]
    key = platform.resources("dev", KEY_POLICY)["models-key-policy"].inputs["policy"]
    assert "arn:aws:s3:::acme-models" in key


def test_everything_together_stands_by_the_deployers_rights_and_needs_no_second_change(
    platform: Platform, tmp_path: Path
) -> None:
    everything(platform)
    start = len(platform.recorder.requests)
    platform.up(*WITHOUT_A_PROJECT, "project-screening")
    graph, known = built(platform, tmp_path)
    query = decide_all(platform.recorder.since(start), known)
    refused = [(one.question.principal, one.question.action, one.explanation.because) for one in query.refused]
    assert refused == []
    assert {"arn:aws:s3:::whole-data", "arn:aws:s3:::whole-models"} <= {
        one.question.resource for one in query.decisions
    }
    proofs = prove_all(graph, workers=1)
    assert [finding for proof in proofs for finding in proof.outcome.findings] == []
    # Whom the administration role lets in is known to its owner alone.
    assert [proof.theorem.id for proof in proofs if proof.verdict != "proved"] == ["administration-role"]
    assert [missing for stack in platform.world.engine.stacks for missing in platform.world.missing(stack)] == []
    # Archives of functions are the platform's own, with a key of their own.
    assert set(platform.resources("dev", KEY)) == {"code-key-key"}
    assert not MADE & (types(platform, "dev") | types(platform, "staging"))
    assert "role-stackset-administration-role" not in platform.resources("project-screening", ROLE)
    pipeline = platform.resources("project-screening", "aws:codepipeline/pipeline:Pipeline")["deploy-pipeline-pipeline"]
    assert ADMINISTRATION in json.dumps(pipeline.inputs["stages"])
    before = len(platform.recorder.requests)
    platform.up(*WITHOUT_A_PROJECT, "project-screening")
    assert [line for line in platform.recorder.since(before) if line.writes] == []


def built(platform: Platform, folder: Path) -> tuple[PolicyGraph, ResourceFacts]:
    """The graph, and what AWS knows besides: the tags of what was brought, and the path of a role."""
    resources = folder / "resources.json"
    resources.write_text(json.dumps(resources_json(platform.world.engine)))
    stacks = read(resources)
    graph = graph_of(stacks)
    known = facts_from(graph, stacks)
    existing = [
        each
        for stack in ("staging", "dev")
        for section in ("network", "keys")
        for each in mentioned(platform.settings(stack)["existing"][section])
    ]
    tags = {**known.tags, **{each: {"platform": "mlops"} for each in existing}}
    roles = {**known.roles, (HOME, ADMINISTRATION.rpartition("/")[2]): ADMINISTRATION}
    return graph, replace(known, tags=tags, roles=roles, existing=frozenset(existing))


def mentioned(section: Any) -> list[str]:
    """All texts of a section of the settings."""
    if isinstance(section, dict):
        return [each for value in section.values() for each in mentioned(value)]
    return [each for value in section for each in mentioned(value)] if isinstance(section, list) else [section]


def everything(platform: Platform) -> None:
    hand_over(platform, "whole-data", "whole-models")
    staging, data_science = owner(platform), owner(platform, HOME, "dev")
    network, studio = staging.network(), data_science.network()
    staging.role(EXECUTION, entered_from_home(), boundary(STAGING))
    data_science.role(ADMINISTRATION, entered_by_stack_sets(), boundary(HOME))
    keys = {purpose: data_science.key() for purpose in ("data", "models", "volumes", "studio", "operations")}
    bring(
        platform,
        "staging",
        network=network | {"securityGroups": staging.groups(network["vpc"])},
        endpoints=staging.endpoints(network),
        keys={purpose: staging.key() for purpose in ("volumes", "capture", "operations")},
        roles={"stackSetExecution": {"screening": EXECUTION}},
    )
    bring(platform, "project-screening", roles={"stackSetAdministration": ADMINISTRATION})
    bring(
        platform,
        "dev",
        network=studio | {"securityGroups": data_science.groups(studio["vpc"], studio=True)},
        endpoints=data_science.endpoints(studio),
        keys=keys,
        buckets={purpose: data_science.bucket(f"whole-{purpose}", keys[purpose]) for purpose in ("data", "models")},
    )
    for stack in ("staging", "prod"):
        registry = platform.settings(stack)["registry"] | {"modelsBucket": "whole-models"}
        platform.write(stack, platform.settings(stack) | {"registry": registry})


def test_what_is_short_is_told_at_once_and_nothing_is_made(platform: Platform) -> None:
    own = owner(platform)
    network = own.network(zones=("a", "a"))
    own.ec2.modify_vpc_attribute(VpcId=network["vpc"], EnableDnsHostnames={"Value": False})
    key = own.key(Description="does not rotate")
    bring(platform, "staging", network=network, keys={"volumes": key})
    before = len(platform.recorder.requests)
    with pytest.raises(StackFailed) as caught:
        platform.up("staging")
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("3 things that the platform needs of what exists already; nothing was made:")
    assert "existing.keys.volumes" in lines[1]
    assert "has no DNS hostnames" in lines[2]
    assert "is in eu-west-1a as subnet-" in lines[3]
    assert [line for line in platform.recorder.since(before) if line.writes] == []
