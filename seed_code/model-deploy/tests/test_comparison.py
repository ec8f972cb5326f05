"""Two models compared: a real difference is said, none is not, and what is missing is said too."""

import random

import pytest

from deploy.comparison import Observations, compare_shadow, compare_variants, operation
from deploy.metrics import Answer


def observed(seed: int, noise: float, count: int = 400, *, labelled: bool = True) -> Observations:
    """Answers of a model that is right but for noise."""
    chance = random.Random(seed)
    labels = {f"r{seed}-{n}/0": float(chance.random() < 0.5) for n in range(count)}
    answers: dict[str, Answer] = {
        key: (min(0.999, max(0.001, 0.2 + 0.6 * label + chance.gauss(0, noise))),)
        for key, label in labels.items()
    }
    return Observations(answers, labels if labelled else {}, requests=count, errors=0)


def test_two_that_are_alike_show_no_difference() -> None:
    found = compare_variants("binary", "auc", observed(1, 0.3), observed(2, 0.3))
    assert found.verdict == "no difference shown"
    assert found.figures[0].difference.low < 0 < found.figures[0].difference.high


@pytest.mark.parametrize(("first", "second", "verdict"), [(0.2, 0.9, "worse"), (0.9, 0.2, "better")])
def test_a_real_difference_is_said_with_its_interval(first: float, second: float, verdict: str) -> None:
    found = compare_variants("binary", "auc", observed(1, first), observed(2, second))
    assert found.verdict == verdict
    assert found.reason.startswith("auc: ")
    assert "difference [" in found.reason


def test_of_a_metric_of_which_less_is_better_less_is_better() -> None:
    found = compare_variants("binary", "logloss", observed(1, 0.9), observed(2, 0.2))
    assert (found.verdict, found.figures[0].difference.value < 0) == ("better", True)


def test_without_the_truth_nothing_is_decided_and_the_distributions_are_told() -> None:
    found = compare_variants("binary", "auc", observed(1, 0.3, labelled=False), observed(2, 0.3))
    assert found.verdict == "unknown"
    assert "the truth of 0 and 400 answers is known" in found.reason
    assert [figure.name for figure in found.figures][:2] == ["mean answer", "share of class 1"]


def test_too_few_answers_decide_nothing() -> None:
    found = compare_variants("binary", "auc", observed(1, 0.3, 29), observed(2, 0.3))
    assert (found.verdict, found.figures) == ("unknown", ())
    assert "29 captured answers" in found.reason


def test_one_class_alone_gives_no_auc_and_no_traceback() -> None:
    one = observed(1, 0.3)
    same = Observations(one.answers, dict.fromkeys(one.labels, 1.0))
    assert compare_variants("binary", "auc", same, same).verdict == "unknown"


def test_errors_and_latency_are_compared_where_both_have_them() -> None:
    first = Observations(requests=1000, errors=2, latencies_ms=[10.0, 11.0, 9.0] * 20)
    second = Observations(requests=1000, errors=60, latencies_ms=[30.0, 31.0, 29.0] * 20)
    found = {figure.name: figure.difference for figure in operation(first, second)}
    assert found["error rate"].low > 0.03
    assert 19 < found["latency in ms"].low < found["latency in ms"].high < 21
    assert operation(Observations(), second) == []


def test_a_shadow_that_answers_the_same_agrees_and_another_does_not() -> None:
    one = observed(1, 0.3)
    assert compare_shadow("binary", one, one).verdict == "no difference shown"
    flipped = Observations({key: (1 - answer[0],) for key, answer in one.answers.items()})
    found = compare_shadow("binary", one, flipped)
    assert found.verdict == "differs"
    assert found.figures[0].first < 0.2


def test_a_shadow_is_compared_by_the_same_requests_alone() -> None:
    found = compare_shadow("binary", observed(1, 0.3), observed(2, 0.3))
    assert (found.verdict, "0 captured answers have a counterpart" in found.reason) == ("unknown", True)


def test_figures_of_a_regression_agree_within_a_hundredth() -> None:
    answers: dict[str, Answer] = {f"r{n}/0": (100.0 + n,) for n in range(50)}
    near = Observations({key: (answer[0] * 1.005,) for key, answer in answers.items()})
    far = Observations({key: (answer[0] * 1.05,) for key, answer in answers.items()})
    assert compare_shadow("regression", Observations(answers), near).verdict == "no difference shown"
    assert compare_shadow("regression", Observations(answers), far).verdict == "differs"
