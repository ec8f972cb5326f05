"""Automata accept what the solver's expressions mean, and a text that is found fits, or there is none."""

from __future__ import annotations

import re

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.access.encoding.automata import common_text
from policies.access.encoding.logic import constant, known_text
from policies.access.encoding.patterns import Style, fits
from policies.access.encoding.string_constraints import string_constraint_of

TEXT = z3.String("open")
ALPHABET = "ab:"
patterns = st.text(alphabet=ALPHABET + "*?", max_size=6)
# All but `*`, which is no condition.
narrower = patterns.filter(lambda found: bool(found.strip("*")) or not found)
texts = st.text(alphabet=ALPHABET, max_size=7)


def expression(pattern: str) -> re.Pattern[str]:
    """The same pattern for Python."""
    return re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern), re.DOTALL)


@given(pattern=patterns, text=texts)
@settings(max_examples=300, deadline=None)
def test_a_pattern_accepts_the_texts_that_python_accepts(pattern: str, text: str) -> None:
    expected = expression(pattern).fullmatch(text) is not None
    assert fits(pattern, Style.WILD, constant(text), "test") is expected
    formula = fits(pattern, Style.WILD, TEXT, "test")
    if isinstance(formula, bool):
        assert formula is expected
    else:
        language = string_constraint_of(formula).language
        assert language is not None
        assert language.accepts(text) is expected


@given(
    signed=st.lists(
        st.tuples(patterns.filter(lambda found: found.strip("*") or not found), st.booleans()), min_size=1, max_size=4
    )
)
@settings(max_examples=200, deadline=None)
def test_a_common_text_fits_all_patterns_or_no_short_text_does(signed: list[tuple[str, bool]]) -> None:
    conditions = []
    for pattern, sign in signed:
        formula = fits(pattern, Style.WILD, TEXT, "test")
        assert not isinstance(formula, bool)
        language = string_constraint_of(formula).language
        assert language is not None
        conditions.append((language, sign))
    found = common_text(conditions)
    if found is not None:
        assert all((expression(pattern).fullmatch(found) is not None) is sign for pattern, sign in signed)
    else:
        solver = z3.Solver()
        solver.set("timeout", 2000)
        formulas = [(fits(pattern, Style.WILD, TEXT, "test"), sign) for pattern, sign in signed]
        solver.add(*(formula if sign else z3.Not(formula) for formula, sign in formulas))
        assert solver.check() != z3.sat


@pytest.mark.parametrize(
    ("style", "pattern", "text", "expected"),
    [
        (Style.ARN, "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a:b", True),
        (Style.ARN, "arn:*:role/a", "arn:aws:iam::1:role/a", False),
        (Style.ARN, "arn:aws:?::1:x", "arn:aws:::1:x", False),
        (Style.RESOURCE, "arn:aws:s3:::b*/k", "arn:aws:s3:::b/a/k", True),
        (Style.RESOURCE, "arn:aws:s3:::b*/k", "arn:aws:s3:::b:x/k", False),
        (Style.RESOURCE, "arn:aws:s3:::b/*", "arn:aws:s3:::b/a:k", True),
        (Style.RESOURCE, "arn:aws:sns:*:1:t", "arn:aws:sns:eu:west:1:t", True),
        (Style.RESOURCE, "arn:aws:sns:*:1:t", "arn:aws:sns:eu:2:t", False),
        (Style.PLAIN, "a*", "a*", True),
        (Style.PLAIN, "a*", "ab", False),
    ],
)
def test_wildcards_stop_where_the_style_says(style: Style, pattern: str, text: str, expected: bool) -> None:
    assert fits(pattern, style, constant(text), "test") is expected
    formula = fits(pattern, style, TEXT, "test")
    assert not isinstance(formula, bool)
    language = string_constraint_of(formula).language
    assert language is not None
    assert language.accepts(text) is expected


@pytest.mark.parametrize("text", ["", "plain", "back\\slash", "\\u{41}", "é and 日本", "nul\x00", "new\nline"])
def test_every_text_stays_itself(text: str) -> None:
    assert known_text(constant(text)) == text
    assert fits(text, Style.PLAIN, constant(text), "test") is True
    formula = fits(text + "?*", Style.WILD, TEXT, "test")
    assert not isinstance(formula, bool)
    language = string_constraint_of(formula).language
    assert language is not None
    assert language.accepts(text + "x")
    assert not language.accepts(text)
