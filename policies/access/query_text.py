"""Answers of `who-can` and `what-can` as lines for people and as JSON. No ARN is cut."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from policies.access.graph import PolicyGraph
from policies.access.matrix.cells import Cell
from policies.access.matrix.subjects import MatrixSubject, Outsider
from policies.access.queries import Right, WhatCan, WhoCan, may_assume, signs_in

_FROM = {
    Cell.ANYWHERE: "from anywhere",
    Cell.INSIDE: "from inside its own VPC alone",
    Cell.OUTSIDE: "from outside its VPC alone",
}


def who_can_lines(graph: PolicyGraph, answer: WhoCan) -> Iterator[str]:
    """For each column that was meant: everybody, from where, by which statements, and who assumes the role."""
    for column in answer.columns:
        able = [right for right in answer.rights if right.capability is column]
        yield f"{column.section} - {column.column}{'' if able else ': nobody'}"
        for right in able:
            yield f"  {_called(right.subject)}, {_where(right)}"
            yield from _reasons(right)
            yield from _assumed_by(graph, right.subject)


def what_can_lines(graph: PolicyGraph, name: str, answer: WhatCan) -> Iterator[str]:
    """For everybody who was meant, and the roles that they may assume: what they can do, by which statements."""
    if answer.through:
        yield f"{name} can do what the roles can that it may assume, {len(answer.subjects)} in all:"
    for subject in (*answer.subjects, *answer.assumed):
        yield _called(subject)
        yield from _assumed_by(graph, subject)
        if subject.works_on:
            yield f"    own projects: {', '.join(subject.works_on)}"
        yield from (f"    may assume {arn}" for arn in may_assume(graph, subject))
        able = [right for right in answer.rights if right.subject is subject]
        if not able:
            yield "  nothing that the access matrix asks about"
        for section, rights in _by(able, lambda right: right.capability.section):
            yield f"  {section}"
            for right in rights:
                yield f"    {right.capability.column}, {_where(right)}"
                yield from (f"  {line}" for line in _reasons(right))


def who_can_json(graph: PolicyGraph, answer: WhoCan) -> list[dict[str, Any]]:
    """A list of columns, each with everybody who can: `who` is empty where nobody can."""
    return [
        {
            **_column_json(column.section, column.verb, column.target, column.stack),
            "who": [
                {**_subject_json(graph, right.subject), **_right_json(right)}
                for right in answer.rights
                if right.capability is column
            ],
        }
        for column in answer.columns
    ]


def what_can_json(graph: PolicyGraph, answer: WhatCan) -> list[dict[str, Any]]:
    """A list of those who were meant, then of the roles that they may assume, each with everything that it can do."""
    return [
        {
            **_subject_json(graph, subject),
            "mayAssume": may_assume(graph, subject),
            "can": [
                {
                    **_column_json(one.section, one.verb, one.target, one.stack),
                    **_right_json(right),
                }
                for right in answer.rights
                for one in [right.capability]
                if right.subject is subject
            ],
        }
        for subject in (*answer.subjects, *answer.assumed)
    ]


def _column_json(section: str, verb: str, target: str, stack: str) -> dict[str, Any]:
    return {"section": section, "verb": verb, "target": target, "stack": stack}


def _subject_json(graph: PolicyGraph, subject: MatrixSubject) -> dict[str, Any]:
    return {
        "subject": subject.label,
        "kind": subject.kind.value,
        "principal": subject.principal,
        "account": subject.account,
        "assumedBy": signs_in(graph, subject),
        "ownProjects": list(subject.own_projects),
    }


def _right_json(right: Right) -> dict[str, Any]:
    return {"from": right.cell.value, "projects": right.note, "because": list(right.because)}


def _called(subject: MatrixSubject) -> str:
    if isinstance(subject.kind, Outsider):
        where = f" {subject.account_name}" if subject.kind is Outsider.ACCOUNT_ADMINISTRATOR else ""
        return f"{subject.label}{where}"
    return f"{subject.principal} ({subject.kind.value}, {subject.account_name})"


def _where(right: Right) -> str:
    return ", ".join(filter(None, (_FROM[right.cell], right.note)))


def _reasons(right: Right) -> Iterator[str]:
    for reason in right.because:
        yield f"    {reason}"


def _assumed_by(graph: PolicyGraph, subject: MatrixSubject) -> Iterator[str]:
    trusted = signs_in(graph, subject)
    if trusted:
        yield f"    assumed by {', '.join(trusted)}"


def _by(rights: Sequence[Right], key: Callable[[Right], str]) -> Iterator[tuple[str, list[Right]]]:
    for name, members in itertools.groupby(rights, key=key):
        yield name, list(members)
