"""Who judges a folder of stack files: the settings check first, then everything that would refuse it later.

The later ones are the same code that `make check` runs: the rehearsal of all stacks, with each request decided by the
policies that were built, the policy pack, the review of access with its proofs, and what AWS publishes of resources.
"""

from __future__ import annotations

import contextlib
import io
import json
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import yaml

from policies import check as pack
from policies.access import review
from policies.access.defects import defects
from policies.access.graph import read_graph
from policies.pack.captured import read
from rehearsal.environment import RehearsalEnvironment
from rehearsal.options import Options
from rehearsal.run import rehearse
from settings.check import check
from settings.problems import SettingsProblem
from tests.example_files import EXEMPTIONS
from tests.generated_settings.laws import broken_laws

LINES = 12


@dataclass(frozen=True)
class Miss:
    """What a later judge refuses although the check accepted it; or what the check itself does wrong."""

    judge: str
    text: str

    def __str__(self) -> str:
        return f"{self.judge}: {self.text}"


def problems_of(directory: Path) -> tuple[list[SettingsProblem], list[Miss]]:
    """What the check says of a folder, and what is wrong with how it says it."""
    try:
        problems = check(directory)
    except Exception:
        return [], [Miss("check", f"raises\n{traceback.format_exc()}")]
    return problems, [
        Miss("check", f"has no place in a file: {problem}")
        for problem in problems
        if not _has_place(directory, problem)
    ]


def _has_place(directory: Path, problem: SettingsProblem) -> bool:
    """Whether a message says file and line; a key that is not in its file has no line."""
    if not (directory / problem.file).exists() or problem.line is not None:
        return problem.line is not None or not problem.key
    config = yaml.safe_load((directory / problem.file).read_text(encoding="utf-8")).get("config", {})
    first = problem.key.partition(".")[0].partition("[")[0]
    return f"mlops-platform:{first}" not in config


def later_refusals(
    directory: Path, folder: Path, seconds: dict[str, float] | None = None, *, looks_again: bool = True
) -> list[Miss]:
    """What anybody says against a folder that the check accepted; `folder` receives what is built.

    `looks_again`: whether the rehearsal asks AWS for each thing once more after it was made.
    """
    spent = seconds if seconds is not None else {}
    resources = folder / "resources.json"
    with nullcontext() if looks_again else patch.object(RehearsalEnvironment, "missing", lambda *_: []):
        found = list(_timed(spent, "rehearsal", lambda: _rehearsal(directory, folder)))
    if not found and resources.exists():
        found += _timed(spent, "pack", lambda: _pack(directory, resources))
        found += _timed(spent, "access", lambda: _access(resources))
        found += _timed(spent, "laws", lambda: [Miss("laws", text) for text in broken_laws(resources)])
    return found


def _timed(seconds: dict[str, float], judge: str, ask: Callable[[], list[Miss]]) -> list[Miss]:
    began = time.monotonic()
    try:
        return ask()
    except Exception:
        return [Miss(judge, f"raises\n{traceback.format_exc()}")]
    finally:
        seconds[judge] = seconds.get(judge, 0) + time.monotonic() - began


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    said = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        warnings.simplefilter("ignore")
        yield said


def _rehearsal(directory: Path, folder: Path) -> list[Miss]:
    with _quiet() as said:
        status = rehearse(Options(directory=directory, folder=folder, stacks_only=True), time.monotonic())
    if status == 0:
        return []
    report = folder / "report.json"
    decided = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    return [Miss("rehearsal", decided.get("problem") or _end(said.getvalue()))]


def _pack(directory: Path, resources: Path) -> list[Miss]:
    with _quiet() as said:
        status = pack.main([str(resources), "--settings", str(directory), "--exemptions", str(EXEMPTIONS)])
    return [] if status == 0 else [Miss("pack", _end(said.getvalue()))]


def _access(resources: Path) -> list[Miss]:
    graph, stacks = read_graph(resources), read(resources)
    found = [Miss("access", text) for text in defects(graph)]
    return found or [Miss("access", str(problem)) for problem in review.review(graph, stacks).problems()]


def _end(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("✓") and line.strip()]
    return "\n".join(lines[-LINES:])
