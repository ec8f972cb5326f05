"""Of accounts and projects that differ in ids alone, two are looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.equivalence import equivalence_classes
from catalog.roles import RoleKind
from policies.access.graph import IamRole, PolicyGraph

ACCOUNT = "111111111111"


def role(project: str, account: str = ACCOUNT, **statement: Any) -> IamRole:
    """A role of a project that reads its prefix."""
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::models/{project}/*", **statement}
    name = f"mlops-{project}-training"
    return IamRole(
        arn=f"arn:aws:iam::{account}:role/mlops/projects/{project}/{name}",
        account=account,
        name=name,
        path=f"/mlops/projects/{project}/",
        stack=f"project-{project}",
        urn=f"urn:{project}:{account}",
        kind=RoleKind.TRAINING,
        trust={"Version": "2012-10-17", "Statement": []},
        inline=({"Version": "2012-10-17", "Statement": [allow]},),
        tags={"project": project},
    )


def graph(*roles: IamRole) -> PolicyGraph:
    """A graph of roles alone."""
    return PolicyGraph(
        roles={r.arn: r for r in roles},
        policy_resources={},
        endpoints={},
        runners={},
        stacks={r.stack: r.account for r in roles},
    )


def test_many_projects_of_one_kind_are_one_class_of_which_two_are_looked_at() -> None:
    found = equivalence_classes(graph(*(role(f"p{number}x") for number in range(40))))
    assert (len(found.projects), len(found.graph.roles)) == (1, 2)


def test_one_project_that_may_do_more_is_a_class_of_its_own() -> None:
    roles = [role(f"p{number}x") for number in range(40)]
    roles[17] = role("p17x", Resource="arn:aws:s3:::models/*")
    found = equivalence_classes(graph(*roles))
    assert len(found.projects) == 2
    assert roles[17].arn in found.graph.roles


def test_projects_whose_ids_could_be_taken_for_each_other_are_looked_at() -> None:
    names = [*(f"p{number}x" for number in range(40)), "risk", "risk-eu", "old-risk"]
    found = equivalence_classes(graph(*(role(name) for name in names)))
    assert found.related == (("risk", "old-risk"), ("risk", "risk-eu"))
    assert {role(name).arn for name in ("risk", "risk-eu", "old-risk")} <= set(found.graph.roles)


def test_the_order_in_a_list_makes_no_class() -> None:
    first = role("aa", Resource=["arn:aws:s3:::models/aa/*", "arn:aws:s3:::models/common/*"])
    second = role("zz", Resource=["arn:aws:s3:::models/common/*", "arn:aws:s3:::models/zz/*"])
    assert len(equivalence_classes(graph(first, second)).projects) == 1


def test_an_account_with_another_trust_is_a_class_of_its_own() -> None:
    accounts = [f"{number:012}" for number in range(1, 30)]
    roles = [replace(role("alpha", account), stack=f"prod-{account}") for account in accounts]
    roles[7] = replace(roles[7], trust={"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]})
    found = equivalence_classes(graph(*roles))
    assert len(found.accounts) == 2
    assert roles[7].arn in found.graph.roles
