"""A stack file as plain values, with the line that each of them is in.

The reader follows the Pulumi CLI (gopkg.in/yaml.v3), not YAML 1.1: `yes` is text, and 012345678901 is a number.
Source: what the CLI 3.272 hands to a program.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from catalog.nearest import nearest
from settings.letters import named, unseen
from settings.problems import SettingsError, SettingsProblem, shown

KeyPath: TypeAlias = tuple[str | int, ...]
DEEPEST = 12
LARGEST = 256 * 1024  # bytes; a stack file has some hundred
TAG = re.compile(r"tag:yaml\.org,2002:(str|int|float|bool|null|timestamp|map|seq|value|merge)")
INTEGER = re.compile(r"[-+]?(0[bB][01_]+|0[oO]?[0-7_]+|0[xX][0-9a-fA-F_]+|[1-9][0-9_]*|0)")
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})
LONGEST_NUMBER = 40
WIDE_MARKS = frozenset("\uff1a\ufe55\ua789\u2236\uff0c\uff3b\uff3d\uff0d\u2010\u2013")  # as : , [ ] - look
REPLACED = "\ufffd"  # stands for bytes that are no UTF-8


@dataclass(frozen=True)
class SourcePosition:
    """Where a value is in its file: the line, from 1, and its text if it was written without quotes."""

    line: int
    text: str | None = None


Positions: TypeAlias = Mapping[KeyPath, SourcePosition]


@dataclass
class Document:
    """A file's values, and `positions` of keys and items by their path from the root.

    `unread` are paths whose value was refused and is None.
    """

    values: dict[str, Any] = field(default_factory=dict)
    positions: dict[KeyPath, SourcePosition] = field(default_factory=dict)
    problems: list[SettingsProblem] = field(default_factory=list)
    unread: set[KeyPath] = field(default_factory=set)


def read(path: Path) -> Document:
    """Reads a file. Raises SettingsError if it is no YAML mapping; lesser mistakes are in the document's `problems`."""
    text, undecoded = _text(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise SettingsError([undecoded or _broken(path.name, text, error)]) from None
    except RecursionError:
        raise SettingsError([SettingsProblem(file=path.name, message="nested too deep to be read")]) from None
    except ValueError as error:  # PyYAML hands an escape beyond Unicode to chr()
        raise SettingsError([SettingsProblem(file=path.name, message=f"broken YAML: {error}")]) from None
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        found = "holds nothing but comments" if text.strip() else "is empty"
        message = f"{found}: write what it is for, or delete it"
        raise SettingsError([undecoded or SettingsProblem(file=path.name, message=message)])
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(
            [SettingsProblem(file=path.name, message="must hold keys and values, such as config:", line=1)]
        )
    reader = _NodeReader(path.name, undecoded)
    reader.document.values.update(reader.mapping(root, ()))
    return reader.document


def _text(path: Path) -> tuple[str, SettingsProblem | None]:
    """A file's text, and what is wrong with its encoding: what is no UTF-8 is U+FFFD in the text."""
    try:
        if path.stat().st_size > LARGEST:
            raise SettingsError(
                [SettingsProblem(file=path.name, message=f"larger than {LARGEST // 1024} KiB: no stack file")]
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise SettingsError([_missing(path)]) from None
    except OSError as error:
        raise SettingsError([SettingsProblem(file=path.name, message=f"cannot be read: {error.strerror}")]) from None
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError as error:
        return content.decode("utf-8", errors="replace"), _undecoded(path.name, content, error.start)


def _undecoded(file: str, content: bytes, place: int) -> SettingsProblem:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return SettingsProblem(file=file, message="is UTF-16, not UTF-8: save it as UTF-8", line=1)
    before = content[:place]
    in_line = place - (before.rfind(b"\n") + 1) + 1
    message = f"is not UTF-8: byte {in_line} of the line is 0x{content[place]:02X} (byte {place + 1} of the file)"
    return SettingsProblem(file=file, message=f"{message}; save the file as UTF-8", line=before.count(b"\n") + 1)


def _missing(path: Path) -> SettingsProblem:
    if path.is_symlink():
        return SettingsProblem(file=path.name, message="is a link to a file that is not there")
    stack_files = tuple(sorted(found.name for found in path.parent.glob("Pulumi.*.yaml")))
    message = "there is no such file"
    if not stack_files:
        message += f", and no stack file at all in {path.parent}"
    meant = nearest(path.name, stack_files)
    return SettingsProblem(file=path.name, message=message, allowed=stack_files, nearest=meant)


def _broken(file: str, text: str, error: yaml.YAMLError) -> SettingsProblem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    context = getattr(error, "context", None)
    message = f"broken YAML: {context}, {reason}" if context else f"broken YAML: {reason}"
    if mark is None:
        return SettingsProblem(file=file, message=message)
    line, cause = _cause(text.splitlines(), mark.line)
    if cause:
        return SettingsProblem(file=file, line=line, message=f"broken YAML: {cause}")
    return SettingsProblem(file=file, line=mark.line + 1, message=f"{message} (column {mark.column + 1})")


def _cause(lines: list[str], at: int) -> tuple[int, str | None]:
    """What a person sees no fault in, on the line where reading stopped or the one before, and its number from 1."""
    for number in (at - 1, at):
        line = lines[number] if 0 <= number < len(lines) else ""
        if line.startswith(("<<<<<<< ", "=======", ">>>>>>> ")):
            return number + 1, "a merge that Git left open: take one side, and delete the lines of <, = and >"
        if letter := unseen(line) or next((mark for mark in line if mark in WIDE_MARKS), None):
            return number + 1, f"holds {named(letter)}, which YAML does not take for what it looks like: type it anew"
    return at + 1, None


class _NodeReader:
    """Turns nodes into values. Aliases are refused: they let a small file grow without bound."""

    def __init__(self, file: str, undecoded: SettingsProblem | None) -> None:
        self.document = Document(problems=[undecoded] if undecoded else [])
        self._is_undecoded = undecoded is not None
        self._file = file
        self._seen: set[int] = set()

    def mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(key_node, path, "a key is text, not a list or a section")
                continue
            key, key_path = str(key_node.value), (*path, str(key_node.value))
            if key in values:
                first = self.document.positions[key_path].line
                self._problem(key_node, key_path, f"stands twice; the first is in line {first}")
                continue
            # Before the value is read: problems within it need the position.
            self.document.positions[key_path] = SourcePosition(key_node.start_mark.line + 1)
            values[key] = self._value(value_node, key_path)
        return values

    def _value(self, node: yaml.Node, path: KeyPath) -> Any:
        if self._is_undecoded and isinstance(node, yaml.ScalarNode) and REPLACED in node.value:
            self.document.unread.add(path)
            return None
        refusal = self._refusal(node, path)
        self._seen.add(id(node))
        if refusal:
            self.document.unread.add(path)
            return self._problem(node, path, refusal)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            for index, child in enumerate(node.value):
                self.document.positions[(*path, index)] = SourcePosition(child.start_mark.line + 1)
            return [self._value(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _refusal(self, node: yaml.Node, path: KeyPath) -> str | None:
        if id(node) in self._seen:
            return "anchors and aliases (&, *) are not read: write the value out"
        if len(path) > DEEPEST:
            return "nested too deep to be read"
        if not TAG.fullmatch(node.tag):
            return f"the tag {shown(node.tag)} is not read: drop it"
        if isinstance(node, yaml.ScalarNode) and any("\ud800" <= letter <= "\udfff" for letter in node.value):
            return "holds half a character (a lone surrogate)"
        return None

    def _scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        text = str(node.value)
        if not isinstance(node, yaml.ScalarNode) or node.style is not None:
            return text
        value = plain(text)
        if not isinstance(value, str):
            self.document.positions[path] = SourcePosition(self.document.positions[path].line, text or None)
        return value

    def _problem(self, node: yaml.Node, path: KeyPath, message: str) -> None:
        line = node.start_mark.line + 1
        self.document.problems.append(SettingsProblem(file=self._file, key=dotted(path), line=line, message=message))


def plain(text: str) -> str | int | float | bool | None:
    """The value of text without quotes."""
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    if text in NOT_A_NUMBER or INFINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    if len(text) > LONGEST_NUMBER:
        return text
    if INTEGER.fullmatch(text) and text.rstrip("_")[-1:].isalnum():
        return _integer(text.replace("_", "").lower())
    return float(text) if DECIMAL.fullmatch(text) else text


def _integer(text: str) -> int | str:
    digits = text.lstrip("+-")
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 8 if digits.startswith("0") else 10)
    try:
        return int(text, base)
    except ValueError:
        return text


def dotted(path: KeyPath) -> str:
    """A path as people write it, below the configuration's namespace: `network.endpoints[0]`."""
    parts = list(path[1:] if path[:1] == ("config",) and len(path) > 1 else path)
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".").removeprefix("mlops-platform:")


def line_of(positions: Positions, path: KeyPath) -> int | None:
    """Line of a key or an item; None if it is not in the file."""
    position = positions.get(path)
    return position.line if position else None


def closest_line(positions: Positions, path: KeyPath) -> int | None:
    """Line of a key or an item, or of the innermost section in the file that it would be in."""
    return next((positions[path[:end]].line for end in range(len(path), 0, -1) if path[:end] in positions), None)
