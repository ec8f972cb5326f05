"""What an account's owner may settle, and in which order things come and go."""

from __future__ import annotations

import pytest

from rehearsal.engine.state import StackFailed
from rehearsal.plan import plan
from rehearsal.report import RehearsalReport
from tests.stacks.built import ROLE, roles, statements
from tests.stacks.conftest import Platform


def test_only_personas_that_somebody_signs_in_as_are_made(platform: Platform) -> None:
    signs_in = "arn:aws:iam::222222222222:role/sign-in-audit"
    platform.write("foundation-staging", platform.settings("foundation-staging") | {"people": {"auditors": [signs_in]}})
    platform.up("foundation-staging")
    names = {arn.rpartition("/")[2] for arn, _ in roles(platform)}
    assert "mlops-auditor" in names
    assert "mlops-administrator" not in names


def test_whoever_enters_the_deployer_gives_the_external_id_that_the_settings_ask_for(
    platform: Platform,
) -> None:
    deployer = {"trustedBy": ["arn:aws:iam::999999999999:role/pipeline"], "externalId": "agreed"}
    listed = {"deployer": deployer, "identityAccounts": ["999999999999"]}
    platform.write("foundation-staging", platform.settings("foundation-staging") | listed)
    platform.up("foundation-staging")
    role = platform.resources("foundation-staging", ROLE)["deployer-role"]
    trust = statements(role.inputs["assumeRolePolicy"])["NamedRolesAssume"]
    assert trust["Principal"] == {"AWS": "arn:aws:iam::999999999999:root"}
    assert trust["Condition"]["StringEquals"] == {"sts:ExternalId": "agreed"}
    actor = platform.world.cloud.deployer("222222222222")
    assert actor.role_arn == role.outputs["arn"]


def test_a_stack_without_its_foundation_is_refused_at_its_first_role(platform: Platform) -> None:
    staging = next(each for each in plan(platform.directory) if each.stack == "staging")
    with pytest.raises(StackFailed, match=r"NoSuchEntity.*mlops-boundary does not exist"):
        platform.world.up(staging)


def test_a_foundation_stays_while_roles_stand_on_it(platform: Platform) -> None:
    platform.up("staging")
    with pytest.raises(StackFailed, match="DeleteConflict"):
        platform.world.destroy("foundation-staging")


def test_a_stack_that_is_not_up_is_named_with_the_command_to_run(platform: Platform) -> None:
    platform.up("staging")
    with pytest.raises(StackFailed, match="prod"):
        platform.up("dev")


def test_a_rehearsal_destroys_what_is_protected_and_still_shows_that_it_was(platform: Platform) -> None:
    stack = "foundation-staging"
    platform.write(stack, platform.settings(stack) | {"protect": True})
    platform.up(stack)
    planned = [each for each in plan(platform.directory) if each.stack == stack]
    report = RehearsalReport()
    platform.world.take_down(planned, report)
    assert report.destroyed == [stack]
    assert platform.world.engine.stacks == {}
    shown = platform.world.destroyed[stack].resources.values()
    assert any(resource.options["protect"] for resource in shown if resource.type == "aws:iam/role:Role")
