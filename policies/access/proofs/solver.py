"""Puts symbolic requests to the solver: shows that none is allowed, or keeps the one that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import z3

from policies.access.encoding import find
from policies.access.encoding.logic import Formula, as_term
from policies.access.proofs.requests import Constraint, EncodedRequest, OpenRequest, all_of
from policies.access.proofs.theorem import Finding


@dataclass
class Solver:
    """Puts queries, counts them and keeps what was found against a theorem."""

    queries: int = 0
    findings: list[Finding] = field(default_factory=list)
    _refuted: dict[tuple[int, ...], list[z3.BoolRef]] = field(default_factory=dict, repr=False)

    def refute(self, title: str, open_request: OpenRequest, *constraints: Constraint) -> bool:
        """Whether no request is allowed; the first that is becomes a finding, whose title says what it does."""
        constraint = all_of(*constraints)
        return all(self.refute_one(title, encoded, constraint(encoded)) for encoded in self._encoded(open_request))

    def refute_one(self, title: str, encoded: EncodedRequest, constraints: Iterable[Formula] = ()) -> bool:
        """The same, of one class of actions."""
        witness = self._find(title, encoded, constraints)
        if witness is not None:
            self.findings.append(Finding(title=title, request=witness))
        return witness is None

    def possible(self, title: str, open_request: OpenRequest, *constraints: Constraint) -> bool:
        """Whether any request is allowed."""
        constraint = all_of(*constraints)
        return any(
            self._find(title, encoded, constraint(encoded)) is not None for encoded in self._encoded(open_request)
        )

    def _encoded(self, open_request: OpenRequest) -> Iterator[EncodedRequest]:
        """The request's classes; one that no statement allows counts as a query that is answered without the solver."""
        none = True
        for encoded in open_request.each():
            none = False
            yield encoded
        self.queries += none

    def _find(self, title: str, encoded: EncodedRequest, constraints: Iterable[Formula]) -> str | None:
        """The request that is allowed, as text."""
        self.queries += 1
        given = [*encoded.always, *constraints]
        if any(part is False or (z3.is_expr(part) and z3.is_false(part)) for part in (encoded.formula, *given)):
            return None
        parts = [as_term(part) for part in (encoded.formula, *given, *encoded.request.limits())]
        # Actions of several classes often lead to the very same formula: no request makes it true twice.
        key = tuple(part.get_id() for part in parts)
        if key in self._refuted:
            return None
        witness = find(encoded.formula, encoded.request, query=title, given=given)
        if witness is None:
            # The parts are kept, so that their ids stay their own.
            self._refuted[key] = parts
        return None if witness is None else witness.render()
