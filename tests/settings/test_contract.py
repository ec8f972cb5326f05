"""The contract with the repositories that projects start from: one source, and copies that are current."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from catalog.names import ProjectNames
from settings import contract, schema
from settings.deployments import DeploymentSettings
from settings.load import from_file
from settings.model import ProjectSettings
from stacks import releases
from tests.example_files import EXAMPLE

ROOT = Path(__file__).parents[2]


def account(number: str) -> dict[str, str]:
    return {"account": number * 12, "region": "eu-west-1"}


def validator(definition: str) -> Any:
    agreed = contract.schema()
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": agreed["$defs"]})


@pytest.mark.parametrize("path", schema.generated(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_generated_schema_and_copy_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == schema.generated()[path], "run: python -m settings schema"


def test_each_repository_carries_the_contract() -> None:
    repositories = {path.relative_to(ROOT / "seed_code").parts[0] for path in schema.CONTRACT_COPIES}
    assert repositories == {path.name for path in (ROOT / "seed_code").iterdir() if path.is_dir()}


def test_the_contract_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(contract.schema())


@pytest.mark.parametrize("project", ["screening", "diabetes"])
def test_what_a_project_publishes_of_its_stages_is_as_agreed(project: str) -> None:
    settings = from_file(EXAMPLE / f"Pulumi.project-{project}.yaml")
    assert isinstance(settings, ProjectSettings)
    text = releases.stages(settings, {"staging": [account("2")], "production": [account("3"), account("4")]})
    validator("ProjectStages").validate(json.loads(text))


@pytest.mark.parametrize("stages", [("staging",), ("production",), ("staging", "production")])
def test_a_project_may_have_one_stage_or_both(stages: tuple[str, ...]) -> None:
    settings = from_file(EXAMPLE / "Pulumi.project-screening.yaml")
    assert isinstance(settings, ProjectSettings)
    found = json.loads(releases.stages(settings, {stage: [account("2")] for stage in stages}))
    validator("ProjectStages").validate(found)
    assert tuple(found) == stages
    names = ProjectNames(settings.prefix, settings.id)
    assert [stage["stackSetName"] for stage in found.values()] == [names.stack_set(stage) for stage in stages]


def test_a_project_without_a_stage_is_refused() -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator("ProjectStages").validate({})


@pytest.mark.parametrize("most", [1, 2])
def test_burstable_instances_have_no_range_to_scale_in(most: int) -> None:
    given = {"instanceType": "ml.t2.medium", "minInstances": 1, "maxInstances": most}
    if most == 1:
        assert DeploymentSettings.model_validate(given).max_instances == 1
        return
    with pytest.raises(ValueError, match=r"ml\.t2\.medium is burstable, and such instances do not scale"):
        DeploymentSettings.model_validate(given)


def test_every_pattern_is_for_the_whole_text() -> None:
    def patterns(value: Any) -> list[str]:
        if isinstance(value, list):
            return [found for each in value for found in patterns(each)]
        if not isinstance(value, dict):
            return []
        own = [value["pattern"]] if isinstance(value.get("pattern"), str) else []
        return own + [found for each in value.values() for found in patterns(each)]

    found = patterns(contract.schema())
    assert found
    assert [pattern for pattern in found if not (pattern.startswith("^") and pattern.endswith("$"))] == []


def test_every_form_is_said_in_words() -> None:
    for definition in contract.schema()["$defs"].values():
        for name, rule in definition.get("properties", {}).items():
            assert "pattern" not in rule or rule["x-allowed"], name


def test_the_ssm_parameters_of_a_project_are_given_by_field() -> None:
    fields = contract.ModelBuildParameters.model_fields | contract.ModelDeployParameters.model_fields
    named = contract.project_parameters(**dict.fromkeys(fields, "x"))
    assert {"id", "pipeline/name", "gate/metric", "deploy/stages"} <= named.keys()
    with pytest.raises(TypeError, match="gate_metric"):
        contract.project_parameters(**dict.fromkeys(fields.keys() - {"gate_metric"}, "x"))
