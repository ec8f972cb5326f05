"""`docs/assumptions.md`, from the register and from the answers that probes gave."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from assumptions.assumption import Assumption, Probe

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "assumptions.md"
# Written by `make probe`: assumption -> answer, evidence, account's region and day.
ANSWERS = Path(__file__).parent / "answers.json"

_INTRODUCTION = """\
What no source settles about AWS, what leans on it, and what the platform does whichever way it falls.
`make rehearse DOUBT=against` lets every assumption fail at once, and the journey passes; `make probe STACK=…` settles
them in a real account. Written by `python -m assumptions write`; edit `assumptions/entries/`.
"""


def answers(path: Path = ANSWERS) -> Mapping[str, Mapping[str, str]]:
    """What probes have found so far, by assumption."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def page(register: Sequence[Assumption], found: Mapping[str, Mapping[str, str]]) -> str:
    """The whole page. Its first line says whether a fact may go against the platform."""
    broken = [assumption.name for assumption in register if not assumption.holds_both_ways]
    settled = [assumption.name for assumption in register if assumption.name in found]
    if broken:
        first = (
            f"{len(broken)} of {len(register)} assumptions have no design that holds both ways: {', '.join(broken)}."
        )
    else:
        first = f"{len(register)} assumptions; the platform works whichever way each of them falls."
    lines = [first, f"{len(settled)} settled by a probe so far.", "", "# Assumptions about AWS", "", _INTRODUCTION]
    for assumption in register:
        lines += _section(assumption, found.get(assumption.name))
    return "\n".join(lines).rstrip() + "\n"


def _needs(probe: Probe) -> str:
    rights = ", ".join(f"`{action}`" for action in sorted({*probe.needs}))
    return f"; whoever runs it is allowed {rights}" if rights else ""


def _section(assumption: Assumption, answer: Mapping[str, str] | None) -> list[str]:
    probe = assumption.probe
    settled = f"{answer['answer']} ({answer['region']}, {answer['day']}): {answer['evidence']}" if answer else "not yet"
    experiment = (
        f"in a {' or '.join(probe.kinds)} stack, at most {probe.price:.2f} USD and {probe.minutes} minutes"
        + _needs(probe)
        if probe
        else f"none. {assumption.no_probe}"
    )
    return [
        f"## {assumption.name}",
        "",
        assumption.question,
        "",
        "| | |",
        "|---|---|",
        f"| if it holds | {assumption.if_it_holds} |",
        f"| if it fails | {assumption.if_it_fails} |",
        f"| {'design' if assumption.holds_both_ways else '**no design holds both ways**'} | {assumption.design} |",
        f"| what leans on it | {', '.join(f'`{place}`' for place in assumption.leans_on)} |",
        f"| read without finding it | {'; '.join(assumption.sources)} |",
        f"| probe | {experiment} |",
        f"| settled | {settled} |",
        "",
    ]
