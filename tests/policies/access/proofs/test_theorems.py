"""The theorems of the example platform, and the actions that they speak of."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from policies.access.proofs.actions import action_classes
from policies.access.proofs.all import THEOREMS
from policies.access.proofs.theorem import Proof


def test_every_theorem_of_the_example_platform_is_proved(proofs: Sequence[Proof]) -> None:
    failed = {p.theorem.id: [(f.title, f.request) for f in p.outcome.findings] for p in proofs if not p.holds}
    assert not failed


def test_every_theorem_asks_the_solver_something(proofs: Sequence[Proof]) -> None:
    assert [proof.theorem.id for proof in proofs if not proof.outcome.queries] == []
    assert len({theorem.id for theorem in THEOREMS}) == len(THEOREMS)


def allow(*actions: str) -> dict[str, object]:
    """A policy that allows actions everywhere."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def test_actions_that_no_statement_tells_apart_are_one_class() -> None:
    assert len(action_classes([allow("s3:GetObject")], ["s3:*"])) == 2


def test_a_class_stands_for_actions_that_do_not_exist_yet() -> None:
    found = action_classes([allow("s3:Get*")], ["s3:*"])
    assert any(action.startswith("s3:get") for action in found)
    assert any(not action.startswith("s3:get") for action in found)


def test_where_policies_speak_of_everything_alone_there_is_an_action_to_ask_about() -> None:
    assert action_classes([allow("*")], ["*"])


def test_patterns_that_meet_have_a_class_in_common() -> None:
    found = action_classes([allow("codepipeline:*Execution", "codepipeline:Start*")], ["codepipeline:*"])
    assert any(action.startswith("codepipeline:start") and action.endswith("execution") for action in found)


WORDS = st.sampled_from(["Get", "Put", "Object", "Acl", "*", "?"])
PATTERNS = st.lists(WORDS, min_size=1, max_size=3).map(lambda parts: "s3:" + "".join(parts))


@given(
    st.lists(PATTERNS, min_size=1, max_size=4), st.lists(st.sampled_from(["Get", "Put", "Object", "Acl"]), max_size=3)
)
def test_every_action_within_a_family_belongs_to_a_class(patterns: list[str], words: list[str]) -> None:
    action = ("s3:" + "".join(words or ["Get"])).lower()
    plain = [pattern.lower() for pattern in patterns if pattern.count("*") + pattern.count("?") <= 1]
    signature = [fnmatch.fnmatchcase(action, pattern) for pattern in plain]
    found = action_classes([allow(*plain)] if plain else [], ["s3:*"])
    if all(pattern.endswith("*") or ("*" not in pattern and "?" not in pattern) for pattern in plain):
        assert signature in [[fnmatch.fnmatchcase(one, pattern) for pattern in plain] for one in found]
