"""Pages of jobs, read as what they are: sections with edits to files, commands, and what the commands say.

What a page says of a block stands in the page itself, so that readers see it too:

- `yaml`, and its first line a comment with a file's name, such as `# Pulumi.dev.yaml`: what stands in that file, below
  `config:` in a stack file. Mappings merge, lists and all else replace. `# Pulumi.*.yaml` speaks of each such file.
- `diff` with such a comment: lines that go and lines that come.
- `toml` with such a comment: values of a file that a team's own repository has.
- `sh`: commands, one a line.
- `text`: lines of what the local commands before it say; `…` stands for anything.

A section that begins `Starts from [another](#another)` goes on from the other's edits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.example_files import ROOT

INDEX = ROOT / "docs" / "tasks.md"
FOLDER = ROOT / "docs" / "tasks"
EDITS = ("yaml", "diff", "toml")
_FENCE = re.compile(r"^(\s*)```(\w*)\s*$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its lines, and the line of the page that it begins on."""

    language: str
    lines: tuple[str, ...]
    line: int

    @property
    def file(self) -> str:
        """The file that an edit speaks of: its first line says it."""
        return self.lines[0].removeprefix("# ").split()[0] if self.lines and self.lines[0].startswith("# ") else ""

    @property
    def body(self) -> tuple[str, ...]:
        """The lines of an edit without the one that names the file."""
        return self.lines[1:]


@dataclass(frozen=True)
class Section:
    """One job: its heading, its page, the words between its blocks, and the blocks."""

    page: Path
    title: str
    words: str
    blocks: tuple[Block, ...]

    @property
    def anchor(self) -> str:
        """What a link to the heading ends with, as GitHub makes it."""
        return re.sub(r"[^\w\- ]", "", self.title.lower()).replace(" ", "-")

    @property
    def starts_from(self) -> str | None:
        """The job whose edits are made before, where the section says so."""
        match = re.search(r"^Starts from \[([^\]]+)\]\(#", self.words, re.M)
        return match[1] if match else None


def commands_of(block: Block) -> list[str]:
    """Commands of a block, where a backslash goes on in the next line. Comments are left out, but for the day on which
    a check is made: `make check   # on 2027-01-15`."""
    text = "\n".join(block.lines).replace("\\\n", " ")
    lines = (re.sub(r"\s+#(?! on \d).*", "", line).strip() for line in text.splitlines())
    return [" ".join(line.split()) for line in lines if line and not line.startswith("#")]


def sections(page: Path) -> list[Section]:
    """The jobs of a page: every heading of the second level."""
    found: list[Section] = []
    title, words, blocks = "", [""], list[Block]()
    fence: tuple[str, int, list[str]] | None = None
    for number, line in enumerate([*page.read_text(encoding="utf-8").splitlines(), "## "], start=1):
        match = _FENCE.match(line)
        if fence is None and match:
            fence = (match[2], number, [])
        elif fence and match:
            blocks.append(Block(fence[0], tuple(fence[2]), fence[1]))
            fence = None
        elif fence:
            fence[2].append(line)
        elif line.startswith("## "):
            if title:
                found.append(Section(page, title, "\n".join(words), tuple(blocks)))
            title, words, blocks = line[3:].strip(), [], []
        else:
            words.append(line)
    assert fence is None, f"{page.name}: the block that begins on line {fence and fence[1]} never ends"
    return found


def all_sections() -> list[Section]:
    """Every job of every page."""
    return [section for page in sorted(FOLDER.glob("*.md")) for section in sections(page)]


def section(title: str) -> Section:
    """The job of a title."""
    return next(found for found in all_sections() if found.title == title)
