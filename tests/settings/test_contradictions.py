"""Switches that contradict each other, and what an organization or an account has once."""

from __future__ import annotations

import pytest

from settings.check import check
from tests.settings.folder import DEV, Folder

OWNERS = 'owners: ["arn:aws:iam::111111111111:role/owner"]'
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def with_line(folder: Folder, stack: str, line: str) -> list[str]:
    """Problems of the folder once a file has one more setting."""
    folder.change(stack, "  mlops-platform:tags", f"  mlops-platform:{line}\n  mlops-platform:tags")
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize(
    ("line", "key", "part"),
    [
        (
            "correction: {onlyReport: true, deleteEndpoints: true}",
            "correction.deleteEndpoints",
            "contradicts onlyReport",
        ),
        ("correction: {enabled: false, onlyReport: true}", "correction.onlyReport", "nobody watches"),
        ("correction: {enabled: false, deleteEndpoints: true}", "correction.deleteEndpoints", "nobody watches"),
        ("detection: {configRoleExists: true}", "detection.configRoleExists", "switch configRules on"),
        ("detection: {macieBuckets: [acme-data]}", "detection.macieBuckets", "switch macie on"),
    ],
)
def test_switches_of_a_foundation_that_contradict_are_refused(folder: Folder, line: str, key: str, part: str) -> None:
    [message] = with_line(folder, "foundation", line)
    assert f"{key} " in message
    assert part in message
    assert "drop" in message


@pytest.mark.parametrize(
    "line",
    [
        "correction: {onlyReport: true}",
        "correction: {deleteEndpoints: true}",
        "correction: {enabled: false, onlyReport: false, deleteEndpoints: false}",
        "correction: {enabled: true, onlyReport: false, deleteEndpoints: true}",
        "detection: {configRules: true, configRoleExists: true}",
        "detection: {securityHub: true}",
    ],
)
def test_switches_that_agree_pass(folder: Folder, line: str) -> None:
    assert with_line(folder, "foundation", line) == []


def test_a_size_in_a_stage_that_the_project_lacks_is_refused(folder: Folder) -> None:
    folder.change(
        "project-screening", "  mlops-platform:gate", "  mlops-platform:stages: [staging]\n  mlops-platform:gate"
    )
    [message] = with_line(folder, "project-screening", "deployments: {production: {minInstances: 3}}")
    assert "gives a size in production, which is none of stages" in message


READ = "mlops-dev-data-111111111111-eu-west-1"


@pytest.mark.parametrize(
    "detection", ["macie: false", "macie: true", "macie: true, macieBuckets: [mlops-dev-models-111111111111-eu-west-1]"]
)
def test_a_bucket_that_lets_macie_in_is_one_that_macie_is_told_to_read(folder: Folder, detection: str) -> None:
    folder.change("dev", "  mlops-platform:kind", "  mlops-platform:inspected: [data, models]\n  mlops-platform:kind")
    found = with_line(folder, "foundation", f"detection: {{{detection}}}")
    [message] = [each for each in found if "'data'" in each]
    assert f"inspected[0] = 'data'  lets Macie read {READ}, which nobody tells it to" in message
    assert "detection.macieBuckets of Pulumi.foundation.yaml" in message
    assert "drop it" in message


def test_a_bucket_that_macie_reads_lets_it_in(folder: Folder) -> None:
    folder.change("dev", "  mlops-platform:kind", "  mlops-platform:inspected: [data]\n  mlops-platform:kind")
    assert with_line(folder, "foundation", f"detection: {{macie: true, macieBuckets: [{READ}]}}") == []


def test_what_macie_may_read_is_no_question_where_its_switch_is_wrong_by_itself(folder: Folder) -> None:
    folder.change("dev", "  mlops-platform:kind", "  mlops-platform:inspected: [data]\n  mlops-platform:kind")
    [message] = with_line(folder, "foundation", f"detection: {{macie: yes, macieBuckets: [{READ}]}}")
    assert "detection.macie " in message


def test_a_policy_is_not_called_ownerless_where_its_owners_are_wrong(folder: Folder) -> None:
    line = "prevention: {owners: ['arn:aws:iam::111111111111:user/eve'], serviceControlPolicy: [r-ab12]}"
    [message] = with_line(folder, "foundation", line)
    assert "prevention.owners[0]" in message


# ---- once in an organization or an account


def test_two_foundations_do_not_make_the_organizations_policy(folder: Folder) -> None:
    line = f"prevention: {{serviceControlPolicy: [r-ab12], {OWNERS}}}"
    assert with_line(folder, "foundation-staging", line) == []
    [message] = with_line(folder, "foundation", line.replace("r-ab12", "ou-ab12-11111111"))
    assert "prevention.serviceControlPolicy" in message
    assert "makes the organization's policy mlops-foundation-prevention already" in message
    assert "drop serviceControlPolicy here" in message


def test_an_account_has_one_data_science_stack_whatever_the_switch(folder: Folder) -> None:
    second = (
        DEV.replace("10.10.", "10.40.").replace("[staging, prod]", "[staging-2]").replace("screening, diabetes", "")
    )
    folder.file("lab").write_text(second, encoding="utf-8")
    folder.change("lab", "  mlops-platform:kind", "  mlops-platform:singleAccount: true\n  mlops-platform:kind")
    found = [str(problem) for problem in check(folder.path)]
    assert [message for message in found if "an account has one data science stack: give each its own" in message]


def test_a_key_is_brought_along_by_one_stack(folder: Folder) -> None:
    folder.change("dev", "  mlops-platform:kind", "  mlops-platform:singleAccount: true\n  mlops-platform:kind")
    folder.change("staging", "222222222222", "111111111111")
    assert with_line(folder, "dev", f"existing: {{keys: {{operations: '{KEY}'}}}}") == []
    [message] = with_line(folder, "staging", f"existing: {{keys: {{operations: '{KEY}'}}}}")
    assert "existing.keys.operations" in message
    assert "and each stack writes its policy: give each its own" in message
