"""The order of a project's stages is the platform's, and a way into production without staging has a reason."""

from __future__ import annotations

import pytest

from settings.__main__ import main
from settings.check import check
from tests.settings.folder import Folder

REASON = "withoutStaging: The model only ranks offers that a person reads"


def saying(folder: Folder, *lines: str) -> list[str]:
    """Problems of the folder once the project's file has these lines."""
    written = "".join(f"  mlops-platform:{line}\n" for line in lines)
    folder.change("project-screening", "  mlops-platform:gate", f"{written}  mlops-platform:gate")
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("reason", [[], [REASON]])
def test_production_before_staging_is_refused_whatever_the_reason(folder: Folder, reason: list[str]) -> None:
    [message] = saying(folder, "stages: [production, staging]", *reason)
    assert "stages" in message
    assert "has production before staging" in message
    assert "write [staging, production]" in message


def test_production_without_staging_needs_a_reason(folder: Folder) -> None:
    [message] = saying(folder, "stages: [production]")
    assert message.startswith("Pulumi.project-screening.yaml:11  stages")
    assert "nothing serves and tests a model before production" in message
    assert "say in withoutStaging why" in message


def test_a_reason_stands_in_the_summary_of_the_check(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert saying(folder, "stages: [production]", REASON) == []
    assert main(["check", "--directory", str(folder.path)]) == 0
    said = capsys.readouterr().out
    assert (
        "project-screening: no staging, no test before production: The model only ranks offers that a person reads"
        in said
    )


@pytest.mark.parametrize("stages", ["[staging, production]", "[staging]"])
def test_a_reason_for_what_is_not_so_is_refused(folder: Folder, stages: str) -> None:
    [message] = saying(folder, f"stages: {stages}", REASON)
    assert "withoutStaging says why there is no staging" in message


def test_a_reason_beside_the_default_stages_is_refused_too(folder: Folder) -> None:
    [message] = saying(folder, REASON)
    assert "drop it, or write stages: [production]" in message


@pytest.mark.parametrize("reason", ['""', "no", '"          x"'])
def test_a_reason_is_a_sentence(folder: Folder, reason: str) -> None:
    found = saying(folder, "stages: [production]", f"withoutStaging: {reason}")
    assert len(found) == 1
    assert "withoutStaging" in found[0]


def test_staging_alone_is_a_beginning(folder: Folder) -> None:
    assert saying(folder, "stages: [staging]") == []
