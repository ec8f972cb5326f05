"""Reviews of exports, as `review --inventory` does them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from policies.access.inventory.entries import read_inventory
from policies.access.inventory.estate import read_estate
from policies.access.inventory.review import EstateReview, review_estate
from tests.policies.access.inventory.exports import Export, write_inventory

Reviewing = Callable[..., EstateReview]
# A mistake, made in the export that holds what it spoils.
Mistake = Callable[[Export], None]


@pytest.fixture
def review(tmp_path: Path) -> Reviewing:
    """Reviews exports with an inventory."""

    def reviewed(inventory: Mapping[str, Any], *exports: Export) -> EstateReview:
        files = [export.write(tmp_path) for export in exports]
        return review_estate(read_estate(files, read_inventory(write_inventory(tmp_path, inventory))), workers=1)

    return reviewed


def titles(found: EstateReview) -> dict[str, list[str]]:
    """What was found against each theorem that fails."""
    return {one.id: [each.title for each in one.outcome.findings] for one in found.verdicts if one.outcome.findings}
