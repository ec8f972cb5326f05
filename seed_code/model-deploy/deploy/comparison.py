"""Compares the two models of an A/B test, or a model and its shadow, by what they answered. Pure.

One figure decides an A/B test: the gate's metric, where the truth is known by now. All others are told beside
it. Of several intervals at 95 % one in twenty misses the truth, so no verdict is made of them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from deploy.intervals import CONFIDENCE, Interval, bootstrap_difference, difference_of_rates, wilson
from deploy.metrics import METRICS, Answer, predicted_class

# Fewer observations of a model tell nothing, whatever an interval says.
FEWEST = 30
NO_DIFFERENCE, BETTER, WORSE, UNKNOWN = "no difference shown", "better", "worse", "unknown"


@dataclass(frozen=True)
class Observations:
    """What one model answered: answers by request and row, true labels where they are known, and metrics."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    labels: Mapping[str, float] = field(default_factory=dict)  # by the same keys
    requests: int = 0
    errors: int = 0
    latencies_ms: Sequence[float] = ()  # averages of minutes
    by_request: Mapping[str, Answer] = field(
        default_factory=dict
    )  # by what was asked, for events without an id

    def labelled(self) -> list[tuple[float, Answer]]:
        """Label and answer of each row whose truth is known."""
        return [
            (self.labels[key], answer) for key, answer in sorted(self.answers.items()) if key in self.labels
        ]


@dataclass(frozen=True)
class Figure:
    """One compared figure: of the first, of the second, and the second minus the first."""

    name: str
    first: float
    second: float
    difference: Interval
    method: str

    def sentence(self) -> str:
        """For a reader of the log."""
        bounds = f"[{self.difference.low:+.4g}, {self.difference.high:+.4g}]"
        return f"{self.name}: {self.first:.4g} and {self.second:.4g}, difference {bounds} ({self.method})"


@dataclass(frozen=True)
class Comparison:
    """`verdict` is of the second model, `reason` says what it was made of or why there is none."""

    verdict: str
    reason: str
    figures: Sequence[Figure]
    confidence: float = CONFIDENCE

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def compare_variants(problem: str, metric: str, first: Observations, second: Observations) -> Comparison:
    """An A/B test: each model has answered requests of its own."""
    fewest = min(len(first.answers), len(second.answers))
    if fewest < FEWEST:
        return Comparison(UNKNOWN, f"a model has {fewest} captured answers; {FEWEST} of each are needed", ())
    figures = [*_answers(problem, first, second), *operation(first, second)]
    truths = [first.labelled(), second.labelled()]
    if min(map(len, truths)) < FEWEST:
        known = " and ".join(str(len(each)) for each in truths)
        reason = (
            f"the truth of {known} answers is known; {FEWEST} of each are needed to say which model is right"
        )
        return Comparison(UNKNOWN, reason, figures)
    try:
        decisive = _metric(metric, *truths)
    except ValueError as error:
        return Comparison(UNKNOWN, f"{metric} cannot be computed: {error}", figures)
    return Comparison(_verdict(metric, decisive.difference), decisive.sentence(), [decisive, *figures])


def compare_shadow(problem: str, first: Observations, second: Observations) -> Comparison:
    """A shadow: both models have answered the same requests; the verdict is about how often they agree."""
    one, other = first.answers, second.answers
    if not one.keys() & other.keys():
        # The same request is answered the same, so it stands for the id that a shadow's events may lack.
        one, other = first.by_request, second.by_request
    keys = sorted(one.keys() & other.keys())
    if len(keys) < FEWEST:
        reason = f"{len(keys)} captured answers have a counterpart; {FEWEST} are needed"
        return Comparison(UNKNOWN, reason, operation(first, second))
    pairs = [(one[key], other[key]) for key in keys]
    agreeing = sum(_agrees(problem, a, b) for a, b in pairs)
    share = wilson(agreeing, len(pairs))
    reason = (
        f"{agreeing} of {len(pairs)} answers agree: {share.value:.1%}, [{share.low:.1%}, {share.high:.1%}] "
        f"(Wilson); {_agreement(problem)}"
    )
    agreement = Figure("agreement", share.value, share.value, share, "Wilson, the share itself")
    verdict = NO_DIFFERENCE if agreeing == len(pairs) else "differs"
    return Comparison(verdict, reason, [agreement, _paired(pairs), *operation(first, second)])


def operation(first: Observations, second: Observations) -> list[Figure]:
    """Errors and latency, as far as there are figures of both."""
    figures = []
    if first.requests and second.requests:
        a, b = ((min(each.errors, each.requests), each.requests) for each in (first, second))
        figures.append(_rates("error rate", a, b))
    if first.latencies_ms and second.latencies_ms:
        figures.append(
            _means("latency in ms", first.latencies_ms, second.latencies_ms, "bootstrap of minutes")
        )
    return figures


def _metric(
    name: str, first: Sequence[tuple[float, Answer]], second: Sequence[tuple[float, Answer]]
) -> Figure:
    metric = METRICS[name]

    def computed(sample: Sequence[tuple[float, Answer]]) -> float:
        try:
            return metric.compute([label for label, _ in sample], [answer for _, answer in sample])
        except IndexError as error:
            raise ValueError(str(error)) from error

    difference = bootstrap_difference(computed, first, second)
    return Figure(name, computed(first), computed(second), difference, "bootstrap")


def _verdict(metric: str, difference: Interval) -> str:
    if difference.is_zero_inside:
        return NO_DIFFERENCE
    return BETTER if (difference.value < 0) == METRICS[metric].lower_is_better else WORSE


def _answers(problem: str, first: Observations, second: Observations) -> list[Figure]:
    """How the answers are distributed, whatever is true."""
    a, b = ([answer[0] for answer in each.answers.values()] for each in (first, second))
    figures = [_means("mean answer", a, b, "bootstrap")]
    if problem == "binary":
        first_hits, second_hits = ((sum(value >= 0.5 for value in each), len(each)) for each in (a, b))
        figures.append(_rates("share of class 1", first_hits, second_hits))
    return figures


def _rates(name: str, first: tuple[int, int], second: tuple[int, int]) -> Figure:
    return Figure(
        name, first[0] / first[1], second[0] / second[1], difference_of_rates(first, second), "Newcombe"
    )


def _means(name: str, first: Sequence[float], second: Sequence[float], method: str) -> Figure:
    return Figure(name, _mean(first), _mean(second), bootstrap_difference(_mean, first, second), method)


def _paired(pairs: Sequence[tuple[Answer, Answer]]) -> Figure:
    """The mean of the differences of the same requests' answers."""
    differences = [b[0] - a[0] for a, b in pairs]
    zero = [0.0]
    interval = bootstrap_difference(_mean, zero, differences)
    return Figure("mean answer", _mean([a[0] for a, _ in pairs]), _mean([b[0] for _, b in pairs]), interval,
                  "bootstrap of pairs")  # fmt: skip


def _agrees(problem: str, a: Answer, b: Answer) -> bool:
    if len(a) != len(b):
        return False
    if problem == "regression":
        return math.isclose(a[0], b[0], rel_tol=0.01, abs_tol=1e-9)
    return predicted_class(a) == predicted_class(b)


def _agreement(problem: str) -> str:
    return "within 1 % of each other" if problem == "regression" else "they name the same class"


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
