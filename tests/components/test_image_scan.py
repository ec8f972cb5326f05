"""What a registry's scan lets through: no critical or high finding without somebody who answers for it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from components.builds.image_scan import Ask, ScanError, exempted, main, pages, stopping

TODAY = datetime.date(2026, 6, 1)
ENDED = {"imageScanCompletedAt": "2026-06-01T00:00:00Z"}
EXEMPTION = '[[exemption]]\nname = "CVE-2026-1"\nreason = "not called"\nowner = "ml"\nuntil = {}\n'


def answer(*severities: str, status: str = "COMPLETE") -> dict[str, Any]:
    found = [{"name": f"CVE-2026-{n}", "severity": severity, "uri": ""} for n, severity in enumerate(severities, 1)]
    return {"imageScanStatus": {"status": status}, "imageScanFindings": {"findings": found, **ENDED}}


def enhanced(name: str, severity: str, **more: str) -> dict[str, Any]:
    found = {"severity": severity, "packageVulnerabilityDetails": {"vulnerabilityId": name}, **more}
    scan = {"enhancedFindings": [found], **ENDED}
    return {"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": scan}


def asked(*answers: dict[str, Any] | None) -> Ask:
    """Gives these answers, one after the other."""
    left = list(answers)
    return lambda token: left.pop(0)  # noqa: ARG005 (every page's)


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


@pytest.mark.parametrize("status", ["IN_PROGRESS", "FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED"])
def test_a_scan_that_is_not_complete_lets_nothing_through(status: str) -> None:
    with pytest.raises(ScanError, match=status):
        stopping(answer(status=status), set())


@pytest.mark.parametrize("left_out", ["imageScanCompletedAt", "findings"])
def test_an_answer_that_says_less_lets_nothing_through(left_out: str) -> None:
    scan = answer()
    del scan["imageScanFindings"][left_out]
    with pytest.raises(ScanError, match=left_out):
        stopping(scan, set())


def test_findings_of_enhanced_scanning_stop_as_well() -> None:
    assert stopping(enhanced("CVE-2026-7", "HIGH", status="ACTIVE"), set()) == ["CVE-2026-7 (HIGH): "]
    assert stopping(enhanced("CVE-2026-7", "HIGH", status="SUPPRESSED"), set())
    assert stopping(enhanced("CVE-2026-7", "HIGH"), {"CVE-2026-7"}) == []
    assert stopping(enhanced("CVE-2026-7", "HIGH", status="CLOSED"), set()) == []


def test_a_scan_is_waited_for_and_read_to_its_last_page(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    first = {**answer("LOW"), "nextToken": "more"}
    waiting = (None, answer(status="PENDING"), answer(status="IN_PROGRESS"))
    found = list(pages(asked(*waiting, first, answer("HIGH")), 600))
    assert found == [first, answer("HIGH")]
    assert pauses == [1, 2, 4]


@pytest.mark.parametrize(("last", "named"), [(None, "not there"), (answer(status="IN_PROGRESS"), "IN_PROGRESS")])
def test_a_scan_that_does_not_end_lets_nothing_through(last: dict[str, Any] | None, named: str) -> None:
    with pytest.raises(ScanError, match=named):
        list(pages(asked(last), 0))


def test_the_program_says_what_stops_the_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exemptions = tmp_path / "exemptions.toml"
    exemptions.write_text("")

    def decide(path: Path) -> int:
        return main([str(path), "mlops/model", "sha256:0", "0"], lambda *_: asked(answer("HIGH")))

    assert decide(exemptions) == 1
    assert "The image is not pinned: CVE-2026-1 (HIGH)" in capsys.readouterr().out
    exemptions.write_text(EXEMPTION.format("2999-01-01"))
    assert decide(exemptions) == 0
    assert decide(tmp_path / "none") == 1
