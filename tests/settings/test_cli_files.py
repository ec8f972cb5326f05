"""Stack files as the Pulumi CLI leaves them are right: after `stack init`, and `config set` with and without `--path`.

The texts are what CLI 3.260 wrote.
"""

from __future__ import annotations

import json

import pytest

from settings.check import check
from settings.config import engine_config
from settings.load import from_engine, from_file
from settings.problems import SettingsError
from tests.settings.folder import Folder

KIND = "  mlops-platform:kind"
SALT = "encryptionsalt: v1:0Yv6tKrl8LE=:v1:c0JdS/lcEwp3Ec18:R5FJ9EW/v5neZIGYQBYEXqLpbBKOdg==\n"
KMS = "secretsprovider: awskms://alias/pulumi?region=eu-west-1\nencryptedkey: AQICAHgAAAA=\n"


def problems(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("keys", [SALT, KMS])
@pytest.mark.parametrize("stack", ["foundation", "dev", "staging", "project-diabetes"])
def test_keys_of_the_stack_s_encryption_stay(folder: Folder, stack: str, keys: str) -> None:
    before = from_file(folder.file(stack))
    path = folder.file(stack)
    path.write_text(path.read_text(encoding="utf-8") + keys, encoding="utf-8")
    assert problems(folder) == []
    assert from_file(path) == before


# stack, what stands there, what the CLI writes, what it stands for
WRITTEN = [
    ("dev", KIND, f'  mlops-platform:protect: "false"\n{KIND}', ("protect", False)),
    ("dev", KIND, f'  mlops-platform:singleAccount: "true"\n{KIND}', ("single_account", True)),
    ("dev", "[staging, prod]", '\'["staging","prod"]\'', ("workloads", ["staging", "prod"])),
    ("prod", "availabilityZones: 2", 'availabilityZones: "3"', ("network", "availability_zones", 3)),
    ("prod", "availabilityZones: 2", 'nat: "true"', ("network", "nat", True)),
    ("prod", "availabilityZones: 2", 'flowLogRetentionDays: "30"', ("network", "flow_log_retention_days", 30)),
    ("prod", 'account: "111111111111"', "account: 111111111111", ("registry", "account", "111111111111")),
    ("prod", '"4711"', "4711", ("tags", "cost_centre", "4711")),
    ("project-screening", "threshold: 0.95", 'threshold: "0.95"', ("gate", "threshold", 0.95)),
    ("project-diabetes", "threshold: 65", 'threshold: "65"', ("gate", "threshold", 65.0)),
    (
        "project-diabetes",
        KIND,
        f'  mlops-platform:deployments: {{staging: {{minInstances: "1", maxInstances: "2"}}}}\n{KIND}',
        ("deployments", "staging", "max_instances", 2),
    ),
]


@pytest.mark.parametrize(("stack", "old", "new", "meant"), WRITTEN, ids=[str(case[3][:-1]) for case in WRITTEN])
def test_a_value_that_the_cli_writes_as_text_is_what_it_says(
    folder: Folder, stack: str, old: str, new: str, meant: tuple[object, ...]
) -> None:
    path = folder.change(stack, old, new)
    assert problems(folder) == []
    settings = from_file(path)
    assert from_engine(stack, engine_config(path)) == settings
    found = json.loads(settings.model_dump_json())
    for key in meant[:-1]:
        found = found[key]
    assert (type(found), found) == (type(meant[-1]), meant[-1])


@pytest.mark.parametrize(
    ("stack", "old", "new", "message"),
    [
        ("prod", KIND, f'  mlops-platform:protect: "False"\n{KIND}', "protect = 'False'  must be true or false"),
        ("prod", KIND, f'  mlops-platform:protect: "no"\n{KIND}', "protect = 'no'  must be true or false"),
        ("prod", "availabilityZones: 2", 'availabilityZones: "03"', "= '03'  must be a whole number"),
        ("prod", "availabilityZones: 2", 'availabilityZones: "2.0"', "= '2.0'  must be a whole number"),
        ("prod", "availabilityZones: 2", 'availabilityZones: "9"', "must be at most 4"),
        ("project-screening", "threshold: 0.95", 'threshold: "nan"', "= 'nan'  must be a number"),
        ("prod", 'account: "111111111111"', "account: 11111111111", "is written in quotes"),
        ("prod", '"4711"', "0815", "put it in quotes"),
        ("prod", '"4711"', "true", "put it in quotes"),
    ],
)
def test_a_text_that_is_no_spelling_of_the_cli_is_refused_by_check_and_program(
    folder: Folder, stack: str, old: str, new: str, message: str
) -> None:
    path = folder.change(stack, old, new)
    [problem] = problems(folder)
    assert message in problem
    with pytest.raises(SettingsError, match="1 problem in the settings"):
        from_file(path)


@pytest.mark.parametrize(
    ("stack", "old", "new", "key"),
    [
        ("prod", "region: eu-west-1", "region:\n    secure: v1:LNVhJXalvPi4zNep:2ht58Lh+", "region"),
        ("prod", "owner: ml-platform", "owner:\n      secure: v1:LNVhJXalvPi4zNep:2ht58Lh+", "tags.owner"),
        ("dev", "- name: alice", "- name: {secure: v1:LNVhJXalvPi4zNep:2ht58Lh+}", "studio.scientists[0].name"),
    ],
)
def test_a_value_that_was_set_as_a_secret_is_refused_once(
    folder: Folder, stack: str, old: str, new: str, key: str
) -> None:
    folder.change(stack, old, new)
    [problem] = problems(folder)
    assert f"  {key}  is encrypted, but no setting is a secret: write it plainly" in problem
