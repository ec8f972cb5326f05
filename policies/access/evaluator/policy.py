"""A policy document after parsing: statements whose patterns are compiled."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from policies.access.evaluator.operators import Operator, ValueTest
from policies.access.evaluator.template import Template


class PolicyKind(enum.Enum):
    """Where a document is attached; the value is how messages call it."""

    IDENTITY = "identity policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "endpoint policy"
    RESOURCE = "resource policy"
    TRUST = "trust policy"
    KEY = "key policy"

    @property
    def names_principals(self) -> bool:
        """Whether its statements have a Principal element."""
        return self in _WITH_PRINCIPAL


_WITH_PRINCIPAL = frozenset(
    {PolicyKind.RCP, PolicyKind.ENDPOINT, PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.KEY}
)


class Quantifier(enum.Enum):
    """How an operator treats the several values of a multivalued key."""

    NONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True)
class Operand:
    """One value of a condition: a finished test, or a template that waits for the request's values."""

    text: str
    test: ValueTest | None
    template: Template = ()


@dataclass(frozen=True, eq=False)
class ConditionClause:
    """One key of one operator in a Condition element. `operator` None is the Null check."""

    label: str
    key: str
    key_text: str
    operator: Operator | None
    quantifier: Quantifier
    if_exists: bool
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class AwsPrincipal:
    """An entry under `AWS`: an account (root ARN or bare id), one ARN, or the unique id of a `deleted` principal."""

    text: str
    account: str | None = None
    arn: str | None = None
    deleted: bool = False


@dataclass(frozen=True)
class PrincipalElement:
    """A Principal or NotPrincipal element. Whose account a `canonical` user id is, Amazon S3 alone knows."""

    negated: bool = False
    everyone: bool = False
    aws: tuple[AwsPrincipal, ...] = ()
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()
    canonical: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class ResourceElement:
    """A Resource or NotResource element: one expression for what has no variables, templates for the rest."""

    negated: bool
    fixed: re.Pattern[str] | None
    templates: tuple[Template, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ParsedStatement:
    """One statement. `label` is its Sid, or its number. `resources` None means the resource that carries the policy.

    `services` holds the prefixes of the actions it lists, in lower case, to find what an author may have meant.
    """

    label: str
    allow: bool
    principals: PrincipalElement | None
    matches_action: Callable[[str], bool]
    services: frozenset[str]
    resources: ResourceElement | None
    clauses: tuple[ConditionClause, ...]


@dataclass(frozen=True, eq=False)
class ParsedPolicy:
    """A parsed document. `for_action` remembers which statements speak of an action, since requests repeat."""

    kind: PolicyKind
    statements: tuple[ParsedStatement, ...]
    deleted_principals: tuple[str, ...] = ()
    canonical_users: tuple[str, ...] = ()
    _by_action: dict[str, tuple[ParsedStatement, ...]] = field(default_factory=dict)

    def for_action(self, action: str) -> tuple[ParsedStatement, ...]:
        """The statements whose Action or NotAction matches."""
        cached = self._by_action.get(action)
        if cached is None:
            cached = tuple(statement for statement in self.statements if statement.matches_action(action))
            self._by_action[action] = cached
        return cached
