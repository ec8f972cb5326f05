"""Approvers of one project are roles that people sign in with, and the project is one that there is."""

from __future__ import annotations

import pytest

from settings.check import check
from tests.settings.folder import Folder

BEFORE = "  mlops-platform:workloads"


@pytest.mark.parametrize(
    ("given", "key", "part"),
    [
        ("{Bad_Id: [arn:aws:iam::111111111111:role/a]}", "projectApprovers.Bad_Id", "lower case letters"),
        ("{screening: []}", "projectApprovers.screening", "at least 1"),
        ("{churn: [arn:aws:iam::111111111111:role/a]}", "projectApprovers.churn", "is no project of dev"),
        ("{screening: [arn:aws:iam::111111111111:role/mlops/people/a]}", "projectApprovers", "platform's own roles"),
        ("{screening: [arn:aws:iam::999999999999:role/a]}", "projectApprovers.screening[0]", "identityAccounts"),
    ],
)
def test_own_approvers_that_cannot_be_are_refused_where_they_stand(
    folder: Folder, given: str, key: str, part: str
) -> None:
    folder.change("dev", BEFORE, f"  mlops-platform:projectApprovers: {given}\n{BEFORE}")
    [message] = [str(problem) for problem in check(folder.path)]
    assert message.startswith("Pulumi.dev.yaml:")
    assert key in message
    assert part in message


def test_more_own_approvers_than_a_trust_holds_are_refused(folder: Folder) -> None:
    arns = ", ".join(f"arn:aws:iam::111111111111:role/sign-in-of-somebody-{number}" for number in range(60))
    folder.change("dev", BEFORE, f"  mlops-platform:projectApprovers: {{screening: [{arns}]}}\n{BEFORE}")
    [message] = [str(problem) for problem in check(folder.path)]
    assert "projectApprovers.screening" in message
    assert "fit; name fewer" in message
