"""The matrix of the example platform: golden, with its expected absences."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from catalog.roles import RoleKind
from policies.access import cross_account, review, sizes
from policies.access.evaluator import allows, decide
from policies.access.graph import PolicyGraph
from policies.access.matrix import render
from policies.access.matrix.absences import ABSENCES, SEPARATION, presences
from policies.access.matrix.cells import Cell, Matrix, matrix
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


def test_every_expected_absence_speaks_of_some_cell(table: Matrix) -> None:
    for absence in ABSENCES:
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
    # The example's projects have the platform's approvers; tests/variants reviews a project with its own.
    rows = {row.kind for row in table.rows} | {RoleKind.TEAM_APPROVER}
    for absence in ABSENCES:
        assert absence.kinds | absence.but <= rows, absence.id
