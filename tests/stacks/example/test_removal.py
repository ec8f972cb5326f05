"""Whatever refuses to lose something is asked before anything of its stack is destroyed."""

from __future__ import annotations

import pytest

from rehearsal.engine.deletion import deletion_order
from tests.stacks.conftest import Platform

INVOCATION = "aws:lambda/invocation:Invocation"


@pytest.mark.parametrize(
    ("stack", "first"),
    [("dev", "account-cleaner-on-destroy"), ("project-screening", "release-cleaner-on-destroy")],
)
def test_a_refusal_comes_before_anything_is_destroyed(standing: Platform, stack: str, first: str) -> None:
    resources = standing.world.engine.stacks[stack].resources
    asked = standing.resources(stack, INVOCATION)[first]
    reached: set[str] = set()
    waiting = [asked.urn]
    while waiting:
        urn = waiting.pop()
        if urn not in reached and urn in resources:
            reached.add(urn)
            waiting += resources[urn].needs
    managed = {urn for urn, resource in resources.items() if resource.managed}
    assert sorted(managed - reached) == []


def test_a_projects_steps_are_taken_one_after_another_with_production_first(standing: Platform) -> None:
    resources = standing.world.engine.stacks["project-screening"].resources
    order = [resource.name for resource in deletion_order(resources, []) if resource.type == INVOCATION]
    assert order == [
        "release-cleaner-on-destroy",
        "release-cleaner-mlops-screening-production",
        "release-cleaner-mlops-screening-staging",
        "release-cleaner-models",
    ]


def test_the_network_is_cleared_after_the_domain_and_before_its_subnets(standing: Platform) -> None:
    resources = standing.world.engine.stacks["dev"].resources
    order = [resource.name for resource in deletion_order(resources, []) if resource.managed]
    cleared = order.index("account-cleaner-after-studio")
    assert order.index("studio-domain") < cleared
    subnets = [name for name in order if resources_of(standing, name) == "aws:ec2/subnet:Subnet"]
    assert subnets
    assert all(cleared < order.index(name) for name in [*subnets, "account-cleaner-policy"])


def resources_of(standing: Platform, name: str) -> str:
    """The type of a resource of the data science stack."""
    found = standing.world.engine.stacks["dev"].resources.values()
    return next(resource.type for resource in found if resource.name == name)


def test_the_key_of_peoples_homes_outlives_the_stack_as_they_do(standing: Platform) -> None:
    keys = standing.resources("dev", "aws:kms/key:Key")
    retained = {name for name, key in keys.items() if key.options.get("retainOnDelete")}
    assert retained == {"studio-key-key"}
    assert standing.resources("dev", "aws:sagemaker/domain:Domain")["studio-domain"].inputs["retentionPolicy"] == {
        "homeEfsFileSystem": "Retain"
    }


def test_without_consent_no_role_deletes_what_people_made(standing: Platform) -> None:
    policies = standing.resources("dev", "aws:iam/rolePolicy:RolePolicy")
    text = policies["account-cleaner-policy"].inputs["policy"]
    for action in ("s3:Delete", "sagemaker:Delete", "elasticfilesystem:DeleteFileSystem"):
        assert action not in text
    project = standing.resources("project-screening", "aws:iam/rolePolicy:RolePolicy")
    assert "sagemaker:DeleteModelPackage" not in project["release-cleaner-policy"].inputs["policy"]
