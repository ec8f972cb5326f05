"""`who-can` and `what-can`: answers of the matrix's columns, each with its statements, and words that are not there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalog.roles import RoleKind
from policies.access import queries, query_text
from policies.access.__main__ import app
from policies.access.evaluator import allows
from policies.access.graph import PolicyGraph
from policies.access.matrix.cells import Cell, matrix
from policies.access.matrix.columns import capabilities
from policies.access.matrix.subjects import Outsider


def asked(resources: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*arguments, "--resources", str(resources)])
    return result.exit_code, result.stdout, result.stderr


def test_who_can_is_what_the_matrix_says(graph: PolicyGraph) -> None:
    answer = queries.who_can(graph, "read", "models")
    table = matrix(graph, allows)
    expected = {
        (principal, column.column)
        for row in table.rows
        for column, cell in zip(table.capabilities, row.cells, strict=True)
        for principal in row.principals
        if column.section == "Bucket models, dev" and column.verb == "read" and cell not in (Cell.NO, Cell.NONE)
    }
    assert expected
    assert {(right.subject.principal, right.capability.column) for right in answer.rights} == expected


def test_every_column_of_the_matrix_can_be_asked_for(graph: PolicyGraph) -> None:
    columns = {
        id_
        for thing, verbs in queries.may_be_asked(graph).items()
        for verb in verbs
        for one in queries.who_can(graph, verb, thing).columns
        for id_ in [(one.section, one.column)]
    }
    assert columns == {(one.section, one.column) for one in capabilities(graph)}


@pytest.mark.parametrize(
    ("verb", "thing", "section"),
    [
        ("read", "Models", "Bucket models, dev"),
        ("read", "data bucket", "Bucket data, dev"),
        ("decrypt", "keys", "Key data, dev"),
        ("approve", "models", "Registry"),
        ("call", "endpoint", "Endpoints, prod"),
        ("start", "pipelines", "Delivery"),
        ("push", "image", "Rights"),
    ],
)
def test_things_have_the_names_that_people_use(graph: PolicyGraph, verb: str, thing: str, section: str) -> None:
    assert section in {column.section for column in queries.who_can(graph, verb, thing).columns}


def test_an_answer_names_the_statements_that_give_it(graph: PolicyGraph) -> None:
    approvals = queries.who_can(graph, "approve", "registry").rights
    approver = next(right for right in approvals if right.subject.kind is RoleKind.APPROVER)
    assert approver.because == ("sagemaker:UpdateModelPackage: Allow DecideOnModels in identity policy 1",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("approver", RoleKind.APPROVER),
        ("an approver", RoleKind.APPROVER),
        ("mlops-dev-approver", RoleKind.APPROVER),
        ("arn:aws:iam::111111111111:role/mlops/people/mlops-dev-approver", RoleKind.APPROVER),
        ("mlops-<project>-build", RoleKind.BUILD),
        ("alice", RoleKind.SCIENTIST),
        ("any administrator", Outsider.ACCOUNT_ADMINISTRATOR),
        ("administrator", RoleKind.ADMINISTRATOR),
        ("nobody in particular", Outsider.ANONYMOUS),
    ],
)
def test_somebody_is_found_by_any_of_their_names(graph: PolicyGraph, name: str, kind: object) -> None:
    assert {subject.kind for subject in queries.what_can(graph, name).subjects} == {kind}


def test_a_sign_in_role_can_do_what_the_roles_can_that_trust_it(graph: PolicyGraph) -> None:
    answer = queries.what_can(graph, "arn:aws:iam::111111111111:role/sign-in-approver")
    assert answer.through
    assert RoleKind.APPROVER in {subject.kind for subject in answer.subjects}
    assert "approve" in {right.capability.verb for right in answer.rights}


PUBLISH = "arn:aws:iam::111111111111:role/mlops/projects/screening/mlops-screening-publish"
ALICE = "arn:aws:iam::111111111111:role/mlops/people/mlops-dev-studio-alice"


def test_a_scientist_can_do_what_the_roles_can_that_they_may_assume(graph: PolicyGraph) -> None:
    answer = queries.what_can(graph, "alice")
    assert [one.principal for one in answer.subjects] == [ALICE]
    assert [one.principal for one in answer.assumed] == [PUBLISH]
    written = {one.capability.column for one in answer.rights if one.subject in answer.assumed}
    assert "write: own code" in written


def test_a_role_that_a_trust_policy_names_and_its_own_policies_do_not_let_in_assumes_nothing(
    graph: PolicyGraph,
) -> None:
    without = replace(graph.roles[ALICE], inline=(), managed=())
    graph = replace(graph, roles={**graph.roles, ALICE: without})
    assert queries.what_can(graph, "alice").assumed == ()


def test_the_roles_that_a_scientist_may_assume_are_in_text_and_json(resources: Path) -> None:
    _, text, _ = asked(resources, "what-can", "alice")
    _, output, _ = asked(resources, "what-can", "alice", "--json")
    assert f"    own projects: screening\n    may assume {PUBLISH}\n" in text
    assert f"\n{PUBLISH} (publish, dev)\n" in text
    alice, publish = json.loads(output)
    assert (alice["mayAssume"], alice["ownProjects"], publish["principal"]) == ([PUBLISH], ["screening"], PUBLISH)


def test_a_trust_policy_that_only_denies_trusts_nobody(graph: PolicyGraph) -> None:
    nobody = {"Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    graph = replace(graph, roles={**graph.roles, PUBLISH: replace(graph.roles[PUBLISH], trust=nobody)})
    answer = queries.what_can(graph, "mlops-screening-publish")
    assert queries.signs_in(graph, answer.subjects[0]) == []


def test_who_can_says_for_which_projects_not(graph: PolicyGraph) -> None:
    role = next(role for role in graph.roles.values() if role.kind is RoleKind.APPROVER)
    resource = "arn:aws:sagemaker:*:*:model-package/mlops-diabetes/*"
    denial = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": resource}]}
    graph = replace(graph, roles={**graph.roles, role.arn: replace(role, inline=(*role.inline, denial))})
    lines = list(query_text.who_can_lines(graph, queries.who_can(graph, "approve", "registry")))
    assert f"  {role.arn} (approver, dev), from anywhere, not diabetes" in lines
    (right,) = [one for one in queries.who_can(graph, "approve", "registry").rights if one.subject.kind is role.kind]
    assert right.because == ("sagemaker:UpdateModelPackage: Allow DecideOnModels in identity policy 1",)


def test_the_projects_of_a_scientist_are_own_ones_whichever_they_are(graph: PolicyGraph) -> None:
    for name in ("alice", "bob"):
        columns = {one.capability.column for one in queries.what_can(graph, name).rights}
        assert "see: own project" in columns
        assert "see: other project" not in columns


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("who-can", "read", "modles"), "no part of the platform is called 'modles' (did you mean models?)"),
        (("who-can", "raed", "models"), "nothing is asked about 'raed' of models (did you mean read?); ask read, "),
        (("who-can", "read", "logs", "--stack", "pord"), "pord has no logs to read (did you mean prod?)"),
        (("what-can", "aprover"), "nobody is called 'aprover' (did you mean approver?)"),
        (("what-can", "alic"), "nobody is called 'alic' (did you mean alice?)"),
    ],
)
def test_an_unknown_word_is_refused_with_those_that_are_known(
    resources: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, output, errors = asked(resources, *arguments)
    assert (code, output) == (2, "")
    assert errors.startswith(f"error: {said}")
    assert len(errors.splitlines()) == 1


def test_scientists_are_among_the_names_that_may_be_given(resources: Path) -> None:
    _, _, errors = asked(resources, "what-can", "somebody else")
    assert {"alice", "bob", "approver"} <= set(errors.strip().rpartition("one of ")[2].split(", "))


def test_a_file_that_is_not_there_is_one_error(tmp_path: Path) -> None:
    code, _, errors = asked(tmp_path / "none.json", "who-can", "read", "models")
    assert code == 2
    assert len(errors.splitlines()) == 1


def test_nobody_is_an_answer(resources: Path) -> None:
    code, output, _ = asked(resources, "who-can", "decrypt directly", "models key")
    assert (code, output) == (0, "Key models, dev - decrypt directly: nobody\n")


def test_text_and_json_name_the_same_principals(resources: Path) -> None:
    _, text, _ = asked(resources, "who-can", "read", "models")
    _, output, _ = asked(resources, "who-can", "read", "models", "--json")
    principals = {one["principal"] for column in json.loads(output) for one in column["who"]}
    assert principals
    assert all(principal in text for principal in principals)


def test_what_can_as_json_has_each_right_with_its_reason(resources: Path) -> None:
    code, output, _ = asked(resources, "what-can", "approver", "--json")
    (approver,) = json.loads(output)
    assert code == 0
    assert approver["assumedBy"]
    assert {"verb", "section", "from", "because"} <= approver["can"][0].keys()
