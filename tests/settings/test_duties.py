"""Nobody has two duties that are kept apart, whichever files give them, and strangers' accounts are listed."""

from __future__ import annotations

from itertools import combinations

import pytest

from catalog.duties import SEPARATIONS
from catalog.roles import RoleKind
from settings.check import check
from tests.settings.folder import Folder

K = RoleKind
HOME = "111111111111"
ROLE = f"arn:aws:iam::{HOME}:role/shared"
# The duty that a list gives, by kind of role: the stack, the line before which it stands, and the key.
LISTS = {
    K.ADMINISTRATOR: ("foundation-prod", "  mlops-platform:deployer", "people: {{administrators: [{}]}}"),
    K.AUDITOR: ("foundation-staging", "  mlops-platform:deployer", "people: {{auditors: [{}]}}"),
    K.PREVIEWER: ("foundation-staging", "  mlops-platform:deployer", "previewer: {{trustedBy: [{}]}}"),
    K.TEAM_ADMINISTRATOR: ("project-screening", "  mlops-platform:gate", "administrators: [{}]"),
    K.TEAM_APPROVER: ("dev", "  mlops-platform:workloads", "projectApprovers: {{screening: [{}]}}"),
}
PLACES = {
    K.DEPLOYER: ("foundation", "arn:aws:iam::111111111111:role/ci"),
    K.APPROVER: ("dev", "arn:aws:iam::111111111111:role/sign-in-approver"),
}
SIGNING_IN = (*PLACES, *LISTS)


def give(folder: Folder, duty: RoleKind, arn: str) -> None:
    """Gives a role a duty."""
    if duty in PLACES:
        folder.change(*PLACES[duty], arn)
        return
    stack, before, line = LISTS[duty]
    folder.change(stack, before, f"  mlops-platform:{line.format(arn)}\n{before}")


def messages(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("duties", list(combinations(SIGNING_IN, 2)), ids=str)
def test_one_role_has_two_duties_only_where_the_table_lets_it(
    folder: Folder, duties: tuple[RoleKind, RoleKind]
) -> None:
    for duty in duties:
        give(folder, duty, ROLE)
    reasons = [each.reason for each in SEPARATIONS if set(each.kinds) == set(duties)]
    found = messages(folder)
    assert len(found) == len(reasons)
    assert all(reason in message for reason, message in zip(reasons, found, strict=True))


@pytest.mark.parametrize("other", ["role/Shared", "role/people/shared", "role/people/SHARED"])
def test_a_role_is_the_same_in_another_case_and_below_another_path(folder: Folder, other: str) -> None:
    give(folder, K.DEPLOYER, ROLE)
    give(folder, K.APPROVER, f"arn:aws:iam::{HOME}:{other}")
    [message] = messages(folder)
    assert "approvers[0]" in message
    assert "is a deployer's too, by deployer.trustedBy[0] of Pulumi.foundation.yaml" in message


def test_a_role_of_the_same_name_in_another_account_is_another_role(folder: Folder) -> None:
    give(folder, K.DEPLOYER, ROLE)
    give(folder, K.APPROVER, ROLE.replace(HOME, "222222222222"))
    assert messages(folder) == []


def test_whoever_brings_a_foundation_up_has_the_duty_of_an_administrator(folder: Folder) -> None:
    line = f"  mlops-platform:credentials: {{roleArn: '{PLACES[K.APPROVER][1]}'}}\n"
    folder.change("foundation", "  mlops-platform:deployer", f"{line}  mlops-platform:deployer")
    [message] = messages(folder)
    assert "is an administrator's too, by credentials.roleArn of Pulumi.foundation.yaml" in message


@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("people/mlops-dev-studio-alice", "own role of a scientist: a scientist's code would change the platform"),
        ("people/mlops-dev-studio", "own role of a studio default: it is not one that people sign in with"),
        ("people/mlops-dev-approver", "own role of an approver: whoever changes pipelines"),
        ("projects/screening/mlops-screening-deploy", "own role of a deploy: it is not one"),
        ("people/mlops-auditor", "own role of an auditor: whoever reads the evidence"),
        (
            "people/mlops-nobody",
            "stands below /mlops/, where the platform makes its roles, and no stack makes this one",
        ),
    ],
)
def test_the_deployer_trusts_none_of_the_platforms_own_roles(folder: Folder, role: str, part: str) -> None:
    give(folder, K.DEPLOYER, f"arn:aws:iam::{HOME}:role/mlops/{role}")
    [message] = messages(folder)
    assert "deployer.trustedBy[0]" in message
    assert part in message


def test_administrators_may_act_as_deployer(folder: Folder) -> None:
    give(folder, K.DEPLOYER, f"arn:aws:iam::{HOME}:role/mlops/people/mlops-administrator")
    assert messages(folder) == []


STRANGER = "arn:aws:iam::999999999999:role/stranger"


@pytest.mark.parametrize("duty", SIGNING_IN)
def test_a_role_of_an_account_that_no_stack_names_has_its_account_listed(folder: Folder, duty: RoleKind) -> None:
    give(folder, duty, STRANGER)
    [message] = messages(folder)
    stack = {**PLACES, **LISTS}[duty][0]
    foundation = stack if stack.startswith("foundation") else "foundation"
    assert "is in account 999999999999, which no stack names" in message
    assert f'add "999999999999" to identityAccounts in Pulumi.{foundation}.yaml' in message
    line = '  mlops-platform:identityAccounts: ["999999999999"]\n'
    folder.change(foundation, "  mlops-platform:deployer", f"{line}  mlops-platform:deployer")
    assert messages(folder) == []


def test_a_foundation_lists_for_its_own_account_alone(folder: Folder) -> None:
    give(folder, K.APPROVER, STRANGER)
    line = '  mlops-platform:identityAccounts: ["999999999999"]\n'
    folder.change("foundation-prod", "  mlops-platform:deployer", f"{line}  mlops-platform:deployer")
    assert len(messages(folder)) == 1


def test_roles_of_an_account_that_cannot_be_read_are_not_called_strange(folder: Folder) -> None:
    give(folder, K.APPROVER, "arn:aws:iam::222222222222:role/approver")
    folder.change("staging", '"222222222222"', "222222222222")
    folder.change("foundation-staging", '"222222222222"', "222222222222")
    assert not [message for message in messages(folder) if "no stack names" in message]


DEPLOYER = "arn:aws:iam::222222222222:role/mlops/foundation/mlops-deployer"


def signing_in(folder: Folder, given: str | None, asked: str | None) -> list[str]:
    """Problems of the folder once staging signs in with its account's deployer."""
    more = f", externalId: {given}" if given else ""
    line = f"  mlops-platform:credentials: {{roleArn: '{DEPLOYER}'{more}}}\n"
    folder.change("staging", "  mlops-platform:stage", f"{line}  mlops-platform:stage")
    if asked:
        folder.change("foundation-staging", "    trustedBy", f"    externalId: {asked}\n    trustedBy")
    return messages(folder)


@pytest.mark.parametrize("external", [None, "a-secret-of-two"])
def test_a_stack_signs_in_with_the_deployer_and_its_external_id(folder: Folder, external: str | None) -> None:
    assert signing_in(folder, external, external) == []


@pytest.mark.parametrize(
    ("given", "asked", "part"),
    [
        (None, "asked-id", "is not what deployer.externalId of Pulumi.foundation-staging.yaml asks for, asked-id"),
        (
            "other-id",
            "asked-id",
            "is not what deployer.externalId of Pulumi.foundation-staging.yaml asks for, asked-id",
        ),
        ("other-id", None, "is asked for by nobody: Pulumi.foundation-staging.yaml has no deployer.externalId"),
    ],
)
def test_another_external_id_than_the_deployers_is_refused(
    folder: Folder, given: str | None, asked: str | None, part: str
) -> None:
    [message] = signing_in(folder, given, asked)
    assert "Pulumi.staging.yaml" in message
    assert "credentials.externalId" in message
    assert part in message
