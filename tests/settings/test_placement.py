"""Keys in the wrong place, and letters that are not what they look like, are told once and by their code point."""

from __future__ import annotations

import pytest

from settings.check import check
from settings.config import engine_config
from settings.load import from_engine
from settings.problems import SettingsError
from tests.settings.folder import FILES, Folder

KIND = "  mlops-platform:kind"


def problems(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("stack", sorted(FILES))
def test_settings_beside_config_are_one_mistake(folder: Folder, stack: str) -> None:
    lines = FILES[stack].splitlines()
    text = "\n".join([lines[0], *(line[2:] for line in lines[1:])])
    folder.file(stack).write_text(text, encoding="utf-8")
    [problem] = problems(folder)
    assert f"Pulumi.{stack}.yaml:2  pulumi:disable-default-providers" in problem
    assert f"more keys, to line {max(n for n, line in enumerate(lines, 1) if 'mlops-platform:' in line)}," in problem
    assert "stand beside config:, where nobody reads them: indent them by two spaces" in problem


def test_one_setting_beside_config_is_named_alone(folder: Folder) -> None:
    text = folder.change("prod", "  mlops-platform:region: eu-west-1\n", "").read_text(encoding="utf-8")
    folder.file("prod").write_text(f"{text}mlops-platform:region: eu-west-1\n", encoding="utf-8")
    [problem] = problems(folder)
    assert "mlops-platform:region  stands beside config:, where nobody reads it" in problem


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "config:",
            "confg:",
            "confg  is not a key of a stack file; settings stand below config:; did you mean config?",
        ),
        ("config:", "c\u043enfig:", "holds U+043E (cyrillic small letter o) at place 2"),
        ("mlops-platform:region", "region", "region  needs its namespace: mlops-platform:region"),
        ("mlops-platform:region", "mlops:region", "write mlops-platform:region"),
        ("mlops-platform:region", "mlops-platform:config:region", "write mlops-platform:region"),
        ("mlops-platform:region", "mlops-pl\u0430tform:region", "holds U+0430 (cyrillic small letter a) at place 9"),
        ("mlops-platform:region", "mlops-platform:regi\u043en", "holds U+043E (cyrillic small letter o) at place 5"),
        ("mlops-platform:region", "mlops-platform:region\u200b", "holds U+200B (zero width space) at place 7"),
        ("mlops-platform:region", "mlops-platform:\u00a0region", "holds U+00A0 (no-break space) at place 1"),
        ("costCentre", "cost\u2060Centre", "holds U+2060 (word joiner) at place 5, which nobody sees"),
        ("costCentre", "co\u0455tCentre", "holds U+0455 (cyrillic small letter dze) at place 3, which is not ASCII"),
        ("pulumi:disable", "pulumi:di\u0455able", "did you mean pulumi:disable-default-providers?"),
        ("region: eu-west-1", "region: eu\u2011west\u20111", "holds U+2011 (non-breaking hyphen) at place 3"),
        ("region: eu-west-1", 'region: "\\u202Eeu-west-1"', "holds U+202E (right-to-left override) at place 1"),
        (
            "owner: ml-platform",
            "owner: ml\u00a0platform",
            "holds U+00A0 (no-break space) at place 3, which nobody sees",
        ),
        ("owner: ml-platform", 'owner: "ml\\u3164platform"', "holds U+3164 (hangul filler) at place 3"),
        ("stage: production", "stage: pr\u043eduction", "holds U+043E (cyrillic small letter o) at place 3"),
        ("kind: workload", "kind: w\u043erkload", "holds U+043E (cyrillic small letter o) at place 2"),
        ('["aws"]', '["\u0430ws"]', "holds U+0430 (cyrillic small letter a) at place 1"),
        ("  mlops-platform:region", "\u00a0\u00a0mlops-platform:region", ":6  broken YAML: holds U+00A0"),
        ("region: eu", "region:\u00a0eu", ":6  broken YAML: holds U+00A0 (no-break space), which YAML does not take"),
        ("region: eu", "region\uff1a eu", ":6  broken YAML: holds U+FF1A (fullwidth colon), which YAML does not take"),
        ("config:", "<<<<<<< HEAD\nconfig:", ":1  broken YAML: a merge that Git left open"),
        ("stack: dev", "stack: d\u0435v", "holds U+0435 (cyrillic small letter ie) at place 2"),
    ],
)
def test_a_slip_is_told_once(folder: Folder, old: str, new: str, message: str) -> None:
    folder.change("prod", "  mlops-platform:registry:\n", "  mlops-platform:registry:\n    stack: dev\n")
    folder.change("prod", old, new)
    [problem] = problems(folder)
    assert message in problem


def test_a_role_with_a_letter_of_another_script_is_told_once(folder: Folder) -> None:
    folder.change("dev", "role/sign-in", "r\u043ele/sign-in")
    [problem] = problems(folder)
    assert "holds U+043E (cyrillic small letter o) at place 28, which is not ASCII; not the ARN" in problem


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("aws:region: us-east-1", "since default providers are off and the stack's own has its settings: write mlops-"),
        ("aws:profile: me", "write mlops-platform:credentials.profile instead"),
        ("aws:skipMetadataApiCheck: true", "is read by nobody, since default providers are off"),
        ("kubernetes:context: me", "stands in the namespace kubernetes, which nobody reads: drop it"),
        ("pulumi:autonaming: {mode: verbatim}", "is none of the engine's keys that the platform knows: drop it"),
    ],
)
def test_a_key_of_another_namespace_is_refused_by_check_and_program(folder: Folder, key: str, message: str) -> None:
    path = folder.change("prod", KIND, f"  {key}\n{KIND}")
    [problem] = problems(folder)
    assert problem.startswith(f"Pulumi.prod.yaml:3  {key.rpartition(': ')[0].split(': ')[0]}")
    assert message in problem
    with pytest.raises(SettingsError, match="1 problem"):
        from_engine("prod", engine_config(path))


@pytest.mark.parametrize("key", ["pulumi:tags: {team: ml}", "pulumi:template: aws-python"])
def test_keys_that_the_engine_reads_for_itself_stay(folder: Folder, key: str) -> None:
    folder.change("prod", KIND, f"  {key}\n{KIND}")
    assert problems(folder) == []


def test_default_providers_are_switched_off_in_text_too(folder: Folder) -> None:
    folder.change("prod", '["aws"]', "'[\"aws\"]'")
    assert problems(folder) == []


def test_letters_that_people_write_stay(folder: Folder) -> None:
    folder.change("dev", "owner: ml-platform", "owner: M\u00fcller Stra\u00dfe")
    assert problems(folder) == []


def test_a_file_without_settings_lacks_one_thing(folder: Folder) -> None:
    folder.file("prod").write_text("config:\nencryptionsalt: v1:abc\n", encoding="utf-8")
    assert problems(folder) == ["Pulumi.prod.yaml:1  config  must be a section with the stack's settings"]
    folder.file("prod").write_text("encryptionsalt: v1:abc\n", encoding="utf-8")
    assert problems(folder) == ["Pulumi.prod.yaml  config  is missing: the section with the settings"]


def test_configuration_that_pulumi_esc_would_add_is_refused(folder: Folder) -> None:
    text = folder.file("prod").read_text(encoding="utf-8")
    folder.file("prod").write_text(f"environment:\n  - platform/prod\n{text}", encoding="utf-8")
    [problem] = problems(folder)
    assert "Pulumi.prod.yaml:1  environment  takes configuration and credentials from Pulumi ESC" in problem
    assert "write the settings below config:, and drop it" in problem
