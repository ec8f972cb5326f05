"""AWS's own examples of policy evaluation, each with the guide and the title of the page that it is published on."""

from __future__ import annotations

import pytest

from tests.policies.access.evaluator import (
    examples_accounts,
    examples_boundaries,
    examples_conditions,
    examples_kms,
    examples_not_elements,
    examples_organization,
    examples_set_operators,
    examples_trust,
    examples_variables,
)
from tests.policies.access.evaluator.factories import Example, answer

EXAMPLES = (
    *examples_accounts.EXAMPLES,
    *examples_conditions.EXAMPLES,
    *examples_kms.EXAMPLES,
    *examples_boundaries.EXAMPLES,
    *examples_not_elements.EXAMPLES,
    *examples_organization.EXAMPLES,
    *examples_set_operators.EXAMPLES,
    *examples_trust.EXAMPLES,
    *examples_variables.EXAMPLES,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.source} - {example.name}")
def test_the_evaluator_decides_as_the_aws_guides_say(example: Example) -> None:
    found = answer(**example.fields)
    assert found.allowed is example.expected, found.because


def test_every_published_example_is_told_apart_and_names_its_page() -> None:
    assert len({(example.source, example.name) for example in EXAMPLES}) == len(EXAMPLES)
    assert all(example.source for example in EXAMPLES)
