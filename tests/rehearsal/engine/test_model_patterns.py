"""Patterns of AWS's models are read as Java reads them."""

from __future__ import annotations

import pytest

from rehearsal.engine.strict import compiled

# Amazon SageMaker, `EntityDescription`.
DESCRIPTION = r"[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*"


@pytest.mark.parametrize(("text", "allowed"), [("¦«¬Ä ¼#ก้", True), ("a\tb", False), ("a\u200bb", False)])
def test_classes_of_characters_are_unicodes_own(text: str, allowed: bool) -> None:
    matches = compiled(DESCRIPTION)
    assert matches
    assert matches(text) is allowed


def test_a_class_of_words_that_python_cannot_read_stays_undecided() -> None:
    assert compiled(r"[\w-_]*") is None
