"""Names that two stacks or projects would give to one thing of an account."""

from __future__ import annotations

from itertools import permutations

import pytest

from catalog.roles import ROLES, RoleName
from settings.check import check
from tests.settings.folder import DIABETES, PROD, Folder

OF_PROJECT = [kind.value for kind, spec in ROLES.items() if spec.name is RoleName.PROJECT]
# A kind's name that ends with another's: the beginning, as the end of an id, makes the two names one.
ENDS = sorted(
    {
        longer.removesuffix(f"-{shorter}")
        for longer, shorter in permutations(OF_PROJECT, 2)
        if longer.endswith(f"-{shorter}")
    }
)


def with_project(folder: Folder, project: str) -> list[str]:
    """Problems of the folder once diabetes has another id."""
    for stack in ("staging", "prod", "dev"):
        folder.change(stack, "[screening, diabetes]", f"[screening, {project}]")
    folder.file("project-diabetes").unlink()
    folder.file(f"project-{project}").write_text(DIABETES.replace("id: diabetes", f"id: {project}"), encoding="utf-8")
    return [str(problem) for problem in check(folder.path)]


def test_there_are_kinds_of_roles_whose_names_end_alike() -> None:
    assert {"build", "deploy", "image"} & set(ENDS)


@pytest.mark.parametrize("end", ENDS)
def test_an_id_does_not_end_so_that_two_projects_make_one_role(folder: Folder, end: str) -> None:
    [message] = with_project(folder, f"screening-{end}")
    assert message.startswith(f"Pulumi.project-screening-{end}.yaml")
    assert f"id = 'screening-{end}'" in message
    assert f"project screening-{end} would make the role mlops-screening-{end}-" in message
    assert "in account 111111111111, which project screening makes: choose another id" in message


@pytest.mark.parametrize("project", ["screening-eu", "builds", "screening-builds", "pre-screening"])
def test_an_id_that_only_looks_alike_is_fine(folder: Folder, project: str) -> None:
    assert with_project(folder, project) == []


def test_a_project_does_not_make_a_scientists_role(folder: Folder) -> None:
    folder.change("dev", "name: alice", "name: build")
    [message] = with_project(folder, "dev-studio")
    assert "project dev-studio would make the role mlops-dev-studio-build" in message
    assert "which dev makes: choose another id" in message


def test_an_id_that_is_another_followed_by_the_prefix_has_a_folder_of_artifacts_of_its_own(folder: Folder) -> None:
    long = "abcdefghijklmn"
    folder.change("project-screening", "id: screening", f"id: {long}")
    folder.file("project-screening").rename(folder.file(f"project-{long}"))
    for stack in ("staging", "prod", "dev"):
        folder.change(stack, "[screening, ", f"[{long}, ")
        folder.change(stack, "diabetes]", f"{long}-mlops]")
    folder.change("project-diabetes", "id: diabetes", f"id: {long}-mlops")
    folder.file("project-diabetes").rename(folder.file(f"project-{long}-mlops"))
    assert [str(problem) for problem in check(folder.path)] == []


def test_no_id_is_the_foundations(folder: Folder) -> None:
    [message] = with_project(folder, "foundation")
    assert "id = 'foundation'" in message
    assert "names of every account's foundation begin with it" in message


def test_no_stack_is_named_like_every_foundation(folder: Folder) -> None:
    folder.file("foundation").rename(folder.file("owner"))
    folder.file("prod").unlink()
    folder.file("foundation").write_text(PROD, encoding="utf-8")
    folder.change("dev", "[staging, prod]", "[staging, foundation]")
    [message] = [str(problem) for problem in check(folder.path)]
    assert "choose another name for Pulumi.foundation.yaml" in message


def test_in_one_account_no_stack_is_named_like_the_stage_of_another(folder: Folder) -> None:
    folder.change("dev", "  mlops-platform:kind", "  mlops-platform:singleAccount: true\n  mlops-platform:kind")
    for stack, account in (("staging", "222222222222"), ("prod", "333333333333")):
        folder.change(stack, account, "111111111111")
    assert [str(problem) for problem in check(folder.path)] == []
    folder.change("staging", "stage: staging", "stage: production")
    folder.change("prod", "stage: production", "stage: staging")
    folder.change("dev", "[staging, prod]", "[prod, staging]")
    [message] = [str(problem) for problem in check(folder.path)]
    assert "names of prod, which serves staging in this account, begin with staging already" in message
