"""The project's AWS, for the page's and the sender's tests."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from functions.approval_page import clients, config, handler
from tests.functions.approval_page.aws import NOW, PROJECT, Aws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Aws:
    made = Aws()
    monkeypatch.setattr(clients, "client", made.client)
    monkeypatch.setattr(config, "CONFIG", tmp_path / "config.json")
    outputs = ("approvers", "url", "key", "topic")
    given = {name: value for name, value in asdict(PROJECT).items() if name not in outputs}
    config.CONFIG.write_text(json.dumps({**given, "parameter": "/mlops/dev/projects/screening/approval-link"}))
    monkeypatch.setattr(handler, "_now", lambda: NOW)
    return made
