"""The same settings, whichever way they come in; and no traceback, whatever comes in."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pulumi
import pytest
import yaml
from botocore.loaders import Loader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime import config as engine

from settings import aws_names, schema
from settings.check import check
from settings.closed_lists import closed_list, lacking_in
from settings.config import engine_config
from settings.document import plain
from settings.explain import keys_of
from settings.load import from_engine, from_file, from_pulumi, load, read_stack, stack_of
from settings.model import DataScienceSettings, StackSettings, WorkloadSettings
from settings.problems import SettingsError
from tests.example_files import EXAMPLE
from tests.settings.folder import FILES, Folder

STACK_FILES = sorted(EXAMPLE.glob("Pulumi.*.yaml"))
KEYS = [key for model in (DataScienceSettings, WorkloadSettings) for key in keys_of(model)]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["workload", "eu-west-1"])
)
NESTED = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, "cidr", "owner"]) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_file_and_engine_give_the_same_settings(path: Path) -> None:
    assert from_engine(stack_of(path), engine_config(path)) == from_file(path)


def test_the_examples_stack_files_are_right() -> None:
    assert [str(problem) for problem in check(EXAMPLE)] == []


def test_defaults_of_the_project_file_are_those_of_the_program() -> None:
    declared = yaml.safe_load((EXAMPLE / "Pulumi.yaml").read_text())["config"]
    fields = keys_of(StackSettings)
    for key, value in declared.items():
        assert value["default"] == fields[key.removeprefix("mlops-platform:")].default


def test_defaults_of_the_project_file_give_way_to_the_stack_file(folder: Folder) -> None:
    (folder.path / "Pulumi.yaml").write_text("config: {mlops-platform:organization: {default: acme}}")
    assert from_file(folder.file("prod")).organization == "acme"
    folder.change("prod", "  mlops-platform:kind", "  mlops-platform:organization: other\n  mlops-platform:kind")
    assert from_file(folder.file("prod")).organization == "other"


@pytest.fixture
def _engine() -> Iterator[None]:
    before = engine.CONFIG.get()
    yield
    engine.CONFIG.set(before)


@pytest.mark.usefixtures("_engine")
def test_the_engine_s_configuration_is_what_counts(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    raw = engine_config(folder.file("dev")) | {"mlops-platform:singleAccount": "true"}
    engine.set_all_config(raw)
    found = from_pulumi()
    assert isinstance(found, DataScienceSettings)
    assert found.single_account
    engine.CONFIG.set({})
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(raw | {"mlops-platform:region": "eu-central-1"}))
    assert from_pulumi().region == "eu-central-1"
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(raw | {"mlops-platform:region": "eu-central-9"}))
    with pytest.raises(pulumi.RunError, match="region = 'eu-central-9'  not an AWS region"):
        from_pulumi()


# What CLI 3.272 hands over for 012345678901, 012345670123 (octal) and 1.2345678901e+11 without quotes.
@pytest.mark.parametrize("mangled", ["12345678901", "1402433619", "1.2345678901e+11"])
def test_an_account_id_that_lost_its_zero_on_the_way_is_told_to_take_quotes(folder: Folder, mangled: str) -> None:
    raw = engine_config(folder.file("prod"))
    with pytest.raises(SettingsError, match="written in quotes, or YAML drops the zero"):
        from_engine("prod", raw | {"mlops-platform:account": mangled})
    with pytest.raises(SettingsError, match=r"registry\.account = .*(written|write it) in quotes"):
        from_engine("prod", raw | {"mlops-platform:registry": f'{{"account":{mangled}}}'})


def test_text_that_looks_like_a_number_stays_text(folder: Folder) -> None:
    raw = engine_config(folder.file("project-diabetes")) | {"mlops-platform:description": "0.95"}
    assert from_engine("project-diabetes", raw).model_dump()["description"] == "0.95"


def test_a_secret_is_refused_and_never_printed(folder: Folder) -> None:
    raw = engine_config(folder.file("prod")) | {"mlops-platform:registry": '{"account": "hunter2"}'}
    with pytest.raises(SettingsError) as caught:
        from_engine("prod", raw, frozenset({"mlops-platform:registry"}))
    assert "no setting is a secret" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@given(values=st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), NESTED))
@settings(max_examples=300, deadline=None)
def test_values_of_any_shape_are_refused_in_words(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        load("dev", values, "Pulumi.dev.yaml")
    assert all(str(problem).isprintable() for problem in caught.value.problems)


@given(
    stack=st.sampled_from(sorted(FILES)),
    offsets=st.lists(st.integers(0, 400), min_size=1, max_size=4),
    characters=st.text(alphabet=string.printable + "\u2028\x85é", max_size=6),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_with_any_damage_gives_settings_or_problems(
    tmp_path: Path, stack: str, offsets: list[int], characters: str
) -> None:
    text = FILES[stack]
    for offset in offsets:
        text = text[:offset] + characters + text[offset + 1 :]
    path = tmp_path / f"Pulumi.{stack}.yaml"
    path.write_text(text, encoding="utf-8")
    file = read_stack(path)
    assert bool(file.settings) != bool(file.problems)
    assert all(str(problem).isprintable() for problem in check(tmp_path))


@given(value=st.dictionaries(st.sampled_from([f"mlops-platform:{key}" for key in KEYS]) | st.text(max_size=8), NESTED))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_yaml_of_any_shape_is_refused_in_words(tmp_path: Path, value: dict[str, Any]) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    text = yaml.safe_dump({"config": value}, allow_unicode=True)
    path.write_text(text, encoding="utf-8", errors="replace")
    assert check(tmp_path)


# As gopkg.in/yaml.v3 reads them; from `pulumi preview` of CLI 3.272.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("012345678901", 12345678901),
        ("012345670123", 1402433619),
        ("111111111111", 111111111111),
        ("0x1f", 31),
        ("1_000", 1000),
        ("1e3", 1000),
        ("0.95", 0.95),
        ("true", True),
        ("yes", "yes"),
        ("null", None),
        ("2020-01-01x", "2020-01-01x"),
    ],
)
def test_text_without_quotes_is_read_as_the_engine_reads_it(text: str, value: object) -> None:
    assert plain(text) == value


def test_names_of_regions_and_instance_types_are_botocore_s() -> None:
    loader = Loader()
    assert sorted(closed_list("regions")) == aws_names.regions(loader)
    assert sorted(closed_list("instance-types")) == aws_names.instance_types(loader)
    assert sorted(closed_list("studio-instance-types")) == aws_names.studio_instance_types(loader)
    lacking = {region: sorted(lacking_in(region)) for region in closed_list("regions")}
    assert {region: services for region, services in lacking.items() if services} == aws_names.lacking(loader)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.schema())


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_committed_stack_files_are_valid_under_the_schema(path: Path) -> None:
    jsonschema.Draft202012Validator(schema.schema()).validate(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize(
    ("stack", "old", "new"),
    [
        ("dev", "costCentre", "costCenter"),
        ("dev", "mlops-platform:workloads", "mlops-platform:workload"),
        ("prod", "kind: workload", "kind: project"),
        ("prod", "eu-west-1", "eu-wset-1"),
        ("prod", '"333333333333"', "333333333333"),
        ("prod", "availabilityZones: 2", "availabilityZones: 1"),
        ("prod", '["aws"]', '["gcp"]'),
        ("dev", "ml.t3.medium", "ml.t3.medum"),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(folder: Folder, stack: str, old: str, new: str) -> None:
    validator = jsonschema.Draft202012Validator(schema.schema())
    assert validator.is_valid(yaml.safe_load(folder.file(stack).read_text()))
    assert not validator.is_valid(yaml.safe_load(folder.change(stack, old, new).read_text()))
