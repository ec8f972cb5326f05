"""Every behaviour of the in-memory AWS has a test of its own."""

from __future__ import annotations

import pytest

from rehearsal.service_model.aws_behavior import aws_behavior
from scripts.aws_behaviors import PAGE, behavior_tests, behaviors, page


def test_every_behavior_has_a_test_and_every_mark_a_behavior() -> None:
    marked = {
        name for name, tests in behavior_tests().items() if not all("test_all_behaviors" in test for test in tests)
    }
    assert marked == {*behaviors()}


def test_the_page_lists_every_behavior_with_its_tests() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_a_behavior_without_a_source_is_refused() -> None:
    def some_function() -> None:
        """Does something."""

    with pytest.raises(ValueError, match="some_function: a source"):
        aws_behavior()(some_function)


def test_a_name_stands_for_one_behavior() -> None:
    def some_function() -> None:
        """Does something."""

    def elsewhere() -> None:
        """Does something else."""

    elsewhere.__name__, elsewhere.__module__ = "first_behavior_of_a_name", "one"
    some_function.__name__, some_function.__module__ = "first_behavior_of_a_name", "another"
    import rehearsal.service_model.aws_behavior as registry

    try:
        aws_behavior("Some Guide")(elsewhere)
        with pytest.raises(ValueError, match="first_behavior_of_a_name"):
            aws_behavior("Some Guide")(some_function)
    finally:
        registry._behaviors.pop("first_behavior_of_a_name", None)
