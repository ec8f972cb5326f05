"""What `make scenarios` does with scenarios that pass, fail and are stopped."""

from __future__ import annotations

import pytest

from rehearsal.options import SCENARIOS
from rehearsal.scenarios.__main__ import main
from rehearsal.scenarios.scenario import scenario


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_that_an_option_names_is_there_and_says_what_it_shows(name: str) -> None:
    assert scenario(name).summary


def test_one_that_fails_lets_the_others_run_and_is_named_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[str] = []

    def run(name: str) -> int:
        ran.append(name)
        return int(name == "b")

    assert main(["a", "b", "c"], run) == 1
    assert ran == ["a", "b", "c"]
    verdicts = [line.split()[:2] for line in capsys.readouterr().out.splitlines() if line.endswith(" s")]
    assert verdicts == [["passed", "a"], ["failed", "b"], ["passed", "c"]]


def test_whoever_stops_it_stops_all(capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[str] = []

    def run(name: str) -> int:
        ran.append(name)
        raise KeyboardInterrupt

    assert main(["a", "b"], run) == 1
    assert ran == ["a"]
    assert "stopped  a" in capsys.readouterr().out
