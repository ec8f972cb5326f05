"""The register of assumptions: complete entries, places that exist, both outcomes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from assumptions import register
from assumptions.assumption import Assumption
from assumptions.outcomes import failing, holds
from assumptions.render import PAGE, answers, page

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("assumption", register(), ids=lambda each: each.name)
def test_every_place_that_leans_on_an_assumption_exists(assumption: Assumption) -> None:
    for place in assumption.leans_on:
        path, _, definition = place.partition(":")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not definition or re.search(rf"\b{re.escape(definition)}\b", text), place


def test_the_page_is_what_the_register_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(register(), answers())


def test_an_assumption_without_a_design_stands_in_the_first_line() -> None:
    first = register()[0]
    broken = replace(first, holds_both_ways=False)
    assert first.name in page([broken], {}).splitlines()[0]
    assert first.name not in page([first], {}).splitlines()[0]


def test_assumptions_hold_until_they_are_made_to_fail_and_hold_again_afterwards() -> None:
    one = register()[0]
    assert holds(one)
    with failing([one.name]) as chosen:
        assert chosen == (one.name,)
        assert not holds(one)
        with failing():
            left = [assumption for assumption in register() if holds(assumption)]
            assert not any(assumption.holds_both_ways for assumption in left)
    assert holds(one)


def test_a_name_that_is_no_assumption_is_refused_with_those_that_are() -> None:
    with pytest.raises(KeyError, match=r"no assumption is called nonsense; there are: "), failing(["nonsense"]):
        pass
