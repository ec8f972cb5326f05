"""A comparison in words: for a terminal, and as Markdown for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rehearsal.compare.blocks import Block, Heading, Item, Line
from rehearsal.compare.cost import Cost
from rehearsal.compare.cost_page import cost_blocks, cost_sentence
from rehearsal.compare.resource_page import resource_blocks, resource_sentence
from rehearsal.compare.resources import Change
from rehearsal.compare.rights import RightsChange
from rehearsal.compare.rights_page import rights_blocks, rights_sentence

# GitHub takes no longer comment. Source: GitHub's refusal, "Body is too long (maximum is 65536 characters)".
COMMENT_CHARACTERS = 65_536
_SIGNS = str.maketrans(
    {sign: f"\\{sign}" for sign in "\\`*_[]~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;"}
)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a change would do. `before` and `after` say what was compared; `notes` what a reader must know of it.

    `hidden` is how many resources have values that Pulumi keeps secret, and which are therefore not compared.
    """

    before: str
    after: str
    resources: Sequence[Change]
    rights: RightsChange
    cost: Cost
    hidden: int = 0
    notes: Sequence[str] = ()


def blocks(comparison: Comparison) -> Iterator[Block]:
    """The page, piece by piece: the gist first."""
    yield Heading(1, "What this change would do")
    yield Line(f"From {comparison.before} to {comparison.after}.")
    yield from (Item(note) for note in comparison.notes)
    yield Item(resource_sentence(comparison.resources))
    yield Item(rights_sentence(comparison.rights))
    yield Item(cost_sentence(comparison.cost))
    yield Heading(2, "Rights")
    yield from rights_blocks(comparison.rights)
    yield Heading(2, "Resources")
    yield from resource_blocks(comparison.resources, comparison.hidden)
    yield Heading(2, "Cost a month")
    yield from cost_blocks(comparison.cost)


def text(comparison: Comparison) -> str:
    """For a terminal: no markup, nothing cut."""
    return "\n".join(_plain(blocks(comparison))) + "\n"


def markdown(comparison: Comparison, most: int = COMMENT_CHARACTERS) -> str:
    """For a comment on a pull request, with whole lines at the end left out where it would be too long."""
    lines = list(_marked(blocks(comparison)))
    cut = "\n\n**Cut here: a comment holds no more. The whole page is that of `make compare`.**\n"
    if len("\n".join(lines)) + 1 <= most:
        return "\n".join(lines) + "\n"
    kept, length = [], len(cut)
    for line in lines:
        length += len(line) + 1
        if length > most:
            break
        kept.append(line)
    return "\n".join(kept) + cut


def _plain(page: Iterable[Block]) -> Iterator[str]:
    for block in page:
        if isinstance(block, Heading):
            yield from (
                ("", block.text, ("=" if block.level == 1 else "-") * len(block.text))
                if block.level < 3
                else (
                    "",
                    block.text,
                )
            )
        elif isinstance(block, Item):
            yield f"{'  ' * block.depth}- {block.text}"
        else:
            yield block.text


def _marked(page: Iterable[Block]) -> Iterator[str]:
    last: Block | None = None
    for block in page:
        if last is not None and not (isinstance(block, Item) and isinstance(last, Item)):
            yield ""
        if isinstance(block, Heading):
            yield f"{'#' * (block.level + 1)} {_escaped(block.text)}"
        elif isinstance(block, Item):
            yield f"{'  ' * block.depth}- {_escaped(block.text)}"
        else:
            yield _escaped(block.text)
        last = block


def _escaped(text: str) -> str:
    """Text whose signs Markdown would take for its own: names have `<`, `*` and `_`, values may have anything."""
    return text.translate(_SIGNS)
