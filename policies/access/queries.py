"""Answers `who-can` and `what-can` from the access matrix's own columns and subjects, each with the statements for it.

Nothing is described here a second time: what may be asked is what the matrix has columns for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from catalog.nearest import did_you_mean
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import allows, decide
from policies.access.graph import PolicyGraph
from policies.access.matrix.capabilities import Area, Capability, Requests
from policies.access.matrix.cells import INSIDE, OUTSIDE, Cell, answer_of
from policies.access.matrix.columns import capabilities
from policies.access.matrix.subjects import MatrixSubject, Outsider, subjects
from policies.access.matrix.trusts import trusted

_ARTICLE = re.compile(r"^(an?|any|every|each|the)\s+")
_ABLE = (Cell.ANYWHERE, Cell.INSIDE, Cell.OUTSIDE)


class UnknownWord(ValueError):
    """A verb, a thing or a name that the matrix does not have. The message says what may be asked."""


@dataclass(frozen=True, kw_only=True)
class Right:
    """Something that a subject can do, from where, and the statements that give it.

    `note` says for which projects, where it is not for all that the capability is about.
    """

    subject: MatrixSubject
    capability: Capability
    cell: Cell
    note: str
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WhoCan:
    """The answer to who can do something: the columns that were meant, and everybody who can."""

    columns: tuple[Capability, ...]
    rights: tuple[Right, ...]


@dataclass(frozen=True, kw_only=True)
class WhatCan:
    """The answer to what somebody can do. `through`: the name is of somebody who signs in and assumes these roles.

    `assumed` are the roles that the subjects may assume, and so on from those; `rights` are also what these can do.
    """

    subjects: tuple[MatrixSubject, ...]
    assumed: tuple[MatrixSubject, ...]
    rights: tuple[Right, ...]
    through: bool


def who_can(graph: PolicyGraph, verb: str, thing: str, *, stack: str | None = None) -> WhoCan:
    """Everybody who can do something to something, in one stack or in all. Raises `UnknownWord`."""
    columns = _columns(graph, verb, thing, stack)
    listed = subjects(graph)
    rights = [right for column in columns for subject in listed for right in _right(graph, subject, column)]
    return WhoCan(columns=tuple(columns), rights=tuple(rights))


def what_can(graph: PolicyGraph, name: str) -> WhatCan:
    """Everything that the named ones can do. Raises `UnknownWord`."""
    found, through = _subjects(graph, name)
    assumed = _assumed(graph, found)
    columns = capabilities(graph)
    rights = [right for one in (*found, *assumed) for column in columns for right in _right(graph, one, column)]
    return WhatCan(subjects=tuple(found), assumed=tuple(assumed), rights=tuple(rights), through=through)


def may_assume(graph: PolicyGraph, subject: MatrixSubject) -> list[str]:
    """ARNs of the platform's roles that trust a role by its name, and that its own policies let it assume."""
    role = graph.roles.get(subject.principal)
    if role is None:
        return []
    # Studio gives every session of a scientist the name of the profile, which the roles that trust scientists require.
    context = {"aws:SourceIdentity": role.user} if role.user else {}
    return [
        other.arn
        for other in graph.sorted_roles()
        if role.arn in trusted(other.trust)
        and allows(subject.request(graph, "sts:AssumeRole", other.arn, context=context))
    ]


def _assumed(graph: PolicyGraph, found: Sequence[MatrixSubject]) -> list[MatrixSubject]:
    by_arn = {one.principal: one for one in subjects(graph)}
    seen, reached = {one.principal for one in found}, list(found)
    for one in reached:
        new = [arn for arn in may_assume(graph, one) if arn not in seen]
        seen.update(new)
        reached += [by_arn[arn] for arn in new]
    return reached[len(found) :]


def may_be_asked(graph: PolicyGraph) -> dict[str, list[str]]:
    """Thing -> the verbs that can be asked about it, both in the order of the matrix."""
    found: dict[str, dict[str, None]] = {}
    for capability in capabilities(graph):
        found.setdefault(_things(capability)[0], {})[capability.verb] = None
    return {thing: list(verbs) for thing, verbs in found.items()}


def names(graph: PolicyGraph) -> list[str]:
    """What may be asked of `what-can`: kinds of roles, scientists, callers outside the platform, and roles."""
    listed = subjects(graph)
    people = sorted({role.user for role in graph.roles.values() if role.user})
    kinds = sorted({str(one.kind.value) for one in listed if not isinstance(one.kind, Outsider)})
    roles = sorted({_short(one.principal) for one in listed if not isinstance(one.kind, Outsider)})
    return [*kinds, *people, *(outsider.value for outsider in Outsider), *roles]


def signs_in(graph: PolicyGraph, subject: MatrixSubject) -> list[str]:
    """The principals that a role's trust policy names, accounts and services included."""
    role = graph.roles.get(subject.principal)
    return sorted(set(trusted(role.trust))) if role else []


def _right(graph: PolicyGraph, subject: MatrixSubject, capability: Capability) -> Iterable[Right]:
    answer = answer_of(graph, subject, capability, allows)
    if answer.cell in _ABLE:
        able = [origin for origin in (OUTSIDE, INSIDE) if _allowed(capability.query(graph, answer.asked, origin))]
        because = _because(capability.query(graph, answer.asked, able[0]) or [])
        yield Right(subject=subject, capability=capability, cell=answer.cell, note=answer.note, because=because)


def _allowed(requests: Requests) -> bool:
    return bool(requests) and all(map(allows, requests or ()))


def _because(requests: Sequence[AuthorizationRequest]) -> tuple[str, ...]:
    return tuple(f"{request.action}: {decide(request).because}" for request in requests)


def _things(capability: Capability) -> tuple[str, ...]:
    """What a query calls the thing that a capability is about; the first is what messages call it."""
    if capability.area is Area.BUCKET:
        return (capability.purpose, f"{capability.purpose} bucket", f"bucket {capability.purpose}", "buckets")
    if capability.area is Area.KEY:
        return (f"key {capability.purpose}", f"{capability.purpose} key", "keys")
    # Whoever approves, registers or deletes models means the registry.
    also = ("models",) if capability.area is Area.REGISTRY else ()
    return (*capability.things, capability.area.value.lower(), *also)


def _columns(graph: PolicyGraph, verb: str, thing: str, stack: str | None) -> list[Capability]:
    known = capabilities(graph)
    about = [one for one in known if _plain(thing) in map(_plain, _things(one))]
    if not about:
        every = {name for one in known for name in _things(one)}
        things = ", ".join(may_be_asked(graph))
        raise UnknownWord(
            f"no part of the platform is called {thing!r}{did_you_mean(thing, every)}; ask about {things}"
        )
    meant = [one for one in about if _plain(one.verb) == _plain(verb)]
    meant = meant or [one for one in about if _plain(one.verb).startswith(f"{_plain(verb)} ")]
    if not meant:
        verbs = list(dict.fromkeys(one.verb for one in about))
        raise UnknownWord(
            f"nothing is asked about {verb!r} of {thing}{did_you_mean(verb, verbs)}; ask {', '.join(verbs)}"
        )
    if stack is None:
        return meant
    stacks = sorted({one.stack for one in meant if one.stack})
    inside = [one for one in meant if one.stack == stack]
    if not inside:
        allowed = ", ".join(stacks) or "no stack: leave --stack out"
        raise UnknownWord(f"{stack} has no {thing} to {verb}{did_you_mean(stack, stacks)}; it stands in {allowed}")
    return inside


def _subjects(graph: PolicyGraph, name: str) -> tuple[list[MatrixSubject], bool]:
    """The subjects that a name means, and whether it is that of somebody who assumes them."""
    listed = subjects(graph)
    wanted = name.strip().lower()
    bare = _ARTICLE.sub("", wanted)
    tests: tuple[Callable[[MatrixSubject], bool], ...] = (
        lambda one: wanted in (one.principal.lower(), _short(one.principal).lower(), one.label.lower()),
        lambda one: isinstance(one.kind, Outsider) and one.kind.value.startswith(wanted),
        lambda one: not isinstance(one.kind, Outsider) and bare in (one.kind.value, f"{one.kind.value}s"),
        lambda one: one.principal in graph.roles and (graph.roles[one.principal].user or "").lower() == bare,
    )
    for test in tests:
        found = [one for one in listed if test(one)]
        if found:
            return found, False
    assumed = [one for one in listed if wanted in map(str.lower, signs_in(graph, one))]
    if assumed:
        return assumed, True
    known = names(graph)
    roles = {_short(arn) for arn in graph.roles}
    others = ", ".join(one for one in known if one not in roles)
    raise UnknownWord(
        f"nobody is called {name!r}{did_you_mean(bare, known)}; give the name or ARN of a role, of who assumes one, "
        f"or one of {others}"
    )


def _short(arn: str) -> str:
    return arn.rpartition("/")[2]


def _plain(text: str) -> str:
    """Words in lower case, in the singular: `models bucket` and `Model Bucket` are one thing."""
    return " ".join(word.removesuffix("s") for word in re.split(r"[\s_-]+", text.strip().lower()))
