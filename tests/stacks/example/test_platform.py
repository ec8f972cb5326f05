"""The example platform, brought up whole."""

from __future__ import annotations

from policies.documents.deployer import DEPLOYED_TYPES
from rehearsal.report import SMALL
from tests.stacks.built import ROLE, ROLE_POLICY, listed, models_policies
from tests.stacks.conftest import Platform
from tests.stacks.example.golden import GOLDEN


def outputs(platform: Platform, name: str) -> list[str]:
    stacks = platform.world.engine.stacks
    return sorted(stacks[stack].outputs[name] for stack in ("staging", "prod", "dev"))


def test_three_accounts_hold_over_200_resources_and_each_is_found_again(standing: Platform) -> None:
    stacks = standing.world.engine.stacks
    managed = [resource for stack in stacks.values() for resource in stack.resources.values() if resource.managed]
    counted = [resource for resource in managed if not any(part in resource.type for part in SMALL)]
    assert {resource.account for resource in managed} == {"111111111111", "222222222222", "333333333333"}
    assert len(counted) > 200
    assert [missing for stack in stacks for missing in standing.world.missing(stack)] == []


def test_a_second_run_in_the_same_aws_sends_nothing_that_changes_it(standing: Platform) -> None:
    before = len(standing.recorder.requests)
    standing.up()
    assert [line for line in standing.recorder.since(before) if line.writes] == []


def test_the_models_bucket_admits_exactly_the_model_roles_and_the_s3_endpoints_of_all_accounts(
    standing: Platform,
) -> None:
    bucket, _ = models_policies(standing)
    assert listed(bucket["AllowCrossAccount"]["Condition"]["ArnLike"]["aws:PrincipalArn"]) == [
        "arn:aws:iam::222222222222:role/mlops/projects/*/mlops-staging-*-model",
        "arn:aws:iam::333333333333:role/mlops/projects/*/mlops-production-*-model",
    ]
    assert bucket["DenyNoVPC"]["Condition"]["StringNotEquals"]["aws:SourceVpce"] == outputs(standing, "s3EndpointId")


def test_the_models_key_admits_the_same_roles_and_the_kms_endpoints_of_all_accounts(
    standing: Platform,
) -> None:
    """And those that read checks, and no model: the bucket's policy has a statement of its own for them."""
    bucket, key = models_policies(standing)
    of_bucket, of_key = (
        {
            arn
            for name in names
            if name in each
            for arn in listed(each[name]["Condition"]["ArnLike"]["aws:PrincipalArn"])
        }
        for each, names in ((bucket, ("AllowCrossAccount", "AllowCheckers")), (key, ("AllowCrossAccount",)))
    )
    assert of_key == of_bucket
    assert key["DenyNoVPC"]["Condition"]["StringNotEquals"]["aws:SourceVpce"] == outputs(standing, "kmsEndpointId")


def test_the_model_roles_that_exist_are_the_ones_that_the_policies_name(standing: Platform) -> None:
    for stack, account, stage in (("staging", "222222222222", "staging"), ("prod", "333333333333", "production")):
        roles = standing.resources(stack, ROLE)
        for project in ("screening", "diabetes"):
            role = roles[f"{project}-model-role"]
            assert role.outputs["arn"] == (
                f"arn:aws:iam::{account}:role/mlops/projects/{project}/mlops-{stage}-{project}-model"
            )
            assert role.inputs["tags"]["project"] == project


def test_no_model_role_is_given_another_projects_prefix_in_any_document(standing: Platform) -> None:
    other = {"screening": "diabetes", "diabetes": "screening"}
    for stack in ("staging", "prod"):
        for project, foreign in other.items():
            policy = standing.resources(stack, ROLE_POLICY)[f"{project}-model-policy"].inputs["policy"]
            assert f"{project}/*" in policy
            assert foreign not in policy
    bucket, _ = models_policies(standing)
    for statement in bucket.values():
        for resource in listed(statement["Resource"]):
            assert "screening" not in resource
            assert "diabetes" not in resource
    assert "${aws:PrincipalTag/project}" in bucket["AllowCrossAccount"]["Resource"]


def test_everything_that_takes_tags_carries_owner_and_cost_centre(standing: Platform) -> None:
    for stack in standing.world.engine.stacks.values():
        for resource in stack.resources.values():
            tags = resource.outputs.get("tagsAll")
            if resource.managed and tags is not None:
                assert {"owner", "cost-centre", "environment", "data-class", "platform"} <= tags.keys(), resource.urn


def test_every_role_fits_the_limits_of_iam(standing: Platform) -> None:
    # Trust 2,048 characters, inline policies of a role together 10,240, without white space (IAM User Guide, "IAM and
    # AWS STS quotas").
    for name in standing.world.engine.stacks:
        for role in standing.resources(name, ROLE).values():
            assert len("".join(role.inputs["assumeRolePolicy"].split())) <= 2048, role.urn
        for policy in standing.resources(name, ROLE_POLICY).values():
            assert len("".join(policy.inputs["policy"].split())) <= 10_240, policy.urn


def test_discovery_tells_the_template_where_it_is(standing: Platform) -> None:
    parameters = standing.resources("prod", "aws:ssm/parameter:Parameter").values()
    values = {parameter.inputs["name"]: parameter.outputs["value"] for parameter in parameters}
    outputs = standing.world.engine.stacks["prod"].outputs
    assert values["/mlops/production/network/subnet-ids"].split(",") == outputs["subnetIds"]
    assert values["/mlops/production/storage/capture-bucket"] == outputs["captureBucket"]
    assert all(values.values())


def test_urns_are_the_ones_that_people_already_have(standing: Platform) -> None:
    """A renamed child is a replacement for somebody: give it an alias, then renew the list with `make golden`."""
    urns = [urn for stack in standing.world.engine.stacks.values() for urn in stack.resources]
    assert sorted(urns) == GOLDEN.read_text().splitlines()


def test_the_deployer_has_a_row_for_every_resource_type_that_its_stacks_declare(standing: Platform) -> None:
    stacks = standing.world.engine.stacks
    declared = {
        resource.type
        for name, stack in stacks.items()
        if not name.startswith("foundation")
        for resource in stack.resources.values()
        if resource.type.startswith("aws:")
    }
    assert declared - DEPLOYED_TYPES == set()
