"""Accounts that are found in organizational units: nested, paginated, suspended, refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from moto import mock_aws

from settings import __main__ as command
from settings.organization import Organization
from settings.problems import SettingsError
from tests.settings.accounts_file import LISTED, accounts, resolved
from tests.settings.folder import Folder


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("organizations", region_name="us-east-1")
        client.create_organization(FeatureSet="ALL")
        yield client


def root(client: Any) -> str:
    return str(client.list_roots()["Roots"][0]["Id"])


def unit(client: Any, parent: str, name: str) -> str:
    return str(client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"])


def account(client: Any, parent: str, name: str) -> str:
    made = client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
    client.move_account(AccountId=made, SourceParentId=root(client), DestinationParentId=parent)
    return str(made)


def in_units(*units: str) -> str:
    return LISTED.replace('accounts: ["333333333333", "555555555555", "012345678901"]', f"units: [{', '.join(units)}]")


def test_units_are_followed_to_their_depth_and_over_all_pages(client: Any) -> None:
    top = unit(client, root(client), "production")
    below = [unit(client, top, f"region-{i}") for i in range(23)]
    deepest = unit(client, unit(client, below[22], "team"), "product")
    made = [account(client, top, f"top-{i}") for i in range(45)]
    made += [account(client, place, f"at-{place}") for place in (below[0], below[22], deepest)]
    beside = account(client, unit(client, root(client), "other"), "other")

    assert len(client.list_accounts_for_parent(ParentId=top)["Accounts"]) < 45
    assert len(client.list_organizational_units_for_parent(ParentId=top)["OrganizationalUnits"]) < 23
    found = [member.id for member in Organization(client).members(top)]
    assert found == sorted(made)
    assert beside not in found


def test_accounts_of_a_unit_that_are_closed_or_suspended_are_left_out_and_named(folder: Folder, client: Any) -> None:
    top = unit(client, root(client), "production")
    good, closed = account(client, top, "good"), account(client, top, "closed")
    client.close_account(AccountId=closed)
    accounts(folder, in_units(top))
    found = resolved(folder, Organization(client))
    assert f"Pulumi.prod-{good}.yaml" in found.files
    assert not any(closed in name for name in found.files)
    assert any(line.startswith(f"{closed} (closed) of {top} is ") for line in found.left_out)


@pytest.mark.parametrize("state", ["CLOSED", "PENDING_ACTIVATION", "PENDING_CLOSURE", "SUSPENDED"])
def test_only_active_accounts_are_used_and_the_state_counts_before_the_status(state: str) -> None:
    client = Fake([{"Id": "444444444444", "Name": "x", "Status": "ACTIVE", "State": state}])
    assert [member.active for member in Organization(client).members("ou-ab12-11111111")] == [False]
    client = Fake([{"Id": "444444444444", "Name": "x", "Status": "ACTIVE"}])
    assert [member.active for member in Organization(client).members("ou-ab12-11111111")] == [True]


def test_the_management_account_and_the_platforms_own_are_left_out(folder: Folder, client: Any) -> None:
    management = client.describe_organization()["Organization"]["MasterAccountId"]
    home = account(client, root(client), "home")
    for stack in ("foundation", "dev", "staging", "prod", "project-screening", "project-diabetes"):
        path = folder.file(stack)
        path.write_text(path.read_text().replace("111111111111", home))
    accounts(folder, in_units(root(client)).replace("111111111111", home))
    found = resolved(folder, Organization(client))
    assert found.files == {}
    assert {line.split(" ", 1)[0] for line in found.left_out} == {management, home}


def test_a_suspended_account_that_has_a_stack_is_told_about_with_its_state(folder: Folder, client: Any) -> None:
    top = unit(client, root(client), "production")
    there, closed = account(client, top, "there"), account(client, top, "closed")
    accounts(folder, in_units(top))
    resolved(folder, Organization(client)).write(folder.path)
    client.close_account(AccountId=closed)
    found = resolved(folder, Organization(client))
    assert any(f"Pulumi.prod-{closed}.yaml: account {closed} is " in line for line in found.gone)
    assert not any(there in line for line in found.gone)


def test_an_account_found_in_units_of_two_stages_is_refused(folder: Folder, client: Any) -> None:
    top = unit(client, root(client), "all")
    below = unit(client, top, "staging")
    shared = account(client, below, "shared")
    two = in_units(top) + in_units(below).split("stages:\n")[1].replace("production:", "staging:")
    accounts(folder, two)
    with pytest.raises(SettingsError, match=f"account {shared}, found through {top}, serves staging already"):
        resolved(folder, Organization(client))


class Fake:
    """A client whose answer, or failure, is given."""

    def __init__(self, answer: list[dict[str, str]] | Exception) -> None:
        self._answer = answer

    def get_paginator(self, operation: str) -> Fake:
        self._key = {"list_accounts_for_parent": "Accounts"}.get(operation, "OrganizationalUnits")
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        if isinstance(self._answer, Exception):
            raise self._answer
        yield {self._key: self._answer if self._key == "Accounts" else []}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "ListAccountsForParent")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (refusal("AccessDeniedException"), "management account or of a delegated administrator"),
        (refusal("AWSOrganizationsNotInUseException"), "list the stage's accounts instead"),
        (refusal("ParentNotFoundException"), "ou-ab12-11111111: there is no such unit"),
        (refusal("ServiceException"), "ServiceException: no"),
        (NoCredentialsError(), "cannot be asked: Unable to locate credentials"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_the_organization_refuses_is_told_in_one_sentence(
    folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, failure: Exception, said: str
) -> None:
    accounts(folder, in_units("ou-ab12-11111111"))
    monkeypatch.setattr(command, "connect", lambda *_: Organization(Fake(failure)))
    assert command.main(["resolve", "--directory", str(folder.path)]) == 1
    output = capsys.readouterr().out
    assert said in output
    assert len(output.splitlines()) == 1


def test_an_unknown_unit_is_named_by_the_service_itself(folder: Folder, client: Any) -> None:
    assert client
    accounts(folder, in_units("ou-ab12-99999999"))
    assert command.main(["resolve", "--directory", str(folder.path)]) == 1


# ---- the command
