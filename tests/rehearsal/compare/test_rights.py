"""Which rights come and which go, whatever widens access first."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from policies.access.matrix.cells import Cell
from rehearsal.compare.blocks import Heading
from rehearsal.compare.rights import Caller, Rights, TheoremState, compare_rights
from rehearsal.compare.rights_page import rights_blocks, rights_sentence

ANN, BOB = "arn:aws:iam::111111111111:role/ann", "arn:aws:iam::111111111111:role/bob"
READ = ("Bucket data, dev", "read: own")


def rights(**cells: Cell) -> Rights:
    """Rights to read, by caller."""
    who = {"ann": ANN, "bob": BOB}
    return Rights(
        callers={arn: Caller(principal=arn, called=name, account="dev") for name, arn in who.items()},
        cells={(who[name], *READ): cell for name, cell in cells.items()},
    )


def words(before: Rights, after: Rights) -> list[str]:
    return [block.text for block in rights_blocks(compare_rights(before, after))]


_RIGHTS = st.dictionaries(st.sampled_from(["ann", "bob"]), st.sampled_from(list(Cell))).map(lambda c: rights(**c))


@given(_RIGHTS)
def test_nobody_may_do_more_than_before_where_nothing_changed(side: Rights) -> None:
    assert compare_rights(side, side).empty


@given(_RIGHTS, _RIGHTS)
def test_the_other_way_round_what_widened_narrows(before: Rights, after: Rights) -> None:
    there, back = compare_rights(before, after), compare_rights(after, before)
    moved = {Cell.INSIDE, Cell.OUTSIDE}
    both = [each for each in there.wider if {each.before, each.after} == moved]
    assert {each.caller for each in there.narrower} == {each.caller for each in back.wider} - {
        each.caller for each in both
    }


def test_a_right_from_anywhere_instead_of_the_vpc_is_wider() -> None:
    change = compare_rights(rights(ann=Cell.INSIDE), rights(ann=Cell.ANYWHERE))
    assert [each.caller.called for each in change.wider] == ["ann"]
    assert rights_sentence(change).startswith("Rights: THIS WIDENS ACCESS: 1 comes or widens")


def test_a_right_from_elsewhere_is_wider_though_it_is_lost_where_it_was() -> None:
    assert compare_rights(rights(ann=Cell.INSIDE), rights(ann=Cell.OUTSIDE)).wider


def test_a_right_that_goes_does_not_widen() -> None:
    change = compare_rights(rights(ann=Cell.ANYWHERE), rights())
    assert [each.caller.called for each in change.narrower] == ["ann"]
    assert "WIDENS" not in rights_sentence(change)


def test_what_widens_is_told_first() -> None:
    found = rights_blocks(compare_rights(rights(ann=Cell.ANYWHERE), rights(bob=Cell.ANYWHERE)))
    assert [block.text for block in found if isinstance(block, Heading)] == ["Wider", "Narrower"]


def test_callers_with_the_same_change_are_told_together() -> None:
    lines = words(rights(), rights(ann=Cell.INSIDE, bob=Cell.INSIDE))
    assert "ann (dev); bob (dev)" in lines
    assert lines.count("Bucket data, dev: read: own, from inside the VPC") == 1


def test_a_role_that_somebody_more_may_assume_widens_access_without_a_cell() -> None:
    before = replace(rights(), trusted={ANN: frozenset({"x"})})
    change = compare_rights(before, replace(before, trusted={ANN: frozenset({"x", BOB})}))
    assert "THIS WIDENS ACCESS: 1 role can be assumed by somebody more" in rights_sentence(change)
    assert f"ann (dev), may be assumed by {BOB}" in [block.text for block in rights_blocks(change)]


def test_a_theorem_that_fails_now_stands_above_everything() -> None:
    state = TheoremState(statement="Nobody does.", verdict="proved")
    failing = TheoremState(statement="Nobody does.", verdict="fails: 1", findings=("ann does",))
    before, after = (replace(rights(bob=Cell.NO), theorems={"nobody": each}) for each in (state, failing))
    change = compare_rights(before, after)
    assert "1 theorem no longer proved" in rights_sentence(change)
    found = [block.text for block in rights_blocks(change)]
    assert found[:3] == ["Must not be", "theorem nobody, proved → fails: 1: Nobody does.", "found against it: ann does"]
    assert "THIS WIDENS ACCESS" not in rights_sentence(compare_rights(after, before))


def test_what_must_never_be_is_told_when_it_comes() -> None:
    change = compare_rights(rights(), replace(rights(), present=frozenset({"strangers: ann can"})))
    assert "1 that must never be are there" in rights_sentence(change)


def test_a_right_to_another_project_is_told_with_a_doubt_once_projects_come_or_go() -> None:
    cells = {(ANN, "Registry", "see: other project"): Cell.ANYWHERE, (ANN, *READ): Cell.ANYWHERE}
    before = replace(rights(), cells=cells, projects=frozenset({"one"}))
    doubt = {
        each.column: each.otherwise_asked
        for each in compare_rights(before, replace(rights(), projects=frozenset({"one", "two"}))).narrower
    }
    assert doubt == {"see: other project": True, "read: own": False}
    same = compare_rights(before, replace(rights(), projects=frozenset({"one"})))
    assert not any(each.otherwise_asked for each in same.narrower)


def test_a_right_that_is_lost_for_one_project_alone_narrows_for_that_one() -> None:
    key = (ANN, *READ)
    after = replace(rights(ann=Cell.ANYWHERE), by_project={key: {"diabetes": Cell.NO, "screening": Cell.ANYWHERE}})
    change = compare_rights(rights(ann=Cell.ANYWHERE), after)
    assert [each.column for each in change.narrower] == [f"{READ[1]}, diabetes"]
    assert not change.wider
    assert [each.column for each in compare_rights(after, rights(ann=Cell.ANYWHERE)).wider] == [f"{READ[1]}, diabetes"]
