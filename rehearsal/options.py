"""The options of a rehearsal: what was typed, judged as a whole before anything begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.nearest import did_you_mean
from settings.metrics import ProblemType

YES = ("1", "yes", "true", "on")
NO = ("", "0", "no", "false", "off")
# What `problem` takes: a problem of the seed repository's contract, one of both classifications, or found from the
# target.
CLASSIFICATION, AUTO = "classification", "auto"
PROBLEMS = (*(str(each) for each in ProblemType), CLASSIFICATION, AUTO)
SABOTAGES = ("labels", "serving")
# What is tried once production serves: a module each in `rehearsal/scenarios`.
SCENARIOS = ("second-release", "bad-release")
# Variables of `make rehearse`, and options of `python -m rehearsal` in lower case.
VARIABLES = ("STACKS_ONLY", "PROJECT", "DATA", "TARGET", "PROBLEM", "SABOTAGE", "DOUBT", "LIFE", "SCENARIO")


class OptionError(Exception):
    """Options that cannot be used: each item is one line for whoever typed them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, kw_only=True)
class Options:
    """The command line, parsed. `folder` receives the report, `directory` holds the stack files.

    `project` is an id, None to choose one. `problem` is a word of PROBLEMS but for `auto`, None to find it from the
    target. `against`: whether every assumption about AWS fails.
    """

    directory: Path
    folder: Path
    stacks_only: bool = False
    destroy: bool = False
    project: str | None = None
    data: Path | None = None
    target: str | None = None
    problem: str | None = None
    sabotage: str | None = None
    life: str | None = None
    scenario: str | None = None
    against: bool = False


def parse(typed: Mapping[str, str | None], *, destroy: bool, directory: Path, folder: Path) -> Options:
    """Options from texts by the names of VARIABLES in lower case; None is what nobody typed.

    Raises OptionError with everything that is wrong with them.
    """
    text = {name.lower(): typed.get(name.lower()) or "" for name in VARIABLES}
    problems: list[str] = []
    stacks_only = _switch("STACKS_ONLY", text["stacks_only"], "", problems)
    life = _switch("LIFE", text["life"], "whole", problems)
    against = _switch("DOUBT", text["doubt"], "against", problems)
    sabotage = _word("SABOTAGE", text["sabotage"], SABOTAGES, problems)
    scenario = _word("SCENARIO", text["scenario"], SCENARIOS, problems)
    problem = _word("PROBLEM", text["problem"], PROBLEMS, problems)
    # A column may be named 0, and with it a file's target; alone it means no, as it does for every other variable.
    project, data = _unless_no(text["project"]), _unless_no(text["data"])
    target = text["target"] if data else _unless_no(text["target"])
    if bool(data) != bool(target):
        lacks = "TARGET" if data else "DATA"
        problems.append(f"{lacks} is missing: DATA and TARGET go together, the CSV file and its column to predict")
    if destroy and not stacks_only:
        problems.append("--destroy needs --stacks-only: what a journey leaves in buckets and registries stays")
    of_journey = {"PROJECT": project, "DATA": data, "TARGET": target, "PROBLEM": problem, "SABOTAGE": sabotage}
    given = [name for name, value in {**of_journey, "LIFE": life, "SCENARIO": scenario}.items() if value]
    if stacks_only and given:
        problems.append(f"STACKS_ONLY leaves out the journey, which {', '.join(given)} is about: say one of them")
    elif life and sabotage:
        problems.append("LIFE needs the journey to succeed: leave SABOTAGE out")
    if scenario and (life or sabotage):
        problems.append("SCENARIO goes on where the journey has succeeded: leave LIFE and SABOTAGE out")
    if problems:
        raise OptionError(problems)
    return Options(
        directory=directory,
        folder=folder,
        stacks_only=stacks_only,
        destroy=destroy,
        project=project or None,
        data=Path(data) if data else None,
        target=target or None,
        problem=None if problem == AUTO else problem,
        sabotage=sabotage,
        life="whole" if life else None,
        scenario=scenario,
        against=against,
    )


def _unless_no(text: str) -> str:
    """What was given, '' where that is a word for no: a file of such a name is given with its folder, as `./0`."""
    return "" if text.strip().lower() in NO else text


def _switch(name: str, text: str, own_word: str, problems: list[str]) -> bool:
    """Whether a switch is on; `own_word` switches it on beside the words for yes."""
    given = text.strip().lower()
    if given in NO:
        return False
    if given in YES or given == own_word:
        return True
    yes = [own_word, *YES] if own_word else YES
    problems.append(f"{name}={text}: allowed: {', '.join(yes)}; or for no {_no()}")
    return False


def _word(name: str, text: str, words: Sequence[str], problems: list[str]) -> str | None:
    """One of the words, None for no."""
    given = text.strip().lower()
    if given in NO:
        return None
    if given in words:
        return given
    problems.append(f"{name}={text}: allowed: {', '.join(words)}{did_you_mean(given, words)}; or for no {_no()}")
    return None


def _no() -> str:
    return f"{', '.join(word for word in NO if word)} or nothing"


def unknown_variables(names: Sequence[str]) -> list[str]:
    """What is wrong with variables of make that nobody reads: one line each, and one with those that there are."""
    lines = [f"{name}: `make rehearse` has no such variable{did_you_mean(name, VARIABLES)}" for name in names]
    return [*lines, f"It takes {', '.join(VARIABLES)}"]
