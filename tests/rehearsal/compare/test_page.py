"""The page for people, for a pull request and for programs."""

from __future__ import annotations

import json
from pathlib import Path

from rehearsal.compare.as_json import as_json
from rehearsal.compare.capture import Captured, Side
from rehearsal.compare.cost import compare_cost
from rehearsal.compare.drawn_ids import DrawnIds
from rehearsal.compare.page import Comparison, markdown, text
from rehearsal.compare.resources import compare_resources
from rehearsal.compare.rights import compare_rights
from tests.rehearsal.compare.samples import NAT, QUEUE, resource
from tests.rehearsal.compare.test_rights import rights


def comparison(before: list[Captured], after: list[Captured]) -> Comparison:
    sides = [Side(path=Path(), resources=each, ids=DrawnIds({})) for each in (before, after)]
    return Comparison(
        before="main",
        after="the working tree",
        resources=compare_resources(before, after),
        rights=compare_rights(rights(), rights()),
        cost=compare_cost(*sides),
        hidden=3,
    )


def test_the_gist_stands_first() -> None:
    lines = text(comparison([resource("old")], [resource("nat", NAT)])).splitlines()
    assert lines[3:7] == [
        "From main to the working tree.",
        "- Resources: 1 comes, 1 goes",
        "- Rights: nothing changes in the access matrix, in trust policies and theorems",
        "- Cost: +$32.85 a month, whatever is used; new, and billed by use: NAT gateways",
    ]


def test_what_is_not_compared_is_said() -> None:
    assert "3 resources hold values that Pulumi keeps secret" in text(comparison([], []))


def test_markdown_takes_no_sign_of_a_value_for_its_own() -> None:
    page = markdown(comparison([], [resource("a_b*<script>@team")]))
    assert "a\\_b\\*&lt;script&gt;&#64;team" in page
    assert "<script>" not in page


def test_a_comment_is_never_longer_than_it_may_be_and_says_that_it_is_cut() -> None:
    many = [resource(f"queue-{n}", QUEUE) for n in range(300)]
    page = markdown(comparison([], many), most=2000)
    assert len(page) <= 2000
    assert page.rstrip().endswith("The whole page is that of `make compare`.**")
    assert "Cut here" not in markdown(comparison([], many))


def test_json_has_long_values_whole() -> None:
    value = "x" * 1000
    found = comparison([resource("queue", inputs={"policy": "short"})], [resource("queue", inputs={"policy": value})])
    assert "(1000 characters, whole with --json)" in text(found)
    [change] = json.loads(json.dumps(as_json(found)))["resources"]
    assert change["properties"] == [{"path": "policy", "before": "short", "after": value}]
    assert change["what"] == "change"
