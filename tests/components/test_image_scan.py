"""What a registry's scan lets through: no critical or high finding without somebody who answers for it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from components.builds.image_scan import ScanError, exempted, main, stopping

TODAY = datetime.date(2026, 6, 1)
EXEMPTION = '[[exemption]]\nname = "CVE-2026-1"\nreason = "not called"\nowner = "ml"\nuntil = {}\n'


def answer(*severities: str, status: str = "COMPLETE") -> dict[str, Any]:
    found = [{"name": f"CVE-2026-{n}", "severity": severity, "uri": ""} for n, severity in enumerate(severities, 1)]
    return {"imageScanStatus": {"status": status}, "imageScanFindings": {"findings": found}}


def test_only_critical_and_high_findings_stop() -> None:
    found = stopping(answer("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNDEFINED"), set())
    assert [line.split(":")[0] for line in found] == ["CVE-2026-1 (CRITICAL)", "CVE-2026-2 (HIGH)"]


@pytest.mark.parametrize(("until", "holds"), [("2026-06-01", True), ("2026-05-31", False)])
def test_an_exemption_holds_to_its_last_day(until: str, holds: bool) -> None:
    assert (exempted(EXEMPTION.format(until), TODAY) == {"CVE-2026-1"}) is holds


@pytest.mark.parametrize("text", ["[[exemption]]\nname = 'a'\n", EXEMPTION.format("'soon'"), "not toml"])
def test_an_exemption_that_is_incomplete_is_refused(text: str) -> None:
    with pytest.raises(ScanError):
        exempted(text, TODAY)


@pytest.mark.parametrize("status", ["IN_PROGRESS", "FAILED", "UNSUPPORTED_IMAGE"])
def test_a_scan_that_is_not_complete_lets_nothing_through(status: str) -> None:
    with pytest.raises(ScanError, match=status):
        stopping(answer(status=status), set())


def test_the_program_says_what_stops_the_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exemptions = tmp_path / "exemptions.toml"
    exemptions.write_text("")
    assert main([str(exemptions)], json.dumps(answer("HIGH"))) == 1
    assert "The image is not pinned: CVE-2026-1 (HIGH)" in capsys.readouterr().out
    exemptions.write_text(EXEMPTION.format("2999-01-01"))
    assert main([str(exemptions)], json.dumps(answer("HIGH"))) == 0
    assert main([str(tmp_path / "none")], json.dumps(answer())) == 1
