"""Mutations of the evaluator and of the encoding, each one function replaced; the comparison must notice every one.

A mutation names what it replaces, so that one whose target is gone fails instead of passing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from policies.access import evaluator
from policies.access.encoding import callers, conditions, decision, documents, patterns, statements
from policies.access.encoding import values as encoded_values
from policies.access.encoding.logic import disjunction, negation
from policies.access.evaluator import decision as deciding
from policies.access.evaluator import grants, layers, match, parse_condition, template
from policies.access.evaluator.parse import _PolicyParser as PolicyParser


@dataclass(frozen=True)
class Mutation:
    """`make` gets what stands at `target.name` and returns what replaces it.

    `generator` is the generator of requests that is expected to show it soonest.
    """

    side: str
    title: str
    generator: str
    target: Any
    name: str
    make: Callable[[Any], Any]


def _evaluator(title: str, generator: str, target: Any, name: str, make: Callable[[Any], Any]) -> Mutation:
    return Mutation("evaluator", title, generator, target, name, make)


def _encoding(title: str, generator: str, target: Any, name: str, make: Callable[[Any], Any]) -> Mutation:
    return Mutation("encoding", title, generator, target, name, make)


def _constant(value: Any) -> Callable[[Any], Any]:
    """A function that always answers `value`."""
    return lambda _original: lambda *_arguments, **_named: value


def _layers_without(**fields: Any) -> Callable[[Any], Any]:
    return lambda original: lambda *arguments: replace(original(*arguments), **fields)


def _any_level(original: Any) -> Any:
    def changed(*arguments: Any) -> Any:
        found = original(*arguments)
        return replace(found, scps=tuple(layer for layer in found.scps if layer.allows) or found.scps)

    return changed


def _without_denies(original: Any) -> Any:
    return lambda *arguments: replace(original(*arguments), denies=())


def _missing_key(answer: bool) -> Callable[[Any], Any]:
    """Conditions whose key is missing all answer alike, save Null."""

    def make(original: Any) -> Any:
        def changed(clause: Any, request: Any) -> Any:
            absent = clause.operator is not None and request.values.get(clause.key) is None
            return answer if absent and not clause.if_exists else original(clause, request)

        return changed

    return make


def _not_action_as_action(original: Any) -> Any:
    def changed(self: Any, given: Any) -> Any:
        if "NotAction" not in given:
            return original(self, given)
        inverted = original(self, given)
        return lambda action: not inverted(action)

    return changed


def _operators(names: str, other: str) -> Callable[[Any], Any]:
    """The operators `names` compare as `other` does."""
    return lambda original: {
        **original,
        **{name: replace(original[name], build=original[other].build) for name in names.split()},
    }


def _question_mark_is_text(original: Any) -> Any:
    return lambda text, name: "?" if text == "?" else original(text, name)


def _value_with_wildcards(original: Any) -> Any:
    def changed(parts: Any, single: Any) -> Any:
        found = original(parts, single)
        if found is None:
            return None
        return tuple(
            piece
            for part in found
            for piece in (template.parse_template(part, variables=False) if isinstance(part, str) else (part,))
        )

    return changed


_IN_EVALUATOR = [
    _evaluator("a deny loses to an allow", "layers", layers, "review", _without_denies),
    _evaluator("IfExists is ignored", "conditions", match, "clause_holds",
               lambda original: lambda clause, request: original(replace(clause, if_exists=False), request)),
    _evaluator("a missing key fails negated operators", "conditions", match, "clause_holds", _missing_key(False)),
    _evaluator("a missing key meets every operator", "conditions", match, "clause_holds", _missing_key(True)),
    _evaluator("the boundary is ignored", "layers", deciding, "evaluate_layers", _layers_without(boundary=None)),
    _evaluator("the session policy is ignored", "layers", deciding, "evaluate_layers", _layers_without(session=None)),
    _evaluator("the endpoint policy is ignored", "layers", deciding, "evaluate_layers", _layers_without(endpoint=None)),
    _evaluator("one SCP level is enough", "layers", deciding, "evaluate_layers", _any_level),
    _evaluator("RCPs are ignored", "layers", layers, "_rcp_applies", _constant(False)),
    _evaluator("the resource policy is enough across accounts", "principals", deciding, "_two_accounts",
               lambda _original: lambda _request, found, name: deciding._resource_only(found.resource, name)),
    _evaluator("an account principal names nobody", "keys-and-trusts", match, "principal_match_level",
               lambda original: lambda _account, arn, caller: original(None, arn, caller)),
    _evaluator("a role ARN escapes its boundary", "principals", match, "principal_match_level",
               lambda original: lambda *arguments: match.MatchLevel.DIRECT
               if original(*arguments) is match.MatchLevel.ROLE else original(*arguments)),
    _evaluator("a session is not its role's", "principals", match, "_is_role_of", _constant(False)),
    _evaluator("NotPrincipal forgets the boundary", "principals", match, "excepted",
               lambda original: lambda named, request: original(named, replace(request, bounded=False))),
    _evaluator("NotAction is read as Action", "conditions", PolicyParser, "_action", _not_action_as_action),
    _evaluator("ArnLike crosses colons", "conditions", parse_condition, "OPERATORS",
               _operators("ArnLike ArnEquals ArnNotLike ArnNotEquals", "StringLike")),
    _evaluator("? is no wildcard", "conditions", template, "_special", _question_mark_is_text),
    _evaluator("dates compare the wrong way round", "conditions", parse_condition, "OPERATORS",
               _operators("DateLessThan", "DateGreaterThan")),
    _evaluator("variables are text", "conditions", parse_condition, "parse_template",
               lambda original: lambda text, **_: original(text, variables=False)),
    _evaluator("wildcards in a variable's value count", "conditions", match, "resolve", _value_with_wildcards),
    _evaluator("grant constraints are ignored", "keys-and-trusts", grants, "_constraints_hold", _constant(True)),
]  # fmt: skip

_IN_ENCODING = [
    _encoding("nothing is denied", "layers", decision, "denied", _constant(False)),
    _encoding("IfExists is ignored", "conditions", statements, "holds",
              lambda original: lambda test, reading: original(replace(test, if_exists=False), reading)),
    _encoding("Null is inverted", "conditions", conditions, "_null",
              lambda original: lambda test, exists: original(test, negation(exists))),
    _encoding("ForAllValues fails on a missing key", "conditions", conditions, "_over_values",
              lambda original: lambda test, slots, equal, negated: bool(slots) and original(
                  replace(test, quantifier=""), slots, equal, negated=negated)),
    _encoding("one level of SCPs or RCPs is enough", "layers", decision, "every_level",
              lambda original: lambda levels, reader: not levels or disjunction(
                  original([level], reader) for level in levels)),
    _encoding("the caller's side is enough across accounts", "principals", decision, "across_accounts",
              lambda _original: lambda own, _resource: own),
    _encoding("the resource's side is enough across accounts", "principals", decision, "across_accounts",
              lambda _original: lambda _own, resource: resource.at_all()),
    _encoding("boundary, session and endpoint policies are ignored", "layers", decision, "limit_allows",
              _constant(True)),
    _encoding("keys and roles are like any resource", "keys-and-trusts", decision, "needs_resource_policy",
              _constant(False)),
    _encoding("RCPs bind nobody", "layers", decision, "exempt_from_rcps", _constant(True)),
    _encoding("service-linked roles are bound", "layers", callers.SymbolicCaller, "service_linked", _constant(False)),
    _encoding("NotPrincipal needs one name of the chain", "principals", statements, "excepted",
              lambda _original: lambda listed, _caller, **_: listed.at_all()),
    _encoding("a principal element names nobody by account", "principals", statements, "named",
              lambda original: lambda found, caller: replace(original(found, caller), by_account=False)),
    _encoding("NotAction and NotResource are not inverted", "conditions", statements, "inverted",
              lambda _original: lambda formula, _by_not: formula),
    _encoding("wildcards of an ARN condition cross its parts", "conditions", patterns, "in_parts",
              lambda _original: lambda found: found),
    _encoding("wildcards of a resource cross its segments", "platform", patterns, "in_segments",
              lambda _original: lambda found: found),
    _encoding("numbers and dates compare the wrong way round", "conditions", conditions, "order",
              lambda original: lambda operator, left, right: original(operator, right, left)),
    _encoding("action names have a case", "conditions", statements.StatementEncoder, "action_is",
              lambda _original: lambda self, pattern: patterns.fits(
                  pattern, patterns.Style.WILD, self.request.action, "an action")),
    _encoding("networks are single addresses", "conditions", encoded_values, "as_network",
              lambda original: lambda text: (found := original(text)) and (
                  found[0], found[1], 32 if found[0] == 4 else 128)),
    _encoding("variables are text", "conditions", documents, "VARIABLES_VERSION", lambda _original: "never"),
    _encoding("ignoring case does not", "conditions", conditions, "matches_any_case",
              lambda _original: patterns.matches),
    _encoding("grant constraints are ignored", "keys-and-trusts", decision, "_constraint", _constant(True)),
]  # fmt: skip

MUTATIONS = tuple(_IN_EVALUATOR + _IN_ENCODING)


def forget() -> None:
    """Clear the caches of documents and patterns, so that no decision predates a mutation."""
    evaluator.PARSED.clear()
    for remembered in (template.regex_text, template.compiled):
        remembered.cache_clear()
    documents.PARSED.clear()
    patterns._KNOWN.clear()
