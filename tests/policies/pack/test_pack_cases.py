"""Every rule on what passes, on each mistake, on what a preview cannot tell and on what it does not apply to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.pack.evaluate import RuleFinding, Verdict, evaluate, judge
from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import RULES
from tests.policies.pack.cases import discover, missing
from tests.policies.pack.pack_factories import make
from tests.policies.pack.rule_cases import CaseResource, Cases, NoCases

CASES = discover()
IDS = sorted(CASES)


def finding(case: Cases, subject: CaseResource) -> RuleFinding:
    assert subject.resource.type in case.rule.types
    return judge(case.rule, subject.resource, [subject.resource, *subject.others])


def passing(case: Cases) -> list[CaseResource]:
    return [] if isinstance(case.passes, NoCases) else list(case.passes)


def test_every_rule_has_a_file_of_cases() -> None:
    assert missing() == [], "write the cases of these rules, as in the files beside them"
    assert set(CASES) == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", IDS)
def test_every_kind_of_case_is_there_or_its_absence_explained(rule: str) -> None:
    case = CASES[rule]
    assert case.violations
    for kind in (case.passes, case.unknown, case.not_applicable):
        assert kind.because if isinstance(kind, NoCases) else kind


@pytest.mark.parametrize("rule", IDS)
def test_what_is_right_passes(rule: str) -> None:
    for subject in passing(CASES[rule]):
        assert finding(CASES[rule], subject).details == ()
        assert finding(CASES[rule], subject).verdict is Verdict.PASSED


@pytest.mark.parametrize("rule", IDS)
def test_each_mistake_is_named(rule: str) -> None:
    for subject, message in CASES[rule].violations:
        found = finding(CASES[rule], subject)
        assert found.verdict is Verdict.VIOLATED, (message, found.details)
        assert any(message in detail for detail in found.details), (message, found.details)


@pytest.mark.parametrize("rule", IDS)
def test_what_a_preview_cannot_tell_is_not_decided(rule: str) -> None:
    unknown = CASES[rule].unknown
    for subject, message in [] if isinstance(unknown, NoCases) else unknown:
        found = finding(CASES[rule], subject)
        assert found.verdict is Verdict.UNKNOWN, (message, found)
        assert message in found.details[0]


@pytest.mark.parametrize("rule", IDS)
def test_what_the_rule_is_not_for_is_excused_with_its_reason(rule: str) -> None:
    not_applicable = CASES[rule].not_applicable
    for subject, message in [] if isinstance(not_applicable, NoCases) else not_applicable:
        found = finding(CASES[rule], subject)
        assert found.verdict is Verdict.NOT_APPLICABLE, (message, found)
        assert message in found.details[0]


@pytest.mark.parametrize("rule", IDS)
def test_a_resource_of_another_type_is_not_judged(rule: str) -> None:
    other_type = make("aws:ec2/eip:Eip", "address")
    assert evaluate([CASES[rule].rule], [other_type], [other_type]) == []


def hidden(stack: list[StackResource], one: StackResource, key: str) -> list[StackResource]:
    """The stack as a preview shows it when a value is not known: nor is, then, what was made from it."""
    value = one.props[key]

    def made(other: StackResource) -> StackResource:
        taken = {prop for prop, given in other.props.items() if given == value and isinstance(value, str)}
        return replace(
            other,
            props={prop: UNKNOWN if prop in taken else given for prop, given in other.props.items()},
            property_dependencies={**other.property_dependencies, **dict.fromkeys(taken, (one.urn,))},
        )

    unknown = replace(one, props={**one.props, key: UNKNOWN})
    return [unknown if other is one else made(other) for other in stack]


@pytest.mark.parametrize("rule", IDS)
def test_hiding_a_value_of_what_passes_makes_no_violation(rule: str) -> None:
    """In a preview any value may still be unknown: nobody is accused of what cannot be seen."""
    for subject in passing(CASES[rule]):
        everything = [subject.resource, *subject.others]
        for hiding in everything:
            for key in hiding.props:
                stack = hidden(everything, hiding, key)
                found = judge(CASES[rule].rule, stack[0], stack)
                assert found.verdict is not Verdict.VIOLATED, (hiding.name, key)


@pytest.mark.parametrize("rule", IDS)
def test_a_rule_with_frameworks_says_where_they_are_related(rule: str) -> None:
    stated = CASES[rule].rule
    assert bool(stated.frameworks) == bool(stated.sources)
    assert all(page.startswith("https://docs.aws.amazon.com/securityhub/") for page in stated.sources)
