"""The marks of actions: complete, each by one row, and about theorems and kinds of roles that there are."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import pytest

from policies.access.actions.classified import mark_of, rows_of
from policies.access.actions.levels import levels
from policies.access.actions.marks import Mark
from policies.access.actions.table import SERVICES
from policies.access.proofs.all import THEOREMS
from policies.access.proofs.escalation.facts import followed
from policies.documents.actions import DATA

KNOWN: dict[str, set[str]] = {
    service: {name.lower() for name in about["actions"]}
    for service, about in json.loads(DATA.read_text(encoding="utf-8"))["services"].items()
}


@pytest.mark.parametrize("service", sorted(KNOWN))
def test_every_action_of_a_service_has_been_looked_at(service: str) -> None:
    """Fails when a later version of the packages brings an action: read what it does, then add it to
    policies/access/actions/data/levels.json and, unless it looks or is denied, to policies/access/actions/table.py."""
    assert set(levels()[service]) == KNOWN[service]


def test_every_action_has_a_mark() -> None:
    unmarked = [f"{service}:{name}" for service in KNOWN for name in KNOWN[service] if not mark_of(f"{service}:{name}")]
    assert unmarked == []


def test_no_two_rows_speak_of_one_action() -> None:
    doubled = [
        f"{service}:{name}" for service in SERVICES for name in KNOWN[service] if len(list(rows_of(service, name))) > 1
    ]
    assert doubled == []


def test_every_pattern_of_a_row_speaks_of_an_action() -> None:
    idle = [
        f"{service}:{pattern}"
        for service, marks in SERVICES.items()
        for row in marks.rows
        for pattern in row.actions
        if not any(fnmatchcase(name, pattern) for name in KNOWN[service])
    ]
    assert idle == []


def test_every_theorem_that_bounds_an_action_is_proved_of_every_graph() -> None:
    named = {theorem for marks in SERVICES.values() for row in marks.rows for theorem in row.marked.theorems}
    assert named <= {theorem.id for theorem in THEOREMS}


def test_every_action_that_a_step_follows_exists() -> None:
    served = {action for action in followed() if action.partition(":")[0] in KNOWN}
    assert {action for action in served if action.partition(":")[2] not in KNOWN[action.partition(":")[0]]} == set()


@pytest.mark.parametrize(
    ("action", "mark"),
    [
        ("codebuild:startsandbox", Mark.FOLLOWED),
        ("ec2:getpassworddata", Mark.DENIED),
        ("iam:createinstanceprofile", Mark.DENIED),
        ("iam:listroles", Mark.HARMLESS),
        ("kms:decrypt", Mark.BOUNDED),
        ("lambda:getfunction", Mark.BOUNDED),
        ("macie2:getsensitivedataoccurrences", Mark.DENIED),
        ("s3:putobject", Mark.FOLLOWED),
        ("sagemaker:createpresignednotebookinstanceurl", Mark.FOLLOWED),
        ("secretsmanager:getsecretvalue", Mark.DENIED),
        ("sts:getsessiontoken", Mark.DENIED),
    ],
)
def test_what_an_action_does_decides_its_mark(action: str, mark: Mark) -> None:
    found = mark_of(action)
    assert found
    assert found.mark is mark


def test_an_action_that_nobody_has_looked_at_has_no_mark() -> None:
    assert mark_of("sagemaker:createsomethingnew") is None
