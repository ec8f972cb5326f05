"""An inventory that is wrong is refused: where, what, and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.access.inventory.entries import BadInventory, Inventory, read_inventory, schema
from tests.policies.access.inventory.conftest import Reviewing
from tests.policies.access.inventory.data_lake import INVENTORY, data_lake


def _written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "inventory.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return path


DATA = {"data": {"buckets": ["lake"]}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it must hold a mapping with keys such as data, models"),
        ("[1, 2]", "it must hold a mapping"),
        ("data: [", "cannot be read as YAML or JSON at line 1"),
        ("data: {}\ndata: {}\n", "data"),
        ("a: &a [*a]", "a is no key here"),
        ({}, "names no bucket and no key"),
        ({"data": {}}, "names no bucket and no key"),
        ({**DATA, "modles": {}}, "modles is no key here: did you mean models?; allowed are accounts, artifacts"),
        (
            {"data": {"bucket": ["lake"]}},
            "data.bucket is no key here: did you mean buckets?; allowed are buckets, keys",
        ),
        ({"data": {"buckets": "lake"}}, "data.buckets is 'lake'; it must be a list"),
        ({"data": {"buckets": [7]}}, "data.buckets[0] is 7; it must be a text in quotation marks"),
        ({"data": ["lake"]}, "data is ['lake']; it must be a mapping"),
        ({"data": {"buckets": ["lake-*"]}}, "data.buckets[0] is 'lake-*'; it must be like"),
        ({"data": {"buckets": ["lake", "lake"]}}, "data.buckets: names lake twice: name it once"),
        ({**DATA, "accounts": [410000000001]}, "accounts[0] is 410000000001; it must be a text in quotation marks"),
        ({**DATA, "accounts": ["4100"]}, "accounts[0] is '4100'; it must be like"),
        ({**DATA, "roles": {"deployer": []}}, "roles.deployer is no key here: did you mean deployers?"),
        ({**DATA, "delegations": [{"role": "a"}]}, "delegations[0].actsAs is missing; add it"),
        (
            {**DATA, "delegations": [{"who": "a"}]},
            "delegations[0].who is no key here; allowed are actsAs, because, role",
        ),
        ({**DATA, "endpoints": {"sqs": []}}, "endpoints.sqs"),
        ({**DATA, "trusted": {"organizationPaths": ["o-1"]}}, "trusted.organizationPaths[0] is 'o-1'; it must be like"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: Any, words: str) -> None:
    path = _written(tmp_path, content)
    with pytest.raises(BadInventory) as bad:
        read_inventory(path)
    assert words in str(bad.value)
    assert path.name in str(bad.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"\x00", b"{" * 100_000])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_bytes(content)
    with pytest.raises(BadInventory, match=r"inventory\.yaml: it cannot be read as YAML or JSON"):
        read_inventory(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInventory, match="No such file or directory; write the file"):
        read_inventory(tmp_path / "none.yaml")


def test_json_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "inventory.json"
    path.write_text('{"data": {"buckets": ["lake"]}}', encoding="utf-8")
    assert read_inventory(path).data.buckets == ["lake"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"data": {"buckets": ["acme-lake-rw"]}},
            "data.buckets: acme-lake-rw is no bucket of the exports: did you mean",
        ),
        ({"data": {"keys": ["alias/nothing-like-it"]}}, "data.keys: alias/nothing-like-it is no key of the exports"),
        ({"models": {"buckets": ["acme-lake-raw"]}}, "models.buckets: acme-lake-raw is named for data too: keep one"),
        (
            {"roles": {"deployers": ["lake-deploy"]}},
            "roles.deployers: lake-deploy is no role or user of the exports: did",
        ),
        (
            {"roles": {"deployers": ["lake-etl"], "jobs": ["lake-etl"]}},
            "role/lake-etl stands in another list of roles too",
        ),
        ({"accounts": ["410000000001", "410000000002"]}, "accounts: no export is of 410000000002: give it, or list it"),
        ({"accounts": ["410000000002"]}, "accounts: exports are of 410000000001 too: list it"),
        ({"theorems": ["no-stranger"]}, "theorems: there is no no-stranger (did you mean no-strangers?)"),
        ({"theorems": ["project-walls"]}, "theorems: project-walls cannot be asked: it speaks of projects"),
        (
            {"delegations": [{"role": "lake-sign-in", "actsAs": "lake-admin", "because": "somebody said so"}]},
            "delegations[0].actsAs: lake-admin is no role or user of the exports",
        ),
    ],
)
def test_what_no_export_holds_is_refused(review: Reviewing, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInventory) as bad:
        review({**INVENTORY, **changes}, data_lake())
    assert words in str(bad.value)


def test_a_theorem_that_is_asked_and_cannot_speak_fails(review: Reviewing) -> None:
    found = review({**INVENTORY, "theorems": ["objects-through-endpoints"]}, data_lake())
    (verdict,) = found.verdicts
    assert verdict.silent.startswith("it speaks of VPC endpoints of s3; the exports hold none")
    assert not found.holds


def test_the_schema_takes_what_the_model_takes() -> None:
    assert set(schema()["properties"]) == {field.alias for field in Inventory.model_fields.values()}
    assert schema()["additionalProperties"] is False
