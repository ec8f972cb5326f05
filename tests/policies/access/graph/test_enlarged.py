"""A large graph in the likeness of the one that was built: what is wrong in one of many places is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from policies.access import completeness
from policies.access.evaluator import decide
from policies.access.graph import PolicyGraph, PolicyResource, Role
from policies.access.graph.classes import classes
from policies.access.graph.enlarged import enlarged
from policies.access.graph.purposes import purpose, role_kind
from policies.access.proofs import models, perimeter
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
    return enlarged(graph, accounts=6, projects=projects(10))


@pytest.fixture(scope="module")
def by_path(graph: PolicyGraph) -> PolicyGraph:
    """More accounts than are listed, reduced to what is looked at."""
    return classes(enlarged(graph, accounts=MOST_LISTED + 1, projects=[], organization_paths=PATHS)).graph


def of(graph: PolicyGraph, kind: str, project: str, account: str | None = None) -> Role:
    """The role of a kind and a project, in an account where there are several."""
    found = [r for r in graph.roles.values() if role_kind(r) == kind and r.tags.get("project") == project]
    return next(role for role in found if account in (None, role.account))


def with_role(graph: PolicyGraph, role: Role) -> PolicyGraph:
    """The graph with another version of a role."""
    return replace(graph, roles={**graph.roles, role.arn: role})


def with_policy(graph: PolicyGraph, kind: str, change: Change) -> PolicyGraph:
    """The graph whose models bucket or key has another policy."""
    (found,) = (one for one in graph.kind(kind) if purpose(one) == "models")
    changed: PolicyResource = replace(found, policy=change(json.loads(json.dumps(found.policy))))
    return replace(graph, policy_resources={**graph.policy_resources, found.arn: changed})


def test_a_large_estate_has_few_classes(many: PolicyGraph) -> None:
    found = classes(many)
    assert (sum(found.accounts.values()), sum(found.projects.values())) == (7, 12)
    # The data science account, staging and production; who has scientists, each its own, and who has none.
    assert (len(found.accounts), len(found.projects)) == (3, 3)
    assert ("risk", "risk-eu") in found.related


def test_no_document_grows_with_projects(many: PolicyGraph, graph: PolicyGraph) -> None:
    few = enlarged(graph, accounts=6, projects=[])
    characters = [{kind: size.characters for kind, size in fullest(sizes(one)).items()} for one in (few, many)]
    assert characters[0] == characters[1]


def test_a_large_estate_has_no_problems_that_its_example_lacks(many: PolicyGraph, by_path: PolicyGraph) -> None:
    assert review(classes(many).graph).problems() == []
    assert review(by_path).problems() == []


def test_nothing_is_missing_across_accounts_in_a_large_estate(many: PolicyGraph, by_path: PolicyGraph) -> None:
    assert [str(each) for each in completeness.missing(classes(many).graph, decide)] == []
    assert [str(each) for each in completeness.missing(by_path, decide)] == []


def test_one_project_of_many_whose_job_reads_everything_is_found(many: PolicyGraph) -> None:
    job = of(many, "training", "model7")
    everything = {"Sid": "Everything", "Effect": "Allow", "Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "*"}
    planted = with_role(many, replace(job, inline=(*job.inline, {"Version": "2012-10-17", "Statement": [everything]})))
    found = classes(planted)
    assert len(found.projects) == len(classes(many).projects) + 1
    assert any(job.name in finding.says for finding in models.project_walls(found.graph).findings)


def test_one_account_of_many_that_trusts_everybody_is_found(many: PolicyGraph) -> None:
    tester = of(many, "test", "model7", "200000000004")
    anybody = {"Sid": "Anybody", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    planted = with_role(many, replace(tester, trust={"Version": "2012-10-17", "Statement": [anybody]}))
    found = classes(planted)
    assert len(found.accounts) == len(classes(many).accounts) + 1
    assert any(tester.name in finding.says for finding in perimeter.strangers(found.graph).findings)


def test_the_theorems_of_the_perimeter_hold_by_organization_path(by_path: PolicyGraph) -> None:
    assert by_path.organization_paths == tuple(PATHS)
    for theorem in (perimeter.objects, perimeter.keys, perimeter.strangers, models.readers):
        assert [finding.says for finding in theorem(by_path).findings] == []


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
        ("bucket", _elsewhere("AllowCrossAccount"), perimeter.strangers),
        ("bucket", _anywhere("AllowCrossAccount"), perimeter.strangers),
        ("key", _elsewhere("DenyNoVPC"), perimeter.keys),
        ("key", _elsewhere("AllowCrossAccount"), models.readers),
        ("key", _anywhere("AllowCrossAccount"), models.readers),
    ],
)
def test_a_fault_in_an_organization_path_is_found(
    by_path: PolicyGraph, kind: str, change: Change, theorem: Change
) -> None:
    assert theorem(with_policy(by_path, kind, change)).findings
