"""The summary that a rehearsal prints at its end, as a picture of a terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from rehearsal.authorization.unused import Unused
from rehearsal.authorization.verdict import Access
from rehearsal.console import ConsoleProgress
from rehearsal.report import JourneyStep, RehearsalReport

COLUMNS = 120
TITLE = "make rehearse"

# Readable on paper of its own: background, text, then the eight colours of a terminal.
THEME = TerminalTheme(
    (31, 36, 48),
    (220, 223, 228),
    [
        *((40, 44, 52), (224, 108, 117), (125, 196, 110), (229, 192, 123)),
        *((97, 175, 239), (198, 120, 221), (86, 182, 194), (220, 223, 228)),
    ],
)

# rich's own form without its web fonts, which an image on a page may not fetch.
FORM = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>The summary of a rehearsal</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: system-ui, "DejaVu Sans", sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


class NotPassed(ValueError):
    """A rehearsal that failed, was sabotaged, or brought the stacks up only, is no example."""


class WrappedLines(ConsoleProgress):
    """Prints lines as a terminal shows them: wrapped to its width, the status of a step in colour."""

    def print_line(self, text: str, style: str | None = None) -> None:
        """Print text; a step that passed is green in its first word."""
        line = Text(text, style=style or "")
        if not style and text.startswith("passed "):
            line.stylize("green", 0, len("passed"))
        self.console.print(line)


def draw(folder: Path) -> str:
    """The picture of the rehearsal in `folder`; NotPassed if it is no example of a whole one that passed."""
    report = _read(folder / "report.json")
    if not report.passed or not report.journey or report.sabotage:
        raise NotPassed(
            f"the rehearsal in {folder} did not pass as a whole, unspoilt: run `make rehearse`, then this again"
        )
    console = Console(record=True, width=COLUMNS, highlight=False, force_terminal=True, file=io.StringIO())
    report.print_summary(WrappedLines(console), Path("build/rehearsal"))
    return console.export_svg(title=TITLE, theme=THEME, code_format=FORM, unique_id="rehearsal")


def _read(path: Path) -> RehearsalReport:
    """The report that was written to `path`."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    passed, access = content.pop("passed"), content.pop("access")
    if not passed:
        return RehearsalReport(problem="failed")
    steps = [JourneyStep(**step) for step in content.pop("journey")]
    return RehearsalReport(**content, journey=steps, access=_access(access))


def _access(section: dict[str, Any]) -> Access:
    """The part `access` of a report that passed, which therefore has no refusals."""
    unused = tuple(Unused(**rights) for rights in section["unused"])
    return Access(section["requests"], section["questions"], refusals=(), unmapped=(), unused=unused)
