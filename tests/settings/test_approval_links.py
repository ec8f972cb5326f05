"""Links to approve by: who is sent them, and that somebody is."""

from __future__ import annotations

from settings.check import check
from tests.settings.folder import Folder

_BEFORE = "mlops-platform:workloads:"


def links(folder: Folder, entries: str) -> list[str]:
    folder.change("dev", _BEFORE, f"mlops-platform:approvalLinks: [{entries}]\n  {_BEFORE}")
    return [str(problem) for problem in check(folder.path)]


def asks(folder: Folder) -> None:
    folder.change(
        "project-screening", "mlops-platform:gate:", "mlops-platform:approvalLinkHours: 24\n  mlops-platform:gate:"
    )


def test_a_project_that_sends_links_has_receivers(folder: Folder) -> None:
    asks(folder)
    (found,) = [str(problem) for problem in check(folder.path)]
    assert "approvalLinkHours = '24'" in found
    assert "sends links to nobody: name approvers of screening in approvalLinks of Pulumi.dev.yaml" in found


def test_receivers_of_the_project_are_enough_and_those_of_another_are_not(folder: Folder) -> None:
    asks(folder)
    found = links(folder, "{name: dave, email: d@example.com, projects: [diabetes]}")
    assert ["sends links to nobody" in each for each in found] == [True]


def test_links_of_all_projects_with_receivers_are_no_problem(folder: Folder) -> None:
    asks(folder)
    assert links(folder, "{name: dave, email: d@example.com, projects: [screening, diabetes]}") == []


def test_links_of_no_project_are_told_with_what_was_meant(folder: Folder) -> None:
    (found,) = links(folder, "{name: dave, email: d@example.com, projects: [screning]}")
    assert "approvalLinks[0].projects[0] = 'screning'" in found
    assert "did you mean screening?" in found
