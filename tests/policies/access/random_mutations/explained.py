"""Mutations that open access, as the evaluator sees it, and that no check has to notice: each kind with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.policies.access.random_mutations.judge import Judgement


@dataclass(frozen=True)
class Explanation:
    """Judgements whose operator, place and opening fit these patterns open nothing that matters, for a reason."""

    operator: str
    where: str
    opens: str
    why: str

    def fits(self, one: Judgement) -> bool:
        """Whether it explains a judgement."""
        pairs = ((self.operator, one.operator), (self.where, one.where), (self.opens, one.opens))
        return all(re.search(pattern, text) for pattern, text in pairs)


EXPLANATIONS: tuple[Explanation, ...] = ()


def explained(one: Judgement) -> str:
    """Why nothing has to notice it; empty where nobody said so."""
    return next((each.why for each in EXPLANATIONS if each.fits(one)), "")
