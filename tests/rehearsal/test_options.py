"""What was typed is judged as a whole before anything begins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.__main__ import run
from rehearsal.options import NO, PROBLEMS, VARIABLES, YES, OptionError, Options, parse


def options(**typed: str) -> Options:
    return parse(typed, destroy=False, directory=Path(), folder=Path("build"))


def refusal(**typed: str) -> list[str]:
    with pytest.raises(OptionError) as caught:
        options(**typed)
    return caught.value.problems


@pytest.mark.parametrize("word", [*NO, "No", "FALSE"])
def test_words_for_no_switch_everything_off(word: str) -> None:
    assert options(stacks_only=word, doubt=word, life=word, sabotage=word, problem=word) == options()


@pytest.mark.parametrize("word", [*NO, "No", "FALSE"])
def test_words_for_no_choose_neither_project_nor_data(word: str) -> None:
    assert options(project=word, data=word, target=word) == options()
    assert refusal(data=word, target="y")[0].startswith("DATA is missing")


def test_a_column_may_be_named_0_and_a_file_given_with_its_folder_too() -> None:
    assert options(data="./0", target="0") == replace(options(), data=Path("0"), target="0")


@pytest.mark.parametrize("word", YES)
def test_words_for_yes_switch_on(word: str) -> None:
    assert options(stacks_only=word).stacks_only
    assert options(doubt=word).against
    assert options(life=word).life == "whole"


def test_own_words_switch_on() -> None:
    assert options(doubt="against").against
    assert options(life="whole").life == "whole"
    assert options(sabotage="serving").sabotage == "serving"


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_documented_problem_is_taken(problem: str) -> None:
    assert options(problem=problem).problem == (None if problem == "auto" else problem)


def test_other_words_are_refused_with_those_allowed() -> None:
    assert refusal(problem="clasification") == [
        "PROBLEM=clasification: allowed: regression, binary, multiclass, classification, auto "
        "(did you mean classification?); or for no 0, no, false, off or nothing"
    ]
    assert refusal(life="long") == [
        "LIFE=long: allowed: whole, 1, yes, true, on; or for no 0, no, false, off or nothing"
    ]
    assert refusal(sabotage="1")[0].startswith("SABOTAGE=1: allowed: labels, serving;")
    assert refusal(stacks_only="maybe")[0].startswith("STACKS_ONLY=maybe: allowed: 1, yes, true, on;")


def test_data_and_target_go_together() -> None:
    assert refusal(data="d.csv")[0].startswith("TARGET is missing")
    assert refusal(target="y")[0].startswith("DATA is missing")


def test_what_is_about_the_journey_needs_it() -> None:
    assert refusal(stacks_only="1", sabotage="labels", project="p") == [
        "STACKS_ONLY leaves out the journey, which PROJECT, SABOTAGE is about: say one of them"
    ]
    assert refusal(life="whole", sabotage="labels") == ["LIFE needs the journey to succeed: leave SABOTAGE out"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(refusal(problem="x", life="y", data="d.csv")) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--unknown=TARGTE"], "TARGTE: `make rehearse` has no such variable (did you mean TARGET?)\nIt takes "),
        (["--unknown=CI"], f"CI: `make rehearse` has no such variable\nIt takes {', '.join(VARIABLES)}\n"),
        (["--stacks-only=x"], "STACKS_ONLY=x: allowed: "),
        (["--stacks-only", "--project=p"], "STACKS_ONLY leaves out the journey"),
        (["--destroy", "--stacks-only=0"], "--destroy needs --stacks-only"),
    ],
)
def test_the_command_line_refuses_in_plain_lines(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(said)
