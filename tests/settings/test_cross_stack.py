"""Mistakes that show only when all stack files are read together."""

from __future__ import annotations

import pytest

from settings.check import check
from tests.settings.folder import PROD, Folder

_SHAPE = "  mlops-platform:deployments:\n    staging:\n      serving:\n        shape: {}\n"
_LET_IN = "  mlops-platform:servingShapes:\n    screening: [serverless]\n"

# name: (changes as (stack, old, new), parts of the message)
BETWEEN: dict[str, tuple[list[tuple[str, str, str]], tuple[str, ...]]] = {
    "a bucket that Macie is told to read and not let read": (
        [
            (
                "foundation",
                "  mlops-platform:deployer:",
                "  mlops-platform:detection:\n    macie: true\n    macieBuckets: "
                "[mlops-dev-models-111111111111-eu-west-1]\n  mlops-platform:deployer:",
            )
        ],
        ("Pulumi.dev.yaml", "inspected", "tells Macie to read mlops-dev-models-111111111111-eu-west-1", "add models"),
    ),
    "a shape of serving that the staging account does not let in": (
        [("project-screening", "  mlops-platform:gate:", _SHAPE.format("shadow") + "  mlops-platform:gate:")],
        ("serving.shape = 'shadow'", "add shadow to servingShapes.screening", "Pulumi.staging.yaml"),
    ),
    "serverless where the account's owner lets nothing out of the VPC": (
        [
            ("project-screening", "  mlops-platform:gate:", _SHAPE.format("serverless") + "  mlops-platform:gate:"),
            ("staging", "  mlops-platform:network:", _LET_IN + "  mlops-platform:network:"),
        ],
        ("runs outside the VPC", "prevention.serverless of Pulumi.foundation-staging.yaml", "neither VPC nor network"),
    ),
    "shapes of serving for a project that is not let in": (
        [("staging", "  mlops-platform:network:", _LET_IN.replace("screening", "fraud") + "  mlops-platform:network:")],
        ("servingShapes.fraud", "is none of projects"),
    ),
    "overlapping networks": (
        [("prod", "10.30.0.0/16", "10.20.128.0/17")],
        ("Pulumi.staging.yaml:14", "network.cidr = '10.20.0.0/16'", "overlaps 10.20.128.0/17 of prod"),
    ),
    "staging and dev in one account": (
        [("staging", '"222222222222"', '"111111111111"')],
        ("Pulumi.staging.yaml:5", "account = '111111111111'", "is the account of dev too", "singleAccount"),
    ),
    "two workload stacks in one account": (
        [("staging", '"222222222222"', '"333333333333"')],
        ("account = '333333333333'", "is the account of prod too"),
    ),
    "two accounts of one stage in one": (
        [("staging", '"222222222222"', '"333333333333"'), ("staging", "stage: staging", "stage: production")],
        ("prod serves production in this account already",),
    ),
    "a missing workload stack": (
        [("dev", "[staging, prod]", "[stagin, prod]")],
        ("workloads[0] = 'stagin'", "there is no Pulumi.stagin.yaml", "did you mean staging?", "prod, staging"),
    ),
    "a workload stack of another kind": (
        [("dev", "[staging, prod]", "[staging, project-diabetes]")],
        ("workloads[1] = 'project-diabetes'", "is a project stack, not a workload stack"),
    ),
    "production before staging": (
        [("dev", "[staging, prod]", "[prod, staging]")],
        ("workloads[1] = 'staging'", "staging first"),
    ),
    "a registry in another account": (
        [("prod", 'account: "111111111111"', 'account: "444444444444"')],
        ("Pulumi.prod.yaml:11", "registry.account = '444444444444'", "the account of dev is 111111111111"),
    ),
    "a registry in another region": (
        [("prod", "region: eu-west-1", "region: eu-west-2")],
        ("registry.region", "the region of dev is eu-west-1"),
    ),
    "a registry that is no data science stack": (
        [
            (
                "prod",
                'registry:\n    account: "111111111111"',
                'registry:\n    account: "111111111111"\n    stack: staging',
            )
        ],
        ("registry.stack = 'staging'", "is a workload stack, not a data-science stack"),
    ),
    "a project in a missing environment": (
        [("project-screening", "  mlops-platform:gate", "  mlops-platform:dataScience: dv\n  mlops-platform:gate")],
        ("dataScience = 'dv'", "there is no Pulumi.dv.yaml", "did you mean dev?"),
    ),
    "a project that no account admits": (
        [("prod", "[screening, diabetes]", "[diabetes]")],
        ("Pulumi.project-screening.yaml", "stages[1] = 'production'", "add it to projects in Pulumi.prod.yaml"),
    ),
    "a workload stack that nobody lists": (
        [("dev", "[staging, prod]", "[staging]")],
        ("Pulumi.prod.yaml", "registry.stack = 'dev'", "add prod to workloads in Pulumi.dev.yaml"),
    ),
    "a project id that is taken": (
        [("project-diabetes", "id: diabetes", "id: screening")],
        ("id = 'screening'", "is the id of project-diabetes too"),
    ),
    "a project stack under another name": (
        [("project-diabetes", "id: diabetes", "id: cohort")],
        ("id = 'cohort'", "its stack file is named Pulumi.project-cohort.yaml"),
    ),
    "a project served in another region than its models'": (
        [
            ("prod", "region: eu-west-1", "region: eu-central-1"),
            ("prod", 'account: "111111111111"', 'account: "111111111111"\n    region: eu-west-1'),
        ],
        ("projects = 'screening, diabetes'", "dev keeps models and images in eu-west-1", "admit no project here"),
    ),
    "a project in another account": (
        [("project-diabetes", '"111111111111"', '"555555555555"')],
        ("account = '555555555555'", "dev has 111111111111"),
    ),
    "a scientist of a project that is not there": (
        [("dev", "[screening, diabetes]", "[screening, diabetis]")],
        ("studio.scientists[0].projects[1] = 'diabetis'", "is no project of dev", "did you mean diabetes?"),
    ),
    "an administrator of a project who approves": (
        [
            (
                "project-screening",
                "  mlops-platform:gate",
                '  mlops-platform:administrators: ["arn:aws:iam::111111111111:role/sign-in-approver"]\n'
                "  mlops-platform:gate",
            )
        ],
        ("administrators[0]", "is an approver's too, by approvers[0] of Pulumi.dev.yaml"),
    ),
    "an account without a foundation": (
        [("foundation-prod", '"333333333333"', '"444444444444"')],
        ("Pulumi.prod.yaml", "account = '333333333333'", "has no foundation stack", "is of account 444444444444"),
    ),
    "two foundations in one account": (
        [("foundation-prod", '"333333333333"', '"222222222222"')],
        ("Pulumi.foundation-staging.yaml:4", "account = '222222222222'", "is the account of foundation-prod too"),
    ),
    "a foundation with another prefix": (
        [("foundation-staging", "  mlops-platform:kind", "  mlops-platform:prefix: acme\n  mlops-platform:kind")],
        ("Pulumi.staging.yaml", "prefix = 'mlops'", "foundation-staging has acme"),
    ),
    "another prefix": (
        [("prod", "  mlops-platform:kind", "  mlops-platform:prefix: acme\n  mlops-platform:kind")],
        ("prefix = 'acme'", "dev has mlops"),
    ),
}


def messages(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("name", BETWEEN)
def test_a_mistake_between_files_is_told_in_words(folder: Folder, name: str) -> None:
    changes, parts = BETWEEN[name]
    for change in changes:
        folder.change(*change)
    found = messages(folder)
    assert any(all(part in message for part in parts) for message in found), "\n".join(found)


@pytest.mark.parametrize("name", BETWEEN)
def test_a_file_that_is_wrong_by_itself_still_takes_part(folder: Folder, name: str) -> None:
    changes, parts = BETWEEN[name]
    for change in changes:
        folder.change(*change)
    for stack in ("dev", "staging", "prod", "project-screening", "project-diabetes"):
        folder.change(stack, "costCentre", "costCenter")
    found = messages(folder)
    assert sum("costCenter" in message for message in found) == 5
    assert any(all(part in message for part in parts) for message in found), "\n".join(found)


def test_one_account_for_all_needs_only_the_switch(folder: Folder) -> None:
    for stack in ("staging", "prod"):
        text = folder.file(stack).read_text()
        folder.file(stack).write_text(
            text.replace("222222222222", "111111111111").replace("333333333333", "111111111111")
        )
    assert len(messages(folder)) == 3
    folder.change("dev", "  mlops-platform:kind", "  mlops-platform:singleAccount: true\n  mlops-platform:kind")
    assert messages(folder) == []


def in_one_account(folder: Folder) -> None:
    for stack in ("staging", "prod"):
        text = folder.file(stack).read_text()
        for account in ("222222222222", "333333333333"):
            text = text.replace(account, "111111111111")
        folder.file(stack).write_text(text)
    folder.change("dev", "  mlops-platform:kind", "  mlops-platform:singleAccount: true\n  mlops-platform:kind")


@pytest.mark.parametrize("taken", ["dev", "prod", "production", "staging"])
def test_in_one_account_a_project_cannot_have_the_id_of_a_stack_or_stage(folder: Folder, taken: str) -> None:
    in_one_account(folder)
    for stack in ("staging", "prod"):
        folder.change(stack, "[screening, diabetes]", f"[screening, {taken}]")
    folder.change("project-diabetes", "id: diabetes", f"id: {taken}")
    folder.file("project-diabetes").rename(folder.file(f"project-{taken}"))
    found = messages(folder)
    assert any(f"id = '{taken}'" in message and "choose another id" in message for message in found), found


@pytest.mark.parametrize("taken", ["screening-staging", "screening-staging-2"])
def test_an_id_does_not_begin_with_another_and_a_stage(folder: Folder, taken: str) -> None:
    for stack in ("staging", "prod"):
        folder.change(stack, "[screening, diabetes]", f"[screening, {taken}]")
    folder.change("dev", "[screening, diabetes]", f"[screening, {taken}]")
    folder.change("project-diabetes", "id: diabetes", f"id: {taken}")
    folder.file("project-diabetes").rename(folder.file(f"project-{taken}"))
    (found,) = messages(folder)
    assert f"id = '{taken}'" in found
    assert "names of project-screening in workload accounts begin with it" in found


def test_an_id_may_begin_with_another(folder: Folder) -> None:
    for stack in ("staging", "prod", "dev"):
        folder.change(stack, "[screening, diabetes]", "[screening, screening-eu]")
    folder.change("project-diabetes", "id: diabetes", "id: screening-eu")
    folder.file("project-diabetes").rename(folder.file("project-screening-eu"))
    assert messages(folder) == []


def test_a_data_science_stack_cannot_be_named_like_a_stage(folder: Folder) -> None:
    folder.file("dev").rename(folder.file("production"))
    assert any("Pulumi.production.yaml" in message and "named like a stage" in message for message in messages(folder))


def with_foundation(folder: Folder, stack: str, text: str, region: str = "eu-west-1") -> None:
    """A stack of an account that nobody else has, 444444444444, and the account's foundation."""
    folder.file(stack).write_text(text)
    foundation = folder.file("foundation").read_text().replace("111111111111", "444444444444")
    folder.file(f"foundation-{stack}").write_text(foundation.replace("eu-west-1", region))


def test_an_account_in_another_region_may_be_made_ready_without_projects(folder: Folder) -> None:
    second_account = (
        PROD.replace('"333333333333"', '"444444444444"').replace("10.30.", "10.40.").replace("west-1", "central-1")
    )
    second_account = second_account.replace('account: "111111111111"', 'account: "111111111111"\n    region: eu-west-1')
    with_foundation(folder, "prod-central", second_account.replace("[screening, diabetes]", "[]"), "eu-central-1")
    folder.change("dev", "[staging, prod]", "[staging, prod, prod-central]")
    assert messages(folder) == []


def test_a_foundation_that_is_not_there_is_copied_from_another(folder: Folder) -> None:
    folder.file("foundation-prod").unlink()
    [message] = [message for message in messages(folder) if "has no foundation stack" in message]
    assert "copy Pulumi.foundation-staging.yaml to Pulumi.foundation-prod.yaml and set its account" in message


def test_a_stack_is_in_the_region_of_its_accounts_foundation(folder: Folder) -> None:
    folder.change("foundation-prod", "eu-west-1", "eu-central-1")
    [message] = messages(folder)
    assert "Pulumi.prod.yaml:6  region = 'eu-west-1'" in message
    assert "Pulumi.foundation-prod.yaml detects and corrects in eu-central-1 alone" in message
    assert "set both to one region, or give the stack an account of its own" in message


def test_a_second_production_account_is_fine(folder: Folder) -> None:
    second = PROD.replace('"333333333333"', '"444444444444"').replace("10.30.", "10.40.")
    with_foundation(folder, "prod-2", second)
    folder.change("dev", "[staging, prod]", "[staging, prod, prod-2]")
    assert messages(folder) == []


def test_a_stage_that_no_stack_serves_is_told_once_for_each_project(folder: Folder) -> None:
    folder.file("prod").unlink()
    folder.change("dev", "[staging, prod]", "[staging]")
    found = messages(folder)
    assert len(found) == 2
    assert all("stages[1] = 'production'" in message and "no workload stack serves" in message for message in found)


def test_a_workload_stack_that_nobody_lists_is_one_mistake(folder: Folder) -> None:
    folder.change("dev", "[staging, prod]", "[staging]")
    assert len(messages(folder)) == 1


def test_a_workload_stack_that_admits_no_project_may_be_beside_the_list(folder: Folder) -> None:
    second = PROD.replace('"333333333333"', '"444444444444"').replace("10.30.", "10.40.")
    with_foundation(folder, "prod-2", second.replace("[screening, diabetes]", "[]"))
    assert messages(folder) == []
    folder.change("prod-2", "[]", "[screening]")
    [message] = messages(folder)
    assert "add prod-2 to workloads in Pulumi.dev.yaml, or admit no project here" in message


def test_a_misspelt_workload_stack_is_one_mistake(folder: Folder) -> None:
    folder.change("dev", "[staging, prod]", "[staging, prd]")
    [message] = messages(folder)
    assert "there is no Pulumi.prd.yaml; did you mean prod?" in message


def test_a_project_that_nobody_defines_is_told_where_it_is_admitted(folder: Folder) -> None:
    folder.change("prod", "[screening, diabetes]", "[screening, diabetes, diabetis]")
    [message] = messages(folder)
    assert "Pulumi.prod.yaml" in message
    assert "projects[2] = 'diabetis'" in message
    assert "is no project of dev: add Pulumi.project-diabetis.yaml, or drop it here; did you mean diabetes?" in message


def test_a_project_of_another_data_science_stack_is_not_admitted(folder: Folder) -> None:
    folder.change(
        "project-diabetes", "  mlops-platform:gate", "  mlops-platform:dataScience: other\n  mlops-platform:gate"
    )
    found = [message for message in messages(folder) if "is no project of dev" in message and "projects[1]" in message]
    assert {message.split(":")[0] for message in found} >= {"Pulumi.staging.yaml", "Pulumi.prod.yaml"}


def test_a_foundation_may_wait_for_its_accounts_stacks(folder: Folder) -> None:
    ahead = folder.file("foundation").read_text().replace("111111111111", "444444444444")
    folder.file("foundation-next").write_text(ahead)
    assert messages(folder) == []


def test_a_foundation_that_cannot_be_read_is_not_called_missing(folder: Folder) -> None:
    folder.change("foundation-prod", '"333333333333"', "333")
    found = messages(folder)
    assert len(found) == 1
    assert "Pulumi.foundation-prod.yaml" in found[0]


def test_a_deleted_stack_file_is_missed_by_whoever_names_it(folder: Folder) -> None:
    folder.file("prod").unlink()
    assert [message for message in messages(folder) if "there is no Pulumi.prod.yaml" in message]


def test_a_file_that_cannot_be_read_is_not_called_missing(folder: Folder) -> None:
    folder.file("prod").write_text("config: [")
    found = messages(folder)
    assert len(found) == 1
    assert "broken YAML" in found[0]


PATHS = 'awsOrganization: {paths: ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"]}'


def too_many(folder: Folder, and_then: str = "") -> list[str]:
    """What is said of the number of accounts, with 101 workload stacks in the data science stack."""
    stacks = ", ".join(["staging", "prod", *(f"account-{number}" for number in range(99))])
    folder.change("dev", "[staging, prod]", f"[{stacks}]{and_then}")
    return [message for message in messages(folder) if "policies list at most" in message]


def test_more_accounts_than_policies_list_need_organization_paths(folder: Folder) -> None:
    (found,) = too_many(folder)
    assert "awsOrganization.paths" in found
    assert "101 workload accounts, and policies list at most 100: give the path of the unit" in found


def test_organization_paths_stand_for_any_number_of_accounts(folder: Folder) -> None:
    assert too_many(folder, f"\n  mlops-platform:{PATHS}") == []


def test_an_organization_path_ends_with_a_slash(folder: Folder) -> None:
    without = PATHS.replace('11111111/"', '11111111"')
    too_many(folder, f"\n  mlops-platform:{without}")
    assert [message for message in messages(folder) if "with the slash at its end" in message]


def test_a_profile_is_of_one_account(folder: Folder) -> None:
    for stack in ("staging", "foundation-staging", "prod"):
        folder.change(stack, "config:\n", "config:\n  mlops-platform:credentials: {profile: acme}\n")
    [message] = [message for message in messages(folder) if "profile" in message]
    assert "credentials.profile = 'acme'  signs in to account" in message
