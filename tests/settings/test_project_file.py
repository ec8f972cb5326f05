"""`Pulumi.yaml` sets nothing unseen for every stack, and is told of once."""

from __future__ import annotations

import pytest

from settings.check import check
from settings.load import from_file
from settings.problems import SettingsError
from settings.project_file import defaults
from tests.example_files import EXAMPLE
from tests.settings.folder import FILES, Folder

HEAD = "name: mlops-platform\nruntime: {name: python}\nconfig:\n"


def problems(folder: Folder, text: str) -> list[str]:
    (folder.path / "Pulumi.yaml").write_text(text, encoding="utf-8")
    return [str(problem) for problem in check(folder.path)]


def test_the_platform_s_own_sets_prefix_and_organization() -> None:
    assert defaults(EXAMPLE / "Pulumi.yaml") == {"prefix": "mlops", "organization": "organization"}


@pytest.mark.parametrize(
    "entry",
    [
        "prefix: {default: acme}",
        "organization: acme",
        "region: {type: string, default: eu-central-1}",
        "tags: {type: object, default: {owner: ml-platform, costCentre: '1'}}",
    ],
)
def test_what_may_be_the_same_for_all_is_taken(folder: Folder, entry: str) -> None:
    assert problems(folder, f"{HEAD}  mlops-platform:{entry}\n") == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("mlops-platform:protect: {type: boolean, default: false}", "takes the protection from every stack"),
        ("mlops-platform:protect: false", "takes the protection from every stack"),
        ("protect: {default: 'false'}", "takes the protection from every stack"),
        ("mlops-platform:account: {default: '111111111111'}", "would be taken by every stack, unseen"),
        ("mlops-platform:removal: {default: {delete: [models]}}", "would be taken by every stack, unseen"),
        ("mlops-platform:kind: {default: workload}", "would be taken by every stack, unseen"),
        ("mlops-platform:prefix: {type: string}", "has no default"),
        ("mlops-platform:prefix: {default: acme, secret: true}", "has the key secret"),
        ("aws:region: eu-west-1", "is of a namespace that nobody reads"),
        ("pulumi:disable-default-providers: {value: []}", "is of a namespace that nobody reads"),
        ("mlops-platform:pr\u043etect: false", "holds U+043E (cyrillic small letter o)"),
    ],
)
def test_a_default_that_differs_from_stack_to_stack_is_told_once(folder: Folder, entry: str, message: str) -> None:
    [problem] = problems(folder, f"{HEAD}  {entry}\n")
    assert problem.startswith("Pulumi.yaml:4  config.")
    assert message in problem
    with pytest.raises(SettingsError):
        from_file(folder.file("prod"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: platform\nruntime: python", "Pulumi.yaml:1  name  is 'platform', and settings of the namespace"),
        ("name: mlops-platform\nruntime: nodejs", "runtime  is 'nodejs', and the program is one in python"),
        ("name: mlops-platform\nmain: other.py", "Pulumi.yaml:2  main  runs another program"),
        ("name: mlops-platform\nstackConfigDir: config", "stackConfigDir  lets Pulumi read stack files"),
        ("name: mlops-platform\nplugins: {}", "plugins  puts other programs in the place"),
        ("name: mlops-platform\ndescripton: x", "descripton  is no key of Pulumi.yaml that anybody reads; did you"),
        ("name: mlops-platform\nconfig: settings", "config  must be a section"),
        (f"{HEAD}  mlops-platform:prefix: a\n  mlops-platform:prefix: b", ":5  prefix  stands twice; the first is in"),
        ("", "Pulumi.yaml  is empty"),
        ("[", "Pulumi.yaml:1  broken YAML"),
    ],
)
def test_other_mistakes_of_the_file_are_told_once(folder: Folder, text: str, message: str) -> None:
    [problem] = problems(folder, text)
    assert problem.startswith("Pulumi.yaml")
    assert message in problem


TAGS = '  mlops-platform:tags:\n    owner: ml-platform\n    costCentre: "4711"\n'


@pytest.mark.parametrize(
    ("entry", "left_out", "message"),
    [
        ("prefix: {default: 5}", "", "Pulumi.yaml  prefix = 5  must be text: put it in quotes"),
        ("region: {default: eu-wset-1}", "  mlops-platform:region: eu-west-1\n", "did you mean eu-west-1?"),
        ("tags: {default: {owner: a}}", TAGS, "Pulumi.yaml  tags.costCentre  is missing"),
    ],
)
def test_a_default_that_no_stack_could_take_is_told_once(
    folder: Folder, entry: str, left_out: str, message: str
) -> None:
    for stack in FILES:
        folder.change(stack, left_out, "")
    [problem] = problems(folder, f"{HEAD}  mlops-platform:{entry}\n")
    assert problem.startswith("Pulumi.yaml")
    assert message in problem


def test_a_key_of_exemptions_that_stands_twice_is_told(folder: Folder) -> None:
    path = folder.path / "policy-exemptions.yaml"
    path.write_text("exemptions:\n  - expires: 2026-12-01\n    expires: 2027-10-28\n", encoding="utf-8")
    assert [str(problem) for problem in check(folder.path)] == [
        "policy-exemptions.yaml  exemptions[0].expires stands twice, in lines 2 and 3; keep one of the two"
    ]
