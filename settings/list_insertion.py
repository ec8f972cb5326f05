"""Inserts a name into a list of a stack file that people edit: its comments, order and style stay as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence

import yaml


class NoList(ValueError):
    """The file holds no list under the key."""


def inserted(text: str, key: str, position: int, value: str) -> str:
    """The file's text with a value at a position of the list below `config`. Raises NoList where there is none.

    The value is plain text that YAML reads as such. A list that `pulumi config set` wrote as JSON text stays one.
    """
    node = _value(text, key)
    if isinstance(node, yaml.ScalarNode):
        return _in_json(text, node, key, position, value)
    if not isinstance(node, yaml.SequenceNode):
        raise NoList(f"there is no list {key}")
    items: Sequence[yaml.Node] = node.value
    if node.flow_style or not items:
        return _in_flow(text, node, items, position, value)
    return _in_block(text, items, position, value)


def _value(text: str, key: str) -> yaml.Node | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return _below(_below(root, "config"), key)


def _in_json(text: str, node: yaml.ScalarNode, key: str, position: int, value: str) -> str:
    try:
        items = json.loads(node.value)
    except ValueError:
        items = None
    # In other quotes, or without any, the text in the file is not the value.
    if not isinstance(items, list) or node.style != "'" or "'" in node.value:
        raise NoList(f"there is no list {key}")
    items.insert(position, value)
    return f"{text[: node.start_mark.index]}'{json.dumps(items)}'{text[node.end_mark.index :]}"


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
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    before = "" if start == 0 or text[start - 1] == "\n" else end_of_line
    return f"{text[:start]}{before}{indent}- {value}{end_of_line}{text[start:]}"
