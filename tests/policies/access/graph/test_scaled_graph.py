"""A graph scaled up from the one that was built: what is wrong with one of many accounts or projects is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.equivalence import equivalence_classes
from benchmarks.scaled_graph import problems_of, scaled_graph
from catalog.roles import RoleKind
from policies.access import cross_account
from policies.access.evaluator import decide
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs import models, perimeter, walls
from policies.access.review import review
from policies.access.sizes import fullest, sizes
from policies.documents.accounts import MOST_LISTED

PATHS = ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"]
ELSEWHERE = ["o-zzzzzzzzzz/r-ab12/ou-ab12-11111111/*"]
Change = Callable[[Any], Any]


def projects(count: int) -> list[str]:
    """Ids, two of which could be taken for each other."""
    return ["risk", "risk-eu", *(f"model{number}" for number in range(count - 2))]


@pytest.fixture(scope="module")
def many(graph: PolicyGraph) -> PolicyGraph:
    """6 accounts and 12 projects."""
    return scaled_graph(graph, accounts=6, projects=projects(10))


@pytest.fixture(scope="module")
def by_path(graph: PolicyGraph) -> PolicyGraph:
    """More accounts than are listed, reduced to what is looked at."""
    return equivalence_classes(
        scaled_graph(graph, accounts=MOST_LISTED + 1, projects=[], organization_paths=PATHS)
    ).graph


def project_role(graph: PolicyGraph, kind: RoleKind, project: str, account: str | None = None) -> IamRole:
    """The role of a kind and a project, in an account where there are several."""
    found = [r for r in graph.roles.values() if r.kind is kind and r.project == project]
    return next(role for role in found if account in (None, role.account))


def with_role(graph: PolicyGraph, role: IamRole) -> PolicyGraph:
    """The graph with another version of a role."""
    return replace(graph, roles={**graph.roles, role.arn: role})


def with_policy(graph: PolicyGraph, kind: str, change: Change) -> PolicyGraph:
    """The graph whose models bucket or key has another policy."""
    (found,) = resources_with_purpose(graph, kind, "models")
    changed: PolicyResource = replace(found, policy=change(json.loads(json.dumps(found.policy))))
    return replace(graph, policy_resources={**graph.policy_resources, found.arn: changed})


def test_a_large_platform_has_few_classes(many: PolicyGraph) -> None:
    found = equivalence_classes(many)
    assert (sum(found.accounts.values()), sum(found.projects.values())) == (7, 12)
    # The data science account, staging and production; who has scientists, each its own, who has none, who has an API.
    assert (len(found.accounts), len(found.projects)) == (3, 5)
    assert ("risk", "risk-eu") in found.related


def test_no_document_grows_with_projects(many: PolicyGraph, graph: PolicyGraph) -> None:
    few = scaled_graph(graph, accounts=6, projects=[])
    characters = [{kind: size.characters for kind, size in fullest(sizes(one)).items()} for one in (few, many)]
    assert characters[0] == characters[1]


def test_a_large_platform_has_no_problems_that_its_example_lacks(many: PolicyGraph, by_path: PolicyGraph) -> None:
    assert problems_of(review(equivalence_classes(many).graph)) == []
    assert problems_of(review(by_path)) == []


def test_nothing_is_missing_across_accounts_in_a_large_platform(many: PolicyGraph, by_path: PolicyGraph) -> None:
    assert [str(each) for each in cross_account.missing_grants(equivalence_classes(many).graph, decide)] == []
    assert [str(each) for each in cross_account.missing_grants(by_path, decide)] == []


def test_one_project_of_many_whose_job_reads_everything_is_found(many: PolicyGraph) -> None:
    job = project_role(many, RoleKind.TRAINING, "model7")
    everything = {"Sid": "Everything", "Effect": "Allow", "Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "*"}
    changed = with_role(many, replace(job, inline=(*job.inline, {"Version": "2012-10-17", "Statement": [everything]})))
    found = equivalence_classes(changed)
    assert len(found.projects) == len(equivalence_classes(many).projects) + 1
    assert any(job.name in finding.title for finding in walls.project_walls(found.graph).findings)


def test_one_account_of_many_that_trusts_everybody_is_found(many: PolicyGraph) -> None:
    tester = project_role(many, RoleKind.TEST, "model7", "200000000004")
    anybody = {"Sid": "Anybody", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    changed = with_role(many, replace(tester, trust={"Version": "2012-10-17", "Statement": [anybody]}))
    found = equivalence_classes(changed)
    assert len(found.accounts) == len(equivalence_classes(many).accounts) + 1
    assert any(tester.name in finding.title for finding in perimeter.foreign_callers(found.graph).findings)


def test_the_theorems_of_the_perimeter_hold_by_organization_path(by_path: PolicyGraph) -> None:
    assert by_path.organization_paths == tuple(PATHS)
    for theorem in (perimeter.objects, perimeter.keys, perimeter.foreign_callers, models.readers):
        assert [finding.title for finding in theorem(by_path).findings] == []


def _elsewhere(sid: str) -> Change:
    """The statement names another organization's unit."""

    def change(policy: Any) -> Any:
        for statement in policy["Statement"]:
            if statement["Sid"] == sid:
                for keys in statement["Condition"].values():
                    keys.update({key: ELSEWHERE for key in keys if key.endswith("OrgPaths")})
        return policy

    return change


def _anywhere(sid: str) -> Change:
    """The statement lacks its condition on the organization."""

    def change(policy: Any) -> Any:
        for statement in policy["Statement"]:
            if statement["Sid"] == sid:
                for keys in statement["Condition"].values():
                    for key in [key for key in keys if key.endswith("OrgPaths")]:
                        del keys[key]
                statement["Condition"] = {name: keys for name, keys in statement["Condition"].items() if keys}
        return policy

    return change


@pytest.mark.parametrize(
    ("kind", "change", "theorem"),
    [
        ("bucket", _elsewhere("DenyNoVPC"), perimeter.objects),
        ("bucket", _elsewhere("DenyListingNoVPC"), perimeter.objects),
        ("bucket", _elsewhere("AllowCrossAccount"), perimeter.foreign_callers),
        ("bucket", _anywhere("AllowCrossAccount"), perimeter.foreign_callers),
        ("key", _elsewhere("DenyNoVPC"), perimeter.keys),
        ("key", _elsewhere("AllowCrossAccount"), models.readers),
        ("key", _anywhere("AllowCrossAccount"), models.readers),
    ],
)
def test_a_fault_in_an_organization_path_is_found(
    by_path: PolicyGraph, kind: str, change: Change, theorem: Change
) -> None:
    assert theorem(with_policy(by_path, kind, change)).findings
