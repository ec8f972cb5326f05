"""Put questions to both readers, count, and keep what they disagree on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from random import Random

from policies.access import encoding, evaluator
from policies.access.authorization import AuthorizationRequest

Family = Callable[[Random, int], AuthorizationRequest]


@dataclass
class Figures:
    """What a comparison saw: questions and allowed ones by family, and the questions that got two answers."""

    asked: Counter[str] = field(default_factory=Counter)
    allowed: Counter[str] = field(default_factory=Counter)
    disagreed: list[AuthorizationRequest] = field(default_factory=list)

    def share(self, family: str) -> float:
        """The share of a family's questions that the evaluator allows."""
        return self.allowed[family] / self.asked[family]

    def table(self) -> str:
        """One line for each family."""
        lines = [f"{family:12} {count:7} questions  {self.share(family):4.0%} allowed" for family, count in
                 sorted(self.asked.items())]  # fmt: skip
        return "\n".join([*lines, f"{'all':12} {self.asked.total():7} questions  {len(self.disagreed)} disagreements"])


def questions(families: Mapping[str, Family], count: int, seed: int) -> Iterator[tuple[str, AuthorizationRequest]]:
    """`count` questions, taking turns between the families; the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - not for secrets
    names = sorted(families)
    for number in range(count):
        name = names[number % len(names)]
        yield name, families[name](random, number)


def compare(
    families: Mapping[str, Family],
    count: int,
    seed: int,
    *,
    stop_at: int = 20,
    progress: Callable[[Figures], None] | None = None,
) -> Figures:
    """Ask both about `count` questions, reporting to `progress` after each; end early after `stop_at` disagreements."""
    figures = Figures()
    for family, question in questions(families, count, seed):
        allowed = evaluator.decide(question).allowed
        figures.asked[family] += 1
        figures.allowed[family] += allowed
        if not agree(question, allowed):
            figures.disagreed.append(question)
            if len(figures.disagreed) >= stop_at:
                break
        if progress is not None:
            progress(figures)
    return figures


def agree(question: AuthorizationRequest, allowed: bool | None = None) -> bool:
    """Whether both give one answer; `allowed` is the evaluator's, when it is known."""
    expected = evaluator.decide(question).allowed if allowed is None else allowed
    return encoding.decide(question, pinned=pinned_keys(question)) is expected


def pinned_keys(question: AuthorizationRequest) -> list[str]:
    """Some keys to put in before the formula is made: open and pinned keys must lead to one answer."""
    names = sorted((*question.context, "action", "resource"))
    return [name for name in names if (len(name) + len(question.action)) % 3 == 0]


def as_json(question: AuthorizationRequest) -> str:
    """The question in the form that `python -m policies.access ask` reads."""
    return json.dumps([{**asdict(question), "grants": [asdict(grant) for grant in question.grants]}], default=list)
