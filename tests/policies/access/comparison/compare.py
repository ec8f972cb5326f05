"""Put requests to both readers, count, and keep what they disagree on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from random import Random

from policies.access import encoding, evaluator
from policies.access.authorization import AuthorizationRequest

RequestGenerator = Callable[[Random, int], AuthorizationRequest]


@dataclass
class Figures:
    """What a comparison saw: requests and allowed ones by generator, and the requests that got two answers."""

    decided: Counter[str] = field(default_factory=Counter)
    allowed: Counter[str] = field(default_factory=Counter)
    disagreed: list[AuthorizationRequest] = field(default_factory=list)

    def share(self, generator: str) -> float:
        """The share of a generator's requests that the evaluator allows."""
        return self.allowed[generator] / self.decided[generator]

    def table(self) -> str:
        """One line for each generator."""
        lines = [f"{generator:16} {count:7} requests  {self.share(generator):4.0%} allowed" for generator, count in
                 sorted(self.decided.items())]  # fmt: skip
        return "\n".join([*lines, f"{'all':16} {self.decided.total():7} requests  {len(self.disagreed)} disagreements"])


def requests(
    generators: Mapping[str, RequestGenerator], count: int, seed: int
) -> Iterator[tuple[str, AuthorizationRequest]]:
    """`count` requests, taking turns between the generators; the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - not for secrets
    names = sorted(generators)
    for number in range(count):
        name = names[number % len(names)]
        yield name, generators[name](random, number)


def compare(
    generators: Mapping[str, RequestGenerator],
    count: int,
    seed: int,
    *,
    stop_at: int = 20,
    progress: Callable[[Figures], None] | None = None,
) -> Figures:
    """Ask both about `count` requests, reporting to `progress` after each; end early after `stop_at` disagreements."""
    figures = Figures()
    for generator, request in requests(generators, count, seed):
        allowed = evaluator.decide(request).allowed
        figures.decided[generator] += 1
        figures.allowed[generator] += allowed
        if not agree(request, allowed):
            figures.disagreed.append(request)
            if len(figures.disagreed) >= stop_at:
                break
        if progress is not None:
            progress(figures)
    return figures


def agree(request: AuthorizationRequest, allowed: bool | None = None) -> bool:
    """Whether both give one answer; `allowed` is the evaluator's, when it is known."""
    expected = evaluator.decide(request).allowed if allowed is None else allowed
    return encoding.decide(request, pinned=pinned_keys(request)) is expected


def pinned_keys(request: AuthorizationRequest) -> list[str]:
    """Some keys to put in before the formula is made: open and pinned keys must lead to one answer."""
    names = sorted((*request.context, "action", "resource"))
    return [name for name in names if (len(name) + len(request.action)) % 3 == 0]


def as_json(request: AuthorizationRequest) -> str:
    """The request in the form that `python -m policies.access ask` reads."""
    return json.dumps([{**asdict(request), "grants": [asdict(grant) for grant in request.grants]}], default=list)
