"""Exemptions: who answers for a violation, until when, and what a wrong file is told."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.check import main
from policies.pack import exemptions
from policies.pack.evaluate import RuleFinding, Verdict, exempt, judge, stale
from policies.pack.exemptions import BadExemptions
from policies.pack.model import UNKNOWN, Exemption, StackResource
from policies.pack.rules import RULES, log_group
from tests.policies.pack.captured_files import LOG_GROUP, exported, record, written
from tests.policies.pack.pack_factories import KEY_ARN, make

TODAY = datetime.date(2026, 11, 21)
TOMORROW = TODAY + datetime.timedelta(days=1)
URN = f"urn:pulumi:dev::mlops-platform::{LOG_GROUP}::flow"
PATTERN = f"urn:pulumi:*::mlops-platform::{LOG_GROUP}::*"
REASON = "The archive keeps these events by law"
ENTRY: dict[str, Any] = {
    "rule": "LOG-01",
    "resource": URN,
    "owner": "ada@example.com",
    "reason": REASON,
    "expires": datetime.date(2027, 3, 31),
}


def file_of(folder: Path, *entries: object) -> Path:
    path = folder / "policy-exemptions.yaml"
    path.write_text(yaml.safe_dump({"exemptions": list(entries)}, sort_keys=False), encoding="utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(BadExemptions) as bad:
        exemptions.read(path, RULES, TODAY)
    return list(bad.value.problems)


def exemption(**changes: Any) -> Exemption:
    given = {"rule": "LOG-01", "resource": URN, "owner": "ada@example.com", "reason": REASON, "expires": TODAY}
    return Exemption(**{**given, **changes})


def forever(name: str = "flow", **props: Any) -> StackResource:
    return make(LOG_GROUP, name, kmsKeyId=KEY_ARN, **props)


def found(resource: StackResource) -> RuleFinding:
    return judge(log_group.RULE, resource, [resource])


def test_a_violation_is_excused_on_the_last_day_and_no_longer() -> None:
    exempted = exempt(found(forever()), [exemption()], TODAY)
    assert (exempted.verdict, exempted.exemption) == (Verdict.EXEMPTED, exemption())
    again = exempt(found(forever()), [exemption()], TOMORROW)
    assert again.verdict is Verdict.VIOLATED
    assert again.details == (
        "the log group keeps its events for ever",
        "the exemption that ada@example.com answers for expired on 2026-11-21: correct the resource or renew it",
    )


@pytest.mark.parametrize(
    ("rule", "resource", "covers"),
    [
        ("LOG-01", URN, True),
        ("LOG-01", PATTERN, True),
        ("LOG-01", f"urn:pulumi:d*::mlops-platform::{LOG_GROUP}::f*w", True),
        ("LOG-02", URN, False),
        ("LOG-01", URN + "s", False),
        ("LOG-01", URN.upper(), False),
        ("LOG-01", f"urn:pulumi:prod::mlops-platform::{LOG_GROUP}::*", False),
        ("LOG-01", "urn:pulumi:de.::mlops-platform::*::flow", False),
    ],
)
def test_an_exemption_is_for_its_rule_and_its_resources_alone(rule: str, resource: str, covers: bool) -> None:
    verdict = exempt(found(forever()), [exemption(rule=rule, resource=resource)], TODAY).verdict
    assert verdict is (Verdict.EXEMPTED if covers else Verdict.VIOLATED)


def test_one_exemption_that_holds_is_enough() -> None:
    over = exemption(expires=TODAY - datetime.timedelta(days=9), owner="grace@example.com")
    assert exempt(found(forever()), [over, exemption(resource=PATTERN)], TODAY).verdict is Verdict.EXEMPTED


def test_what_passes_or_is_not_decided_is_left_as_it_is() -> None:
    for resource in (forever(retentionInDays=30), forever(retentionInDays=UNKNOWN)):
        assert exempt(found(resource), [exemption()], TODAY) == found(resource)


def test_an_exemption_for_what_is_corrected_or_gone_is_stale() -> None:
    corrected = [found(forever(retentionInDays=30))]
    assert stale([exemption()], corrected, ["dev"], every_stack=False) == [exemption()]
    assert stale([exemption()], [], ["dev"], every_stack=False) == [exemption()]
    assert stale([exemption()], [found(forever())], ["dev"], every_stack=False) == []


def test_an_exemption_for_what_cannot_be_decided_is_not_stale() -> None:
    assert stale([exemption()], [found(forever(retentionInDays=UNKNOWN))], ["dev"], every_stack=True) == []


def test_an_exemption_of_another_stack_is_judged_with_the_whole_platform_only() -> None:
    other = exemption(resource=URN.replace(":dev:", ":prod:"))
    several = exemption(resource=PATTERN)
    assert stale([other, several], [], ["dev"], every_stack=False) == []
    assert stale([other, several], [], ["dev"], every_stack=True) == [other, several]


def test_a_file_is_read_and_no_file_is_none(tmp_path: Path) -> None:
    path = file_of(tmp_path, ENTRY)
    (read,) = exemptions.read(path, RULES, TODAY)
    assert read == exemption(expires=datetime.date(2027, 3, 31))
    assert exemptions.read(tmp_path / "none.yaml", RULES, TODAY) == ()


def test_an_expired_exemption_is_no_mistake_of_the_file(tmp_path: Path) -> None:
    path = file_of(tmp_path, {**ENTRY, "expires": datetime.date(2024, 1, 1)})
    assert exemptions.read(path, RULES, TODAY)[0].expired(TODAY)


@pytest.mark.parametrize(
    ("changes", "output"),
    [
        ({"rule": "LOG-1"}, "exemptions[0].rule is 'LOG-1', which no rule has (did you mean LOG-01?)"),
        ({"rule": 7}, "exemptions[0].rule is 7, allowed is the id of a rule"),
        (
            {"resource": "flow"},
            "exemptions[0].resource is 'flow', allowed is a URN: urn:pulumi:<stack>::mlops-platform",
        ),
        ({"resource": URN.replace("mlops-platform", "web-shop")}, "allowed is a URN"),
        ({"resource": PATTERN}, "exemptions[0].resource is a pattern; say in patternReason why it is for several"),
        (
            {"resource": "urn:pulumi:dev::mlops-platform::*::*", "patternReason": "All of them are for the archive"},
            "exemptions[0].resource is a pattern for every type; name the type",
        ),
        ({"owner": "Ada Lovelace"}, "exemptions[0].owner is 'Ada Lovelace', allowed is an e-mail address, or a team's"),
        ({"reason": "because"}, "exemptions[0].reason is 'because', allowed is a sentence of 20 characters or more"),
        ({"expires": "soon"}, "exemptions[0].expires is 'soon', allowed is a date such as 2027-03-31"),
        ({"expires": datetime.datetime(2030, 3, 31, 10, tzinfo=datetime.UTC)}, "allowed is a date such as 2027-03-31"),
        ({1: 2}, "exemptions[0] has the key 1, allowed are"),
        ({"expires": 20270331}, "exemptions[0].expires is 20270331, allowed is a date such as 2027-03-31"),
        (
            {"expires": datetime.date(2027, 12, 1)},
            "exemptions[0].expires is 2027-12-01, allowed is at most a year ahead: 2027-11-22 or earlier",
        ),
        (
            {"expiry": "2027-01-01"},
            "exemptions[0] has the key expiry, allowed are rule, resource, patternReason, owner",
        ),
    ],
)
def test_a_wrong_entry_is_told_what_is_allowed(tmp_path: Path, changes: dict[Any, Any], output: str) -> None:
    (problem,) = problems(file_of(tmp_path, {**ENTRY, **changes}))
    assert problem.startswith("policy-exemptions.yaml: ")
    assert output in problem


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    wrong = {**ENTRY, "rule": "LOG-99", "owner": "A B", "expires": datetime.date(2030, 1, 1)}
    path = file_of(tmp_path, wrong, {}, "x", ENTRY, ENTRY)
    output = problems(path)
    assert [problem.split(": ")[1].split(" ")[0] for problem in output] == [
        "exemptions[0].owner",
        "exemptions[0].rule",
        "exemptions[0].expires",
        *["exemptions[1]"] * 5,
        "exemptions[2]",
        "exemptions[4]",
    ]
    assert output[3] == "policy-exemptions.yaml: exemptions[1] has no rule; write the id of a rule"
    assert output[-1].endswith("is for the rule and resource of exemptions[3]; keep one of the two")


@pytest.mark.parametrize(
    ("content", "output"),
    [
        ("exemptions: [", "it cannot be read as YAML at line 1"),
        ("", "it must hold one key, exemptions"),
        ("exemptions: none", "exemptions must be a list"),
        ("exemptions: []\nmore: 1", "it must hold one key, exemptions"),
    ],
)
def test_a_file_in_another_form_is_told_so(tmp_path: Path, content: str, output: str) -> None:
    path = tmp_path / "policy-exemptions.yaml"
    path.write_text(content, encoding="utf-8")
    (problem,) = problems(path)
    assert output in problem


def checked(
    folder: Path, content: object, *entries: object, today: datetime.date = TODAY, more: tuple[str, ...] = ()
) -> int:
    exempting = str(file_of(folder, *entries))
    return main([written(folder / "stacks.json", content), "--exemptions", exempting, *more], today=today)


def test_the_check_lists_what_is_exempted_and_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, [record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN)], ENTRY) == 0
    output = capsys.readouterr().out
    assert f"::{LOG_GROUP}::flow\n    LOG-01 until 2027-03-31 (130 days left), ada@example.com: {REASON}" in output
    assert "0 violated, 0 unknown, 0 not applicable, 1 exempted" in output


def test_the_check_of_an_export_knows_exemptions_too(tmp_path: Path) -> None:
    assert checked(tmp_path, exported(record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN)), ENTRY) == 0


def test_the_check_fails_when_an_exemption_has_expired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = datetime.date(2027, 4, 1)
    assert checked(tmp_path, [record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN)], ENTRY, today=late) == 1
    output = capsys.readouterr().out
    assert "the exemption that ada@example.com answers for expired on 2027-03-31" in output
    assert output.splitlines()[-1] == "failed: 1 with an expired exemption"


def test_the_check_of_all_stacks_fails_for_an_exemption_of_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN, retentionInDays=30)
    elsewhere = {**ENTRY, "resource": URN.replace(":dev:", ":prod:")}
    assert checked(tmp_path, [right], elsewhere) == 1
    output = capsys.readouterr().out
    assert f"LOG-01 on {elsewhere['resource']}, of ada@example.com" in output
    assert output.splitlines()[-1] == "failed: 1 exemptions for nothing"
    assert checked(tmp_path, exported(right), elsewhere) == 0
    assert checked(tmp_path, exported(right), elsewhere, more=("--whole",)) == 1


def test_machines_are_told_of_exemptions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, [record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN)], ENTRY, more=("--json",)) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["findings"][0]["verdict"] == "exempted"
    assert report["findings"][0]["exemption"]["expires"] == "2027-03-31"


def test_a_wrong_file_ends_the_check_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, [record(LOG_GROUP, "flow")], {**ENTRY, "rule": "LOG-99", "owner": "A B"}) == 2
    output = capsys.readouterr().err.splitlines()
    assert [line.split(" is ")[0] for line in output] == [
        "error: policy-exemptions.yaml: exemptions[0].owner",
        "error: policy-exemptions.yaml: exemptions[0].rule",
    ]


def test_a_named_file_that_does_not_exist_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "stacks.json", [record(LOG_GROUP, "flow")])
    assert main([file, "--exemptions", str(tmp_path / "none.yaml")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def pasted(output: str) -> list[dict[str, Any]]:
    """The entries that a check printed, as YAML reads them below `exemptions:`."""
    keys = ("  - rule: ", *(f"    {key}: " for key in ("resource", "owner", "reason", "expires")))
    entries = [line for line in output.splitlines() if line.startswith(keys)]
    return list(yaml.safe_load("\n".join(["exemptions:", *entries]))["exemptions"])


def test_a_violation_comes_with_the_entry_that_exempts_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = [record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN), record(LOG_GROUP, "build", kmsKeyId=KEY_ARN)]
    assert checked(tmp_path, content) == 1
    entries = pasted(capsys.readouterr().out)
    assert [entry["resource"].rpartition("::")[2] for entry in entries] == ["flow", "build"]
    assert {entry["expires"] for entry in entries} == {datetime.date(2027, 2, 19)}
    assert [problem.split(" is ")[0].rpartition(".")[2] for problem in problems(file_of(tmp_path, entries[0]))] == [
        "owner",
        "reason",
    ]
    filled = [{**entry, "owner": "ada@example.com", "reason": REASON} for entry in entries]
    assert checked(tmp_path, content, *filled) == 0


def test_an_expired_exemption_is_renewed_and_not_written_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = [record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN)]
    assert checked(tmp_path, content, ENTRY, today=datetime.date(2027, 4, 1)) == 1
    output = " ".join(capsys.readouterr().out.split())
    assert "set expires of the entry for LOG-01" in output
    assert "- rule:" not in output


def test_a_rule_that_nobody_can_exempt_says_so_and_the_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    role = record("aws:iam/role:Role", "free", assumeRolePolicy='{"Version": "2012-10-17", "Statement": []}')
    assert checked(tmp_path, [role]) == 1
    output = " ".join(capsys.readouterr().out.split())
    assert "IAM-07 is not exempted, and policy-exemptions.yaml must not name it" in output
    assert "rule: IAM-07" not in output
    (problem,) = problems(file_of(tmp_path, {**ENTRY, "rule": "IAM-07", "resource": role["urn"]}))
    assert "exemptions[0].rule is 'IAM-07', which nobody can exempt" in problem


@pytest.mark.parametrize(("days", "warned"), [(31, False), (30, True), (0, True)])
def test_an_exemption_that_ends_within_thirty_days_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], days: int, warned: bool
) -> None:
    today = ENTRY["expires"] - datetime.timedelta(days=days)
    assert checked(tmp_path, [record(LOG_GROUP, "flow", kmsKeyId=KEY_ARN)], ENTRY, today=today) == 0
    assert (f"warning: LOG-01 on {URN} ends on 2027-03-31" in capsys.readouterr().out) is warned


@pytest.mark.parametrize(
    ("content", "output"),
    [
        ("exemptions:\n  - rule: LOG-01\n    rule: LOG-02\n", "exemptions[0].rule stands twice, in lines 2 and 3"),
        ("exemptions: []\nexemptions: []\n", "exemptions stands twice, in lines 1 and 2"),
        ("exemptions:\n  - expires: 2027-02-30\n", "day is out of range for month"),
        ("exemptions: &all [*all]\n", "exemptions[0] is not a mapping"),
    ],
)
def test_what_yaml_would_read_without_a_word_is_refused(tmp_path: Path, content: str, output: str) -> None:
    path = tmp_path / "policy-exemptions.yaml"
    path.write_text(content, encoding="utf-8")
    assert output in "\n".join(problems(path))


def test_a_file_under_the_other_ending_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "policy-exemptions.yml").write_text("exemptions: []", encoding="utf-8")
    assert problems(tmp_path / "policy-exemptions.yaml") == [
        "policy-exemptions.yml: nobody reads it; call it policy-exemptions.yaml, or move what it holds there"
    ]
