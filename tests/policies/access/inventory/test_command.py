"""`review --inventory` as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from policies.access.__main__ import app
from tests.policies.access.inventory.data_lake import INVENTORY, data_lake
from tests.policies.access.inventory.exports import allow, write_inventory


def _review(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["review", *map(str, arguments)])


def test_what_holds_ends_well_and_what_fails_does_not(tmp_path: Path) -> None:
    inventory = write_inventory(tmp_path, INVENTORY)
    lake = data_lake()
    ended = _review(lake.write(tmp_path), "--inventory", inventory)
    assert (ended.exit_code, ended.exception) == (0, None)
    assert "11 of 15 theorems proved, 0 fail, 4 cannot speak of this estate, 0 things not read" in ended.output
    lake.inline("lake-dashboard", "all", [allow("*", "*")])
    ended = _review(lake.write(tmp_path), "--inventory", inventory)
    assert ended.exit_code == 1
    assert "- listed-readers: arn:aws:iam::410000000001:role/lake-dashboard reads objects" in ended.output


def test_explained_each_theorem_stands_with_its_sentence_and_whom_it_names(tmp_path: Path) -> None:
    ended = _review(data_lake().write(tmp_path), "--inventory", write_inventory(tmp_path, INVENTORY), "--explain")
    assert "  Of all roles and users that the exports hold, only the printed ones read objects" in ended.output
    assert "    arn:aws:iam::410000000001:role/lake-etl reads data" in ended.output
    assert "- project-walls cannot speak of this: it speaks of projects; an inventory names none" in ended.output


def test_what_exports_hold_moves_no_cursor(tmp_path: Path) -> None:
    lake = data_lake()
    lake.add("kubernetes:core/v1:Secret", "\x1b[2Jplanted", {})
    ended = _review(lake.write(tmp_path), "--inventory", write_inventory(tmp_path, INVENTORY))
    assert "\x1b" not in ended.output
    assert "[2Jplanted: resources of kubernetes:core/v1:Secret are not read here" in ended.output


def test_programs_get_json(tmp_path: Path) -> None:
    lake = data_lake()
    lake.add("aws:lambda/functionUrl:FunctionUrl", "open", {"authorizationType": "NONE"})
    ended = _review(lake.write(tmp_path), "--inventory", write_inventory(tmp_path, INVENTORY), "--json")
    answer = json.loads(ended.output)
    assert (ended.exit_code, answer["holds"]) == (1, False)
    assert [one["where"].rpartition("::")[2] for one in answer["unread"]] == ["open"]
    assert {one["verdict"] for one in answer["theorems"]} == {"not proved", "cannot speak"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"deployment": {"resources": [5]}}',
        "\x00",
        '{"deployment": 7}',
        "9" * 5000,
        '["\\ud800"]',
        '"' + "[" * 100_000,
    ],
)
def test_a_file_that_is_no_export_is_refused_in_a_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(content)
    ended = _review(file, "--inventory", write_inventory(tmp_path, INVENTORY))
    assert ended.exit_code == 1
    assert ended.output.startswith(str(file))


def test_another_program_without_an_inventory_is_refused_with_what_to_do(tmp_path: Path) -> None:
    ended = _review(data_lake().write(tmp_path))
    assert ended.exit_code == 1
    assert "holds stacks of the project 'acme-lake', expected 'mlops-platform'" in ended.output
    assert "docs/tasks/inventory.md" in ended.output


def test_the_platform_itself_is_reviewed_by_an_inventory(resources: Path, tmp_path: Path) -> None:
    names = {"data": {"buckets": ["mlops-dev-data-111111111111-eu-west-1"]}, "theorems": ["no-strangers"]}
    ended = _review(resources, "--inventory", write_inventory(tmp_path, names))
    assert (ended.exit_code, ended.exception) == (0, None), ended.output
    assert "1 of 1 theorems proved" in ended.output


def test_the_schema_is_printed() -> None:
    ended = CliRunner().invoke(app, ["inventory-schema"])
    assert {"data", "models", "roles", "trusted"} <= set(json.loads(ended.output)["properties"])
