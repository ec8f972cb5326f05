"""Inserts a name into a list of a stack file that people edit: its comments, order and style stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

import yaml


class NoList(ValueError):
    """The file holds no list under the key."""


def inserted(text: str, key: str, position: int, value: str) -> str:
    """The file's text with a value at a position of the list below `config`. Raises NoList where there is none.

    The value is plain text that YAML reads as such.
    """
    node = _list(text, key)
    items: Sequence[yaml.Node] = node.value
    if node.flow_style or not items:
        return _in_flow(text, node, items, position, value)
    return _in_block(text, items, position, value)


def _list(text: str, key: str) -> yaml.SequenceNode:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    config = _below(root, "config")
    found = _below(config, key)
    if not isinstance(found, yaml.SequenceNode):
        raise NoList(f"there is no list {key}")
    return found


def _below(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _in_flow(text: str, node: yaml.SequenceNode, items: Sequence[yaml.Node], position: int, value: str) -> str:
    if position > 0:
        at, new = items[position - 1].end_mark.index, f", {value}"
    else:
        at, new = node.start_mark.index + 1, f"{value}, " if items else value
    return text[:at] + new + text[at:]


def _in_block(text: str, items: Sequence[yaml.Node], position: int, value: str) -> str:
    beside = items[max(position - 1, 0)]
    start = text.rindex("\n", 0, beside.start_mark.index) + 1
    indent = text[start:].split("-", 1)[0]
    if position > 0:
        end = text.find("\n", beside.end_mark.index)
        start = len(text) if end < 0 else end + 1
    newline = "" if start == 0 or text[start - 1] == "\n" else "\n"
    return f"{text[:start]}{newline}{indent}- {value}\n{text[start:]}"
