"""What of an estate's exports could not be read: nothing that rests on it is proved."""

from __future__ import annotations

from dataclasses import dataclass, field

from policies.access.authorization import Document
from policies.access.evaluator import PARSED, BadPolicy, PolicyKind, parse
from policies.access.graph.model import BadExport
from policies.access.graph.policy_documents import document


@dataclass(frozen=True, kw_only=True)
class Unread:
    """Something that may give access and that could not be read: where it stands, and what it is."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Unreadable:
    """Collects what could not be read, each once."""

    found: dict[Unread, None] = field(default_factory=dict)

    def add(self, where: str, what: str) -> None:
        """Something could not be read."""
        self.found.setdefault(Unread(where=where, what=what))

    def policy(self, value: object, kind: PolicyKind, where: str) -> Document | None:
        """A policy that AWS would take, from a JSON text or an object; None where it cannot be read."""
        try:
            read = document(value, where)
            parsed = PARSED.of(read, kind, lambda: parse(read, where, kind))
        except BadExport as bad:
            self._sentence(where, str(bad))
        except BadPolicy as bad:
            for problem in bad.problems:
                self._sentence(where, problem)
        else:
            for gone in parsed.deleted_principals:
                self.add(where, f"the principal {gone} is the unique id of a user or role that was deleted")
            return read
        return None

    def _sentence(self, where: str, problem: str) -> None:
        self.add(where, problem.removeprefix(where).lstrip(":, "))
