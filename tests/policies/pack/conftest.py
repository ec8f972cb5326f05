"""Settings for the stacks of the cases, so that no rule looks at the files of the clone that the tests run in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.pack.stack_settings import settings_in


@pytest.fixture(autouse=True)
def stack_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The stack `asking` asks for NAT; no other has a file."""
    folder: Path = tmp_path_factory.mktemp("settings")
    text = "config:\n  mlops-platform:network:\n    nat: true\n"
    (folder / "Pulumi.asking.yaml").write_text(text, encoding="utf-8")
    with settings_in(folder):
        yield
