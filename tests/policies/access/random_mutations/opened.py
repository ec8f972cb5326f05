"""Whether a mutation opens access: the evaluator is asked the same requests before and after.

The requests stand around what changed: the actions, resources, callers and condition values of each statement that was
edited, made concrete, besides callers of every kind.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from policies.access.authorization import AuthorizationRequest, RequestContext
from policies.access.evaluator import decide
from policies.access.graph import PolicyGraph
from policies.access.graph.model import VpcEndpoint
from policies.access.graph.policy_documents import ALLOW_EVERYTHING
from tests.policies.access.mutations.mutation import Statement
from tests.policies.access.random_mutations.random_mutation import statements_changed
from tests.policies.access.random_mutations.vocabulary import BARE, FOREIGN, Vocabulary, listed

REGION = "eu-west-1"
# Requests that are asked at most about one mutation, and of each part of a request.
MOST = 4000
_ACTIONS, _RESOURCES, _CONTEXTS = 8, 8, 12
# Keys that AWS fills in of the caller, and those that requests of services alone have.
# Source: IAM User Guide, "AWS global condition context keys".
_OF_THE_CALLER = frozenset(
    f"aws:{key}"
    for key in (
        "principalarn",
        "principalaccount",
        "principaltype",
        "principalisawsservice",
        "principalservicename",
        "principalorgid",
        "principalorgpaths",
        "resourceaccount",
        "resourceorgpaths",
        "vpceorgpaths",
        "vpceaccount",
    )
)
# Services whose resources have ARNs of another one.
_IN_ARNS = {"sts": "iam"}
_OF_SERVICES = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A request that was refused before and is allowed after."""

    request: AuthorizationRequest
    because: str

    def __str__(self) -> str:
        context = ", ".join(f"{key}={value}" for key, value in self.request.context.items())
        return f"{self.request.principal} {self.request.action} {self.request.resource} [{context}]: {self.because}"


@dataclass(frozen=True)
class ChangedDocument:
    """A policy that differs: who is limited or granted by it, and which resource it is of, where it is of one."""

    kind: str
    before: Any
    after: Any
    roles: tuple[str, ...] = ()
    resource: str = ""
    endpoint: str = ""


def changed_documents(before: PolicyGraph, after: PolicyGraph) -> list[ChangedDocument]:
    """Every policy that differs between two graphs."""
    found: list[ChangedDocument] = []
    for arn in sorted({*before.roles, *after.roles}):
        old, new = before.roles.get(arn), after.roles.get(arn)
        if (old and old.identity) != (new and new.identity):
            merged = [{"Statement": [s for d in (r.identity if r else ()) for s in _of(d)]} for r in (old, new)]
            found.append(ChangedDocument("identity", merged[0], merged[1], roles=(arn,)))
        if (old and old.boundary) != (new and new.boundary):
            found.append(ChangedDocument("boundary", old and old.boundary, new and new.boundary, roles=(arn,)))
        if (old and old.trust) != (new and new.trust):
            found.append(ChangedDocument("trust", old and old.trust, new and new.trust, resource=arn))
    for arn in sorted({*before.policy_resources, *after.policy_resources}):
        sides = [graph.policy_resources.get(arn) for graph in (before, after)]
        old_policy, new_policy = (side.policy if side else None for side in sides)
        if old_policy != new_policy:
            found.append(ChangedDocument("resource", old_policy, new_policy, resource=arn))
    for id_ in sorted({*before.endpoints, *after.endpoints}):
        limits = [graph.endpoints[id_].policy if id_ in graph.endpoints else None for graph in (before, after)]
        if limits[0] != limits[1]:
            found.append(ChangedDocument("endpoint", limits[0], limits[1], endpoint=id_))
    return found


def openings(
    before: PolicyGraph, after: PolicyGraph, words: Vocabulary, rng: random.Random, most: int = 1
) -> list[Opening]:
    """Requests that the evaluator refused before and allows after, at most so many; of each document that differs."""
    found: list[Opening] = []
    for document in changed_documents(before, after):
        for principal, action, resource, endpoint, context in _requests(document, before, words, rng):
            now = _request(after, principal, action, resource, endpoint, context)
            allowed = decide(now)
            if allowed.allowed and not decide(_request(before, principal, action, resource, endpoint, context)).allowed:
                found.append(Opening(request=now, because=allowed.because))
                if len(found) == most:
                    return found
    return found


def _request(
    graph: PolicyGraph, principal: str, action: str, resource: str, endpoint: str, context: RequestContext
) -> AuthorizationRequest:
    request = graph.authorization_request(principal, action, resource, endpoint=endpoint or None, context=context)
    if principal in graph.roles or not principal.startswith("arn:") or principal.endswith(f"/{BARE}"):
        return request
    return replace(request, identity=(ALLOW_EVERYTHING,))


_Parts = tuple[str, str, str, str, dict[str, Any]]


def _requests(document: ChangedDocument, graph: PolicyGraph, words: Vocabulary, rng: random.Random) -> Iterable[_Parts]:
    found: list[_Parts] = []
    for statement in statements_changed(document.before, document.after):
        parts = itertools.product(
            _callers(document, statement, graph, words),
            _actions(document, statement, words, rng),
            _resources(document, statement, words, rng),
            _endpoints(document, graph),
            _contexts(statement, document, words, rng),
        )
        found += [part for part in parts if _can_be(part, graph)]
    rng.shuffle(found)
    return found[:MOST]


def _can_be(part: _Parts, graph: PolicyGraph) -> bool:
    """Whether there is such a request.

    An action is on a resource of its own service. A service alone acts for a source, whose account is that in its ARN,
    and nobody chooses who they are.
    """
    caller, action, resource, endpoint, context = part
    service = action.partition(":")[0]
    if resource.startswith("arn:") and resource.split(":")[2] not in (service, _IN_ARNS.get(service)):
        return False
    source = str(context.get("aws:SourceArn", "")).split(":")
    if len(source) > 5 and source[4] and context.get("aws:SourceAccount", source[4]) != source[4]:
        return False
    if endpoint and not _passes(caller, service, graph.endpoints[endpoint]):
        return False
    keys = {key.lower() for key in context}
    by_service = not caller.startswith("arn:") and caller != "*"
    if by_service and any(
        key.startswith("aws:principal") or key in ("aws:sourcevpce", "aws:sourcevpc") for key in keys
    ):
        return False
    if not by_service and keys & _OF_SERVICES:
        return False
    tagged = any(key.startswith("aws:principaltag/") for key in keys)
    return not keys & _OF_THE_CALLER and not (tagged and (caller in graph.roles or caller == "*"))


def _passes(caller: str, service: str, endpoint: VpcEndpoint) -> bool:
    """Whether a caller may come through an endpoint: its service is asked, from the account that has it."""
    of_account = not caller.startswith("arn:") or endpoint.account == caller.split(":")[4]
    return of_account and endpoint.service.split(".")[0] == service


def _callers(document: ChangedDocument, statement: Statement, graph: PolicyGraph, words: Vocabulary) -> list[str]:
    if document.roles:
        return list(document.roles)
    accounts = [*words.accounts, FOREIGN]
    named = statement.get("Principal")
    given = [text for kind in named.values() for text in listed(kind)] if isinstance(named, Mapping) else []
    concrete = [f"arn:aws:iam::{one}:root" if re.fullmatch(r"\d{12}", one) else one for one in given if one != "*"]
    patterns = [
        v for pairs in (statement.get("Condition") or {}).values() for v in listed(pairs.get("aws:PrincipalArn"))
    ]
    concrete += [_in_account(one, account) for one in patterns for account in accounts]
    return list(
        dict.fromkeys(
            [
                *concrete,
                *graph.roles,
                *(f"arn:aws:iam::{account}:role/of-nobody" for account in accounts),
                *(f"arn:aws:iam::{account}:user/somebody" for account in accounts),
                *(f"arn:aws:iam::{account}:user/{BARE}" for account in words.accounts),
                *(f"arn:aws:iam::{account}:root" for account in accounts),
                "*",
                *words.services,
            ]
        )
    )


def _in_account(pattern: str, account: str) -> str:
    """A caller who fits a pattern of ARNs, of the account that it names, or else of this one."""
    parts = pattern.split(":", 5)
    if len(parts) < 6:
        return f"arn:aws:iam::{account}:role/of-nobody"
    owner = parts[4] if parts[4].isdigit() else account
    return f"arn:aws:iam::{owner}:{parts[5].replace('*', 'part')}"


def _actions(document: ChangedDocument, statement: Statement, words: Vocabulary, rng: random.Random) -> list[str]:
    if document.kind == "trust":
        return ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleWithWebIdentity"]
    texts = listed(statement.get("Action"))
    if "NotAction" in statement:
        refused = [_pattern(text) for text in listed(statement["NotAction"])]
        pool = [one for one in words.actions if not any(each.fullmatch(one) for each in refused)]
        return rng.sample(pool, min(_ACTIONS, len(pool)))
    service = document.resource.split(":")[2] if document.resource else ""
    found: list[str] = []
    for text in texts:
        if "*" not in text and "?" not in text:
            found.append(text)
            continue
        wanted = _pattern(text)
        pool = [*words.actions, *words.siblings(service or text.partition(":")[0])]
        fitting = [one for one in pool if wanted.fullmatch(one) and one.startswith(f"{service}:" if service else "")]
        found += rng.sample(fitting, min(6, len(fitting)))
    return rng.sample(found, min(_ACTIONS, len(found)))


def _resources(document: ChangedDocument, statement: Statement, words: Vocabulary, rng: random.Random) -> list[str]:
    if document.kind == "trust":
        return [document.resource]
    found: list[str] = []
    for text in listed(statement.get("Resource", document.resource or "*")):
        found += _filled(text, words) if text != "*" else ["*"]
        fitting = [one for one in words.resources if _pattern(text).fullmatch(one)]
        inside = [f"{one}/{rng.choice(words.projects)}/part" for one in fitting if one.startswith("arn:aws:s3:::")]
        found += rng.sample(fitting, min(3, len(fitting))) + rng.sample(inside, min(2, len(inside)))
    if document.resource:
        of_own = [document.resource, f"{document.resource}/{rng.choice(words.projects)}/part"]
        found = [one for one in [*found, *of_own] if one.startswith(document.resource)] or of_own
    found = list(dict.fromkeys(found)) or ["*"]
    return rng.sample(found, min(_RESOURCES, len(found)))


def _filled(text: str, words: Vocabulary) -> list[str]:
    """ARNs that fit a pattern: with a part that nobody has for its wildcards, and with each project."""
    parts = text.split(":", 5)
    if len(parts) < 6 or "*" in parts[2]:
        return []
    region, account = (part.replace("*", other) for part, other in zip(parts[3:5], (REGION, FOREIGN), strict=True))
    rest = [re.sub(r"\$\{[^}]*\}", name, parts[5]).replace("*", f"{name}/part") for name in ("nobody", *words.projects)]
    return [":".join([*parts[:3], region, account, one]) for one in rest]


def _endpoints(document: ChangedDocument, graph: PolicyGraph) -> list[str]:
    """The endpoint whose policy changed; else none, and those of the services that conditions ask an endpoint for."""
    if document.endpoint:
        return [document.endpoint]
    return ["", *(endpoint.id for endpoint in graph.endpoints.values() if endpoint.service in ("s3", "kms"))]


def _contexts(
    statement: Statement, document: ChangedDocument, words: Vocabulary, rng: random.Random
) -> list[dict[str, Any]]:
    """Condition keys as the statement asks, but for one of them, and as it comes, with those of what is beside it."""
    statements = [s for side in (document.before, document.after) if side for s in _of(side)]
    near = [s for s in statements if s.get("Sid") == statement.get("Sid")] or [statement]
    options = _options([*near, *rng.sample(statements, min(2, len(statements)))], words, rng)
    found: list[dict[str, Any]] = [{}]
    for one in near:
        own = _options([one], words, rng)
        fitting = {key: values[1] for key, values in own.items() if len(values) > 1}
        found += [fitting, *({k: v for k, v in fitting.items() if k != key} for key in fitting)]
        found += [{**fitting, key: rng.choice(values)} for key, values in own.items()]
    for _ in range(_CONTEXTS):
        found.append({key: rng.choice(values) for key, values in options.items()})
    present = [_with_account({key: value for key, value in one.items() if value is not None}) for one in found]
    return list({repr(sorted(one.items(), key=str)): one for one in present}.values())


def _options(statements: Iterable[Statement], words: Vocabulary, rng: random.Random) -> dict[str, list[Any]]:
    """Each key that a caller may have: absent, and with values; first with what the conditions ask."""
    found: dict[str, list[Any]] = {}
    for one in statements:
        for operator, pairs in (one.get("Condition") or {}).items():
            for key, value in pairs.items():
                lower = key.lower()
                if lower not in (*_OF_THE_CALLER, "aws:sourcevpce", "aws:sourcevpc") and "resourcetag" not in lower:
                    found.setdefault(key, [None]).extend(_values(operator, key, listed(value), words, rng))
    return found


def _with_account(context: dict[str, Any]) -> dict[str, Any]:
    """The account of a source is that in its ARN."""
    source = str(context.get("aws:SourceArn", "")).split(":")
    if "aws:SourceAccount" in context and len(source) > 5 and source[4]:
        return {**context, "aws:SourceAccount": source[4]}
    return context


def _values(operator: str, key: str, values: Sequence[str], words: Vocabulary, rng: random.Random) -> Iterator[Any]:
    several = operator.startswith("For")
    for value in values[:6]:
        text = re.sub(r"\$\{[^}]*\}", rng.choice(words.projects), value).replace("*", "part")
        yield [text] if several else text
    if key.lower() in ("aws:securetransport", "aws:viaawsservice", "aws:principalisawsservice"):
        yield from ("true", "false")
    elif "Bool" not in operator and operator != "Null":
        yield ["other"] if several else "other"


def _of(document: Mapping[str, Any]) -> list[Statement]:
    found = document["Statement"]
    return list(found) if isinstance(found, list | tuple) else [found]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in re.split(r"([*?])", text)))
