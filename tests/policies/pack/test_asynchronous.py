"""The tables of asynchronous deliveries know every type of the provider that has a place for what it cannot deliver."""

from __future__ import annotations

import re
from pathlib import Path

import pulumi_aws

from policies.pack.asynchronous import JUDGED, KEEP_NOTHING, KEPT_AT, OTHER

_TYPE = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
# Inputs that hold such a place, by their names in the provider; `destination_config` is Lambda's.
_PLACE = re.compile(r"^\s+(?:\w*dead_letter\w*|redrive_\w+|destination_config):", re.MULTILINE)


def types_with_a_place() -> set[str]:
    found = set()
    for path in Path(str(pulumi_aws.__file__)).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8") if not path.name.startswith("_") else ""
        made = _TYPE.search(text)
        if made and _PLACE.search(text):
            found.add(made[1])
    return found


def test_every_type_that_has_a_place_is_known() -> None:
    known = {*KEPT_AT, *JUDGED, *KEEP_NOTHING, *OTHER}
    assert types_with_a_place() - known == set()


def test_a_type_stands_in_one_table() -> None:
    tables = [*KEPT_AT, *JUDGED, *KEEP_NOTHING, *OTHER]
    assert len(tables) == len(set(tables))


def test_the_provider_is_read() -> None:
    assert {
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:sns/topicSubscription:TopicSubscription",
    } <= types_with_a_place()
