"""What the settings check accepts of generated folders, nothing refuses later.

A run of the tests is bounded: the check alone on 300 folders, all later judges on three of those that it accepts, the
ones with the most changes, in about a minute on two cores. `python -m tests.generated_settings --count 300` judges all
of them, which takes an hour.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from settings.problems import SettingsProblem
from tests.generated_settings import campaign as campaign_module
from tests.generated_settings import judges
from tests.generated_settings.campaign import Campaign, generate
from tests.generated_settings.changes import Change, changed, example, write
from tests.generated_settings.fields import setting
from tests.generated_settings.judges import Miss, later_refusals, problems_of
from tests.generated_settings.laws import broken_laws

COUNT, SEED = 300, 20
WHOLE = 3


@pytest.fixture(scope="module")
def drawn() -> list[list[Change]]:
    return generate(COUNT, SEED)


def test_the_check_raises_nothing_says_where_and_accepts_enough_to_be_judged(
    drawn: list[list[Change]], tmp_path: Path
) -> None:
    campaign = Campaign(tmp_path, later=False)
    for number, changes in enumerate(drawn):
        campaign.judge(number, changes)
    assert not campaign.misses, "\n".join(campaign.summary())
    assert campaign.accepted >= COUNT / 3
    assert campaign.refused >= 0.1 * COUNT


def test_what_the_check_accepts_passes_rehearsal_pack_proofs_and_laws(
    drawn: list[list[Change]], tmp_path: Path
) -> None:
    judged = 0
    for number, changes in sorted(enumerate(drawn), key=lambda each: -len(each[1])):
        directory = tmp_path / str(number)
        write(changed(changes), directory)
        if problems_of(directory)[0]:
            continue
        misses = later_refusals(directory, tmp_path / "built")
        assert not misses, "\n".join([*map(repr, changes), *map(str, misses)])
        judged += 1
        if judged == WHOLE:
            return
    pytest.fail(f"only {judged} folders were accepted")


def test_a_miss_is_told_with_the_fewest_changes_that_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(directory: Path, *_: object, **__: object) -> list[Miss]:
        text = (directory / "Pulumi.dev.yaml").read_text(encoding="utf-8")
        return [Miss("rehearsal", "the owner is refused")] if "owner: nobody" in text else []

    monkeypatch.setattr(campaign_module, "later_refusals", refusal)
    changes = [setting("dev", ("tags", "owner"), owner) for owner in ("somebody", "nobody")]
    changes.append(setting("prod", ("tags", "owner"), "somebody"))
    campaign = Campaign(tmp_path)
    campaign.judge(7, changes)
    [(number, fewest, _)] = campaign.misses
    assert (number, fewest) == (7, [changes[1]])
    assert 'changed: dev: tags.owner = "nobody"' in "\n".join(campaign.summary())


def test_a_message_without_a_place_is_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(example(), tmp_path)
    lost = SettingsProblem(file="Pulumi.dev.yaml", key="tags.owner", message="is wrong")
    monkeypatch.setattr(judges, "check", lambda _: [lost])
    assert [miss.judge for miss in problems_of(tmp_path)[1]] == ["check"]
    monkeypatch.setattr(judges, "check", lambda _: [replace(lost, line=3)])
    assert problems_of(tmp_path)[1] == []


@pytest.mark.parametrize(
    ("type_", "inputs", "part"),
    [
        ("aws:iam/role:Role", {"name": "r" * 65}, "RoleName = 'rrrr"),
        ("aws:iam/role:Role", {"maxSessionDuration": 60}, "MaxSessionDuration = 60 is outside 3600 to 43200"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "a b"}, "does not match"),
        ("aws:sqs/queue:Queue", {"name": "q", "sqsManagedSseEnabled": True}, None),
    ],
)
def test_what_aws_publishes_of_a_resource_is_held_against_it(
    tmp_path: Path, type_: str, inputs: dict[str, object], part: str | None
) -> None:
    made = {"type": type_, "custom": True, "inputs": inputs, "stack": "dev", "urn": "a::b", "id": "", "name": "b"}
    path = tmp_path / "resources.json"
    path.write_text(json.dumps([made]), encoding="utf-8")
    found = broken_laws(path)
    assert (part is None) is (found == [])
    assert part is None or part in found[0]


def test_two_stacks_that_make_one_thing_break_a_law(tmp_path: Path) -> None:
    made = {"type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {}, "urn": "a::b", "id": "one", "name": "b"}
    both = [
        made | {"stack": stack, "account": account, "region": "eu-west-1"}
        for stack, account in (("dev", "1"), ("prod", "2"))
    ]
    path = tmp_path / "resources.json"
    path.write_text(json.dumps(both), encoding="utf-8")
    assert broken_laws(path) == ["dev/b and prod/b are one and the same aws:s3/bucket:Bucket: one"]
