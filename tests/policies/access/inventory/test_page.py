"""The page about other programs: its inventory is one, and it names whatever an inventory may say."""

from __future__ import annotations

import yaml

from policies.access.inventory.entries import PURPOSES, Inventory, Roles, Trusted, schema
from tests.docs.pages import FOLDER, sections
from tests.policies.access.inventory.data_lake import INVENTORY

PAGE = FOLDER / "inventory.md"


def test_the_inventory_of_the_page_is_that_of_the_data_lake() -> None:
    (job,) = sections(PAGE)
    assert yaml.safe_load("\n".join(job.blocks[0].lines)) == INVENTORY


def test_the_page_says_what_each_key_is_for() -> None:
    text = PAGE.read_text(encoding="utf-8")
    keys = {*schema()["properties"], *Roles.model_fields, *schema()["$defs"]["Trusted"]["properties"]}
    assert {key for key in keys if f"`{key}`" not in text} == set()


def test_every_key_of_the_schema_has_a_description() -> None:
    described = {
        name: field.description for model in (Inventory, Roles, Trusted) for name, field in model.model_fields.items()
    }
    assert all(described.values())
    assert set(PURPOSES) <= set(described)
