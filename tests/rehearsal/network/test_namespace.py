"""Where the system allows no network namespaces, a rehearsal says what its builds were held back by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rehearsal.aws import processes
from rehearsal.network import namespace
from rehearsal.report import RehearsalReport

SENTENCE = "builds were held back by a proxy alone: this system allows no network namespaces"


@pytest.fixture(autouse=True)
def nothing_ran_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespace, "_shortfalls", {})


def report(folder: Path) -> RehearsalReport:
    made = RehearsalReport()
    made.write(folder, {}, {}, lambda *_: pytest.fail("there is nothing to judge"))
    return made


def test_a_command_that_ran_without_a_namespace_is_in_the_summary_and_the_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(namespace, "_unshare", tuple)
    assert namespace.inside(["true"], []) == ["true"]
    assert SENTENCE in report(tmp_path).lines()
    assert json.loads((tmp_path / "report.json").read_text())["isolation"] == [SENTENCE]


def test_a_command_in_a_namespace_is_nothing_to_tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(namespace, "_unshare", lambda: ("unshare", "--net"))
    assert namespace.inside(["true"], [])[:2] == ["unshare", "--net"]
    assert SENTENCE not in report(tmp_path).lines()
    assert json.loads((tmp_path / "report.json").read_text())["isolation"] == []


@pytest.mark.parametrize("isolated", [True, False])
def test_a_container_that_asked_for_isolation_in_vain_is_told(
    isolated: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "_isolation", tuple)
    running = processes.Processes()
    running.run(["true"], environment={}, folder=tmp_path, log=tmp_path / "log", seconds=5, isolated=isolated)
    running.close()
    assert report(tmp_path).isolation == [processes.NOT_ISOLATED] * isolated
