"""A file that is wrong as a whole is told once, and files that nobody reads are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings.check import check
from settings.unread_files import unread_files
from tests.settings.folder import FILES, Folder


def problems(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("stack", sorted(FILES))
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: write what it is for"),
        (b"# to be done\n", "holds nothing but comments"),
        (b"\n---\n", "holds nothing but comments"),
        ("config: {a: b}".encode("utf-16"), "is UTF-16, not UTF-8: save it as UTF-8"),
        (b"config: [\n", "broken YAML"),
    ],
)
def test_a_file_that_is_no_stack_file_is_the_only_thing_that_is_told(
    folder: Folder, stack: str, content: bytes, message: str
) -> None:
    folder.file(stack).write_bytes(content)
    [problem] = problems(folder)
    assert problem.startswith(f"Pulumi.{stack}.yaml")
    assert message in problem


@pytest.mark.parametrize("stack", sorted(FILES))
@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("owner: ml-platform", "owner: Stra\u00dfe", ":7  is not UTF-8: byte 16 of the line is 0xDF (byte "),
        ("config:", "# f\u00fcr uns\nconfig:", ":1  is not UTF-8: byte 4 of the line is 0xFC (byte 4 of the file)"),
    ],
)
def test_bytes_that_are_no_utf_8_are_told_once_with_their_place(
    folder: Folder, stack: str, old: str, new: str, place: str
) -> None:
    text = folder.change(stack, old, new).read_text(encoding="utf-8")
    folder.file(stack).write_bytes(text.encode("latin-1"))
    [problem] = problems(folder)
    line = 7 + FILES[stack].split("owner")[0].count("\n") - 6
    assert problem.startswith(f"Pulumi.{stack}.yaml{place.replace(':7', f':{line}')}")
    assert problem.endswith("save the file as UTF-8")


@pytest.mark.parametrize(
    "name",
    [
        "Pulumi.dev.yml",
        "Pulumi.dev.json",
        "Pulumi.dev.yaml.bak",
        "Pulumi.dev.yaml.orig",
        "Pulumi.dev.yaml~",
        "Pulumi.dev copy.yaml",
        "Pulumi.dev copy 2.yaml",
        "Pulumi.dev - Copy.yaml",
        "Pulumi.dev (1).yaml",
        "Copy of Pulumi.dev.yaml",
        "Pulumi.dev.yaml.txt",
        "pulumi.dev.yaml",
        "Pulumi.Dev.yaml",
        "PULUMI.DEV.YAML",
        "Pulumi-dev.yaml",
        "Pulumi.de\u200bv.yaml",
    ],
)
def test_a_copy_that_nobody_reads_is_to_be_deleted(folder: Folder, name: str) -> None:
    (folder.path / name).write_text(FILES["dev"], encoding="utf-8")
    [problem] = problems(folder)
    assert "is read by nobody" in problem
    assert "Pulumi.dev.yaml beside it is, so delete this one" in problem


@pytest.mark.parametrize("name", ["Pulumi.{}.yml", "pulumi.{}.yaml", "Pulumi.{}.yaml.bak", "Pulumi_{}.yaml"])
@pytest.mark.parametrize("stack", sorted(FILES))
def test_a_stack_file_of_the_wrong_name_is_to_be_renamed_and_nothing_follows(
    folder: Folder, stack: str, name: str
) -> None:
    folder.file(stack).rename(folder.path / name.format(stack))
    [problem] = problems(folder)
    assert problem.startswith(name.format(stack))
    assert f"rename it to Pulumi.{stack}.yaml, or delete it" in problem


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("accounts.yml", "accounts.yaml"),
        ("policy-exemptions.yml", "policy-exemptions.yaml"),
        ("Pulumi.yml", "Pulumi.yaml"),
        ("pulumi.yaml", "Pulumi.yaml"),
    ],
)
def test_other_files_of_the_platform_have_one_name_too(folder: Folder, name: str, meant: str) -> None:
    (folder.path / name).write_text("a: 1", encoding="utf-8")
    assert problems(folder) == [f"{name}  is read by nobody: rename it to {meant}, or delete it"]


def test_a_name_in_another_script_is_named_by_its_letter(folder: Folder) -> None:
    (folder.path / "Pulumi.d\u0435v-2.yaml").write_text(FILES["dev"], encoding="utf-8")
    [problem] = problems(folder)
    assert "holds U+0435 (cyrillic small letter ie) at place 9, which is not ASCII" in problem
    assert "rename it" not in problem


def test_files_of_other_names_are_nobody_s_business(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", "README.md", "pulumi.md", "Pulumi.yaml", ".Pulumi.dev.yaml.swp", "accounts.txt"):
        (tmp_path / name).touch()
    assert unread_files(tmp_path) == []
    assert unread_files(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("stack", "old", "new"),
    [
        ("dev", "[staging, prod]", "[Staging, prod]"),
        ("dev", "[staging, prod]", "staging"),
        ("prod", "[screening, diabetes]", "[Screening, diabetes]"),
        ("prod", "[screening, diabetes]", "screening"),
        ("prod", "[screening, diabetes]", "[{a: b}]"),
    ],
)
def test_a_wrong_item_of_a_list_is_no_further_mistake_elsewhere(folder: Folder, stack: str, old: str, new: str) -> None:
    folder.change(stack, old, new)
    [problem] = problems(folder)
    assert problem.startswith(f"Pulumi.{stack}.yaml")
