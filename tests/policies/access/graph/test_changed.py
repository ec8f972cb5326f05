"""Questions about access tell when they are answered from what was made of other settings."""

from __future__ import annotations

import os
from pathlib import Path

from policies.access.graph.changed import changed_since


def test_a_stack_file_that_came_went_or_changed_is_told_and_others_are_not(tmp_path: Path) -> None:
    capture = tmp_path / "resources.json"
    for path in (capture, *(tmp_path / f"Pulumi.{stack}.yaml" for stack in ("dev", "staging", "prod-2"))):
        path.write_text("")
        os.utime(path, (100, 100))
    os.utime(tmp_path / "Pulumi.dev.yaml", (200, 200))
    assert list(changed_since(capture, {"dev", "staging", "prod"}, tmp_path)) == [
        "Pulumi.dev.yaml changed",
        "Pulumi.prod.yaml went",
        "Pulumi.prod-2.yaml came",
    ]
