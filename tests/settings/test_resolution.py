"""`accounts.yaml` and what becomes of it: stack files, written once, from lists and from an organization."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import __main__ as command
from settings.accounts import read_accounts
from settings.check import check
from settings.problems import SettingsError
from settings.stack_files import read_stack_files
from settings.values import StackKind
from tests.settings.accounts_file import LISTED, OWNED, accounts, resolved
from tests.settings.folder import Folder


def problems(folder: Folder, text: str) -> str:
    accounts(folder, text)
    with pytest.raises(SettingsError) as caught:
        resolved(folder)
    return str(caught.value)


def contents(folder: Folder) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.path.iterdir()}


# ---- lists


def test_accounts_of_a_list_get_stack_files_of_their_own_and_a_place_among_the_workloads(folder: Folder) -> None:
    accounts(folder, LISTED)
    found = resolved(folder)
    assert list(found.files) == [
        "Pulumi.prod-012345678901.yaml",
        "Pulumi.prod-555555555555.yaml",
        "Pulumi.foundation-012345678901.yaml",
        "Pulumi.foundation-555555555555.yaml",
        "Pulumi.dev.yaml",
    ]
    found.write(folder.path)
    assert check(folder.path) == []
    stack_files = read_stack_files(folder.path)
    assert stack_files.by_stack["dev"].valid_values["workloads"] == [
        "staging",
        "prod",
        "prod-012345678901",
        "prod-555555555555",
    ]
    new = stack_files.by_stack["prod-012345678901"].valid_values
    assert (new["account"], new["stage"], new["network"]["cidr"]) == ("012345678901", "production", "10.64.0.0/20")
    assert stack_files.by_stack["prod-555555555555"].valid_values["network"]["cidr"] == "10.64.16.0/20"


def test_a_second_resolution_has_nothing_to_write_whatever_people_changed_meanwhile(folder: Folder) -> None:
    accounts(folder, LISTED)
    resolved(folder).write(folder.path)
    folder.change("prod-555555555555", "projects:", "protect: false # for a while\n  mlops-platform:projects:")
    folder.change("prod-555555555555", "10.64.16.0/20", "10.64.48.0/20")
    before = contents(folder)
    found = resolved(folder)
    assert (found.files, found.gone, found.accounts) == ({}, [], 3)
    found.write(folder.path)
    assert contents(folder) == before


def test_new_accounts_are_added_beside_the_old_ones_with_addresses_that_nobody_has(folder: Folder) -> None:
    accounts(folder, LISTED)
    resolved(folder).write(folder.path)
    before = contents(folder)
    accounts(folder, LISTED.replace('"555555555555"', '"444444444444", "555555555555"'))
    found = resolved(folder)
    new = ["Pulumi.prod-444444444444.yaml", "Pulumi.foundation-444444444444.yaml", "Pulumi.dev.yaml"]
    assert list(found.files) == new
    assert "10.64.32.0/20" in found.files["Pulumi.prod-444444444444.yaml"]
    found.write(folder.path)
    unchanged = {name: text for name, text in contents(folder).items() if name in before and "prod" in name}
    assert unchanged == {name: text for name, text in before.items() if "prod" in name}


def test_the_same_files_come_of_the_same_accounts_in_any_order(folder: Folder) -> None:
    accounts(folder, LISTED)
    first = resolved(folder).files
    accounts(folder, LISTED.replace('"555555555555", "012345678901"', '"012345678901", "555555555555"'))
    assert resolved(folder).files == first


def test_comments_and_order_of_the_workloads_stay(folder: Folder) -> None:
    listed = "mlops-platform:workloads: # in order\n    - staging # first\n    - prod # the old one"
    folder.change("dev", "mlops-platform:workloads: [staging, prod]", listed)
    accounts(folder, LISTED.replace("  production:", "  staging:").replace('"333333333333", ', '"222222222222", '))
    text = resolved(folder).files["Pulumi.dev.yaml"]
    added = "    - staging # first\n    - staging-012345678901\n    - staging-555555555555\n    - prod # the old one\n"
    assert added in text
    assert (
        text.replace("    - staging-012345678901\n    - staging-555555555555\n", "") == folder.file("dev").read_text()
    )


def test_a_list_that_the_cli_wrote_as_text_stays_one_and_line_ends_stay(folder: Folder) -> None:
    path = folder.change("dev", "[staging, prod]", '\'["staging", "prod"]\' # in order')
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"encryptionsalt: v1:abc\r\n")
    accounts(folder, LISTED)
    before = path.read_bytes()
    resolved(folder).write(folder.path)
    names = b'"staging", "prod", "prod-012345678901", "prod-555555555555"'
    assert path.read_bytes() == before.replace(b'"staging", "prod"', names)
    assert check(folder.path) == []


def test_a_list_in_lines_keeps_the_ends_of_its_lines(folder: Folder) -> None:
    path = folder.change("dev", "workloads: [staging, prod]", "workloads:\n    - staging\n    - prod # last")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    accounts(folder, LISTED)
    before = path.read_bytes()
    resolved(folder).write(folder.path)
    lines = b"- prod # last\r\n    - prod-012345678901\r\n    - prod-555555555555\r\n"
    assert path.read_bytes() == before.replace(b"- prod # last\r\n", lines)


def test_an_account_that_is_no_longer_listed_is_told_about_and_kept(folder: Folder) -> None:
    accounts(folder, LISTED)
    resolved(folder).write(folder.path)
    accounts(folder, LISTED.replace(', "012345678901"', ""))
    found = resolved(folder)
    assert found.files == {}
    assert len(found.gone) == 1
    assert found.gone[0].startswith("Pulumi.prod-012345678901.yaml: account 012345678901 is in none of the accounts")
    assert "nothing was removed" in found.gone[0]
    assert "docs/layouts.md" in found.gone[0]


def test_a_foundation_is_written_for_each_account_that_has_none(folder: Folder) -> None:
    accounts(folder, LISTED)
    standing = {
        str(file.valid_values["account"]) for file in read_stack_files(folder.path).of_kind(StackKind.FOUNDATION)
    }
    wanted = {"012345678901", "333333333333", "555555555555"} - standing
    found = resolved(folder)
    foundations = {name: text for name, text in found.files.items() if "foundation" in name}
    assert set(foundations) == {f"Pulumi.foundation-{account}.yaml" for account in wanted}
    assert all(f"arn:aws:iam::{name.split('-')[1][:12]}:role/ci" in text for name, text in foundations.items())
    found.write(folder.path)
    assert resolved(folder).files == {}


def test_an_account_without_a_foundation_is_refused_where_no_template_makes_one(folder: Folder) -> None:
    message = problems(folder, LISTED.replace(OWNED, ""))
    assert "account = '012345678901'  has no foundation stack" in message
    assert "to Pulumi.foundation-prod-012345678901.yaml and set its account" in message


# name: (change of accounts.yaml, parts of the message)
WRONG: dict[str, tuple[tuple[str, str], tuple[str, ...]]] = {
    "an unquoted account": (('"012345678901"', "012345678901"), ("accounts[2]", "in quotes")),
    "an account twice": (('"012345678901"', '"333333333333"'), ("names 333333333333 twice",)),
    "a unit that is none": (("accounts:", "units: [production]\n    accounts:"), ("units[0]", "ou-")),
    "no addresses": (("addresses: 10.64.0.0/16\n", ""), ("addresses", "is missing")),
    "public addresses": (("10.64.0.0/16", "8.8.0.0/16"), ("addresses = '8.8.0.0/16'", "not a private network")),
    "addresses that are taken": (("10.64.0.0/16", "10.30.0.0/19"), ("addresses", "has no /20 left")),
    "networks larger than the addresses": (
        ("stages:", "networkPrefix: 16\nstages:"),
        ("has no /16 left",),
    ),
    "a setting that each account gets": (
        ("network: {availabilityZones: 2}", "network: {cidr: 10.9.0.0/16}"),
        ("template", "sets network.cidr"),
    ),
    "a template with an unknown setting": (
        ("projects:", "project:"),
        ("accounts.yaml:5", "stages.production.template.project", "did you mean projects?"),
    ),
    "an account that serves another stage": (
        ('"012345678901"', '"222222222222"'),
        ("account 222222222222 is to serve production, but Pulumi.staging.yaml serves another stage",),
    ),
    "an unknown data science stack": (("stages:", "dataScience: lab\nstages:"), ("dataScience = 'lab'", "Pulumi.lab")),
    "what would be wrong together": (
        ('account: "111111111111"', 'account: "999999999999"'),
        ("registry.account = '999999999999'", "the account of dev is 111111111111"),
    ),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_mistake_is_told_in_words_and_nothing_is_written(folder: Folder, name: str) -> None:
    (old, new), parts = WRONG[name]
    assert old in LISTED
    text = LISTED.replace(old, new)
    if name == "networks larger than the addresses":
        text = text.replace('"012345678901"', '"444444444444"')
    before = set(contents(folder)) | {"accounts.yaml"}
    message = problems(folder, text)
    assert all(part in message for part in parts), message
    assert set(contents(folder)) == before


def test_a_template_is_wrong_once_however_many_accounts_it_has(folder: Folder) -> None:
    assert problems(folder, LISTED.replace("projects:", "project:")).startswith("1 problem")


def test_an_account_that_two_stages_name_is_refused_by_the_file_alone(folder: Folder) -> None:
    two = LISTED + LISTED.split("stages:\n")[1].replace("production:", "staging:")
    message = problems(folder, two)
    assert "stages.production.accounts[0] = '333333333333'" in message
    assert "serves staging already" in message


def test_without_the_file_it_is_said_where_it_should_be(folder: Folder) -> None:
    with pytest.raises(SettingsError, match=r"accounts\.yaml"):
        read_accounts(folder.path / "accounts.yaml")


def test_the_check_fails_until_the_files_are_written_and_writes_nothing(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts(folder, LISTED)
    arguments = ["resolve", "--directory", str(folder.path)]
    before = contents(folder)
    assert command.main([*arguments, "--check"]) == 1
    assert "out of date or missing: Pulumi.prod-012345678901.yaml" in capsys.readouterr().out
    assert contents(folder) == before
    assert command.main(arguments) == 0
    assert "written: Pulumi.dev.yaml" in capsys.readouterr().out
    assert command.main([*arguments, "--check"]) == 0
    assert capsys.readouterr().out == "accounts: 3, and nothing to write\n"


def test_the_check_fails_while_a_stack_has_lost_its_account(folder: Folder) -> None:
    accounts(folder, LISTED.replace('"333333333333", ', ""))
    arguments = ["resolve", "--directory", str(folder.path)]
    assert command.main(arguments) == 0
    assert command.main([*arguments, "--check"]) == 1


def test_nobody_but_the_resolution_reads_the_accounts_file() -> None:
    program = Path(__file__).resolve().parents[2]
    for folder in ("stacks", "components", "policies", "rehearsal"):
        for path in (program / folder).rglob("*.py"):
            assert "settings.accounts" not in path.read_text(encoding="utf-8"), path
