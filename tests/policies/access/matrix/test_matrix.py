"""The matrix of the example platform: golden, with its expected absences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.scaled_graph import scaled_graph
from catalog.roles import RoleKind
from policies.access import cross_account, review, sizes
from policies.access.evaluator import allows, decide
from policies.access.graph import PolicyGraph
from policies.access.graph.policy_documents import ALLOW_EVERYTHING
from policies.access.matrix import render
from policies.access.matrix.absences import ABSENCES, SEPARATION, presences
from policies.access.matrix.cells import Cell, Matrix, matrix
from policies.access.matrix.other_projects import OtherProjects
from policies.access.proofs import render as proofs_render
from policies.access.proofs.theorem import Proof
from tests.example_files import EXAMPLE


@pytest.fixture(scope="module")
def table(graph: PolicyGraph) -> Matrix:
    return matrix(graph, allows)


def test_the_committed_matrix_is_what_the_policies_say(table: Matrix) -> None:
    documents = {EXAMPLE / "access" / render.NAME: render.document(table, presences(table))}
    assert list(review.out_of_date(documents)) == []


def test_the_committed_proofs_are_what_the_policies_say(graph: PolicyGraph, proofs: Sequence[Proof]) -> None:
    documents = {EXAMPLE / "access" / proofs_render.NAME: proofs_render.document(proofs, sizes.sizes(graph))}
    assert list(review.out_of_date(documents)) == []


def test_nothing_that_should_be_absent_is_there(table: Matrix) -> None:
    assert [str(each) for each in presences(table)] == []


# Kinds that the example has none of: its projects have the platform's approvers, who get no links, and its alarms go to
# no chat. tests/variants reviews platforms with them.
ELSEWHERE = frozenset({RoleKind.TEAM_APPROVER, RoleKind.APPROVAL_PAGE, RoleKind.CHAT, RoleKind.FOUNDATION_CHAT})


def test_every_expected_absence_speaks_of_some_cell(table: Matrix) -> None:
    for absence in (each for each in ABSENCES if not each.kinds or each.kinds - ELSEWHERE):
        assert any(absence.concerns(capability) for capability in table.capabilities), absence.id
        assert any(absence.limits(row) for row in table.rows), absence.id


def test_model_roles_read_their_own_models_from_inside_alone(table: Matrix) -> None:
    rows = [row for row in table.rows if row.kind is RoleKind.MODEL]
    assert len(rows) == 2
    for row in rows:
        assert table.cell(row, "Bucket models, dev", "read: own project") is Cell.INSIDE
        assert table.cell(row, "Bucket models, dev", "read: other project") is Cell.NO
        assert table.cell(row, "Bucket models, dev", "write: own project") is Cell.NO


def test_no_grant_across_accounts_is_missing(graph: PolicyGraph) -> None:
    assert len(cross_account.cross_account_requests(graph)) >= 20
    assert [str(each) for each in cross_account.missing_grants(graph, decide)] == []


def test_every_document_is_inside_its_limit(graph: PolicyGraph) -> None:
    assert [size for size in sizes.sizes(graph) if size.headroom < 0] == []


def test_every_verb_target_and_purpose_of_an_absence_is_a_column_s(table: Matrix) -> None:
    for absence in (*ABSENCES, SEPARATION):
        columns = [one for one in table.capabilities if not absence.areas or one.area in absence.areas]
        assert absence.verbs | absence.other_than <= {column.verb for column in columns}, absence.id
        assert absence.targets <= {column.target for column in columns}, absence.id
        assert absence.purposes <= {column.purpose for column in columns}, absence.id


def test_every_kind_of_an_absence_has_a_row(table: Matrix) -> None:
    rows = {row.kind for row in table.rows} | ELSEWHERE
    for absence in ABSENCES:
        assert absence.kinds | absence.but <= rows, absence.id


DEV = "111111111111"
APPROVER = "arn:aws:iam::111111111111:role/mlops/people/mlops-dev-approver"


def denied(graph: PolicyGraph, principal: str, *resources: str) -> PolicyGraph:
    """The graph whose role is denied everything on resources, as the approver is for projects with their own."""
    statement = {"Effect": "Deny", "Action": "*", "Resource": list(resources)}
    role = graph.roles[principal]
    role = replace(role, inline=(*role.inline, {"Version": "2012-10-17", "Statement": [statement]}))
    return replace(graph, roles={**graph.roles, principal: role})


@pytest.mark.parametrize("project", ["diabetes", "screening"])
def test_who_may_for_some_projects_alone_is_shown_with_those_for_which_not(graph: PolicyGraph, project: str) -> None:
    packages = f"arn:aws:sagemaker:*:*:model-package/mlops-{project}/*"
    table = matrix(denied(graph, APPROVER, packages), allows)
    (row,) = [row for row in table.rows if row.kind is RoleKind.APPROVER]
    notes = {column.column: note for column, note in zip(table.capabilities, row.notes, strict=True) if note}
    assert table.cell(row, "Registry", "approve: other project") is Cell.ANYWHERE
    assert notes == {f"{verb}: other project": f"not {project}" for verb in ("see", "approve", "reject")}
    assert f"yes, not {project}" in render.document(table, [])


def test_an_absence_speaks_of_every_project(graph: PolicyGraph) -> None:
    for project in graph.projects:
        (auditor,) = [role for role in graph.roles.values() if role.kind is RoleKind.AUDITOR and role.account == DEV]
        grant = {
            "Effect": "Allow",
            "Action": "sagemaker:UpdateModelPackage",
            "Resource": f"arn:aws:sagemaker:*:*:model-package/mlops-{project}/*",
        }
        inline = ({"Version": "2012-10-17", "Statement": [grant]},)
        wider = replace(auditor, inline=inline, managed=(), boundary=ALLOW_EVERYTHING)
        found = presences(matrix(replace(graph, roles={**graph.roles, auditor.arn: wider}), allows))
        assert {one.row.kind for one in found} == {RoleKind.AUDITOR}, project
        assert {one.absence.id for one in found} == {"approval", "models-rejected", "models-changed"}, project


def test_the_projects_of_a_scientist_are_own_ones(table: Matrix) -> None:
    (row,) = [row for row in table.rows if row.kind is RoleKind.SCIENTIST]
    assert table.cell(row, "Registry", "see: own project") is Cell.ANYWHERE
    assert table.cell(row, "Registry", "see: other project") is Cell.NO


def test_of_projects_that_are_alike_one_is_asked_about_and_each_that_may_be_taken_for_an_own_one(
    graph: PolicyGraph,
) -> None:
    large = scaled_graph(graph, accounts=3, projects=["model1", "model2", "risk", "risk-eu"])
    others = OtherProjects(large)
    role = next(role for role in large.roles.values() if role.project == "risk" and role.kind is RoleKind.BUILD)
    asked = others.of(["risk"], role)
    assert "risk-eu" in asked
    assert "risk" not in asked
    assert len(asked) < len(large.projects) - 1
    assert others.of([], None) == large.projects
