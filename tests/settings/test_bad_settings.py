"""Every mistake has a message that says what, where, what is allowed and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settings.__main__ import main
from settings.check import check
from settings.load import from_file
from settings.problems import SettingsError
from tests.settings.folder import Folder
from tests.settings.mistakes import MISTAKES

JARGON = ("pydantic", "https://errors", "Traceback", "Input should", "[type=", "validation error", "Errno")


def messages(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


def test_good_files_have_no_problems(folder: Folder) -> None:
    assert messages(folder) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_words(folder: Folder, name: str) -> None:
    stack, old, new, parts = MISTAKES[name]
    folder.change(stack, old, new)
    found = messages(folder)
    assert any(all(part in message for part in parts) for message in found), "\n".join(found)
    assert not any(word in message for word in JARGON for message in found), "\n".join(found)


@pytest.mark.parametrize("name", MISTAKES)
def test_the_program_refuses_what_the_check_refuses(folder: Folder, name: str) -> None:
    stack, old, new, parts = MISTAKES[name]
    with pytest.raises(SettingsError) as caught:
        from_file(folder.change(stack, old, new))
    assert any(all(part in str(problem) for part in parts) for problem in caught.value.problems)


# Each in a place of its own, so that none hides another: one mistake per key.
APART = (
    "a misspelt nested key",
    "an unknown instance type",
    "a network that is too large",
    "default providers of something else",
    "a wrong type",
    "an account id of 11 digits",
    "an unknown kind",
    "an unquoted account id with a leading zero",
    "an unknown region",
    "another namespace",
    "a salt without a value",
    "an external id without a role",
    "a project id in capitals",
    "a share above 1",
    "bounds in the wrong order",
    "text for a section",
    "the network of Docker's bridge",
    "a tag with a character that IAM refuses",
    "an SSO role without its path",
    "a service of another region",
)


@given(chosen=st.sets(st.sampled_from(APART), min_size=1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_planted_mistake_is_told_whatever_else_is_wrong(tmp_path: Path, chosen: set[str]) -> None:
    folder = Folder(tmp_path)
    # "another namespace" takes the anchor of "an external id": the other goes first.
    for name in sorted(chosen, key=lambda name: name == "another namespace"):
        stack, old, new, _ = MISTAKES[name]
        folder.change(stack, old, new)
    found = messages(folder)
    assert len(found) >= len(chosen)
    for name in chosen:
        # Line numbers move when mistakes are planted above; the rest of the message stays.
        parts = [part for part in MISTAKES[name][3] if not part.startswith("Pulumi.")]
        assert any(all(part in message for part in parts) for message in found), f"{name} in {found}"


def test_a_missing_file_says_which_there_are(folder: Folder) -> None:
    with pytest.raises(SettingsError, match=r"Pulumi\.stagng\.yaml  there is no such file; did you mean Pulumi\.stag"):
        from_file(folder.path / "Pulumi.stagng.yaml")


def test_broken_yaml_has_its_line_and_column(folder: Folder) -> None:
    folder.change("prod", "costCentre:", "costCentre")
    assert any("Pulumi.prod.yaml:10  broken YAML" in message and "(column " in message for message in messages(folder))


def test_a_folder_without_stack_files_is_a_problem(tmp_path: Path) -> None:
    assert "there is no stack file here" in str(check(tmp_path)[0])


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[1, 2]", b"config: 5", b"x" * 300_000, b"[" * 5000, b"a: &b\n- *b"]
)
def test_a_file_that_is_no_stack_file_is_a_problem(folder: Folder, content: bytes) -> None:
    folder.file("prod").write_bytes(content)
    found = messages(folder)
    assert found
    assert all(message.startswith("Pulumi.prod.yaml") for message in found[:1])


def test_a_long_name_of_a_stack_names_the_limit(folder: Folder) -> None:
    long = folder.file("a-production-account-far-away")
    folder.file("prod").rename(long)
    folder.change("dev", "[staging, prod]", "[staging, a-production-account-far-away]")
    assert any("bucket name" in message and "AWS allows 63" in message for message in messages(folder))


def test_a_broken_pulumi_yaml_is_a_problem_not_a_traceback(folder: Folder) -> None:
    (folder.path / "Pulumi.yaml").write_text("name: [")
    assert any(message.startswith("Pulumi.yaml:") for message in messages(folder))


def test_the_command_prints_problems_and_fails(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--directory", str(folder.path)]) == 0
    assert capsys.readouterr().out == (
        "settings: 8 stack files (1 data-science, 3 foundation, 2 project, 2 workload), no problems\n"
    )
    folder.change("prod", "eu-west-1", "eu-west-9")
    assert main(["check", "--directory", str(folder.path)]) == 1
    assert "region = 'eu-west-9'  not an AWS region" in capsys.readouterr().out


def test_a_hostile_key_cannot_steer_the_terminal(folder: Folder) -> None:
    folder.change("prod", "owner:", '"own\\e[31mer\\nx":')
    assert all(message.isprintable() for message in messages(folder))


def test_nothing_is_listed_while_a_stack_file_is_broken(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--directory", str(folder.path)]) == 0
    assert capsys.readouterr().out.startswith("[")
    (folder.path / "Pulumi.broken.yaml").write_text("a: [")
    assert main(["list", "--directory", str(folder.path)]) == 1
    said = capsys.readouterr()
    assert (said.out, "Pulumi.broken.yaml" in said.err) == ("", True)
