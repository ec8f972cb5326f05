"""The one way to change the in-memory AWS: attributes and entries that are replaced until `undo`."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, MutableMapping
from typing import Any

_ABSENT = object()
# Every change of a method or an entry, by whose it is: what was there first, and the layers above it in their order.
_originals: dict[tuple[int, str], tuple[Any, Any, list[_Layer]]] = {}
_lock = threading.RLock()


class _Layer:
    """One change of one attribute: makes the new value from the one below."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.make = make


class Patches:
    """Changes that one owner made. Owners may undo in any order: each takes back its own layers and no others."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Replace an attribute of a class or module, or add it."""
        self._push(owner, name, lambda _: value)

    def add(self, owner: type, *methods: Callable[..., Any]) -> None:
        """Give a class methods under their own names; moto's response classes answer the operation so named."""
        for method in methods:
            self.set(owner, method.__name__, method)

    def wrap(self, owner: Any, name: str, around: Callable[..., Any]) -> None:
        """Replace a method by `around(original, instance, *arguments)`, a function of a module likewise."""

        def make(original: Any) -> Any:
            @functools.wraps(original)
            def method(*arguments: Any, **named: Any) -> Any:
                return around(original, *arguments, **named)

            return method

        self._push(owner, name, make)

    def set_item(self, mapping: MutableMapping[str, Any], key: str, value: Any) -> None:
        """Replace an entry of a mapping, or add it."""
        before = mapping.get(key, _ABSENT)
        mapping[key] = value

        def undo() -> None:
            if mapping.get(key) is not value:
                return  # somebody replaced it since: theirs stays
            if before is _ABSENT:
                del mapping[key]
            else:
                mapping[key] = before

        self._undo.append(undo)

    def undo(self) -> None:
        """Take back every change, last first."""
        while self._undo:
            self._undo.pop()()

    def _push(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        layer, key = _Layer(make), (id(owner), name)
        with _lock:
            if key not in _originals:
                _originals[key] = (owner, owner.__dict__.get(name, _ABSENT), [])
            _originals[key][2].append(layer)
            _apply(key)
        self._undo.append(lambda: _remove(key, layer))


def _remove(key: tuple[int, str], layer: _Layer) -> None:
    with _lock:
        _originals[key][2].remove(layer)
        _apply(key)


def _apply(key: tuple[int, str]) -> None:
    """Set the attribute to what its layers make of the original; without layers, put the original back."""
    (owner, original, layers), name = _originals[key], key[1]
    if original is _ABSENT:
        if name in owner.__dict__:
            delattr(owner, name)
        value = getattr(owner, name, None)
    else:
        value = original
    for layer in layers:
        value = layer.make(value)
    if not layers:
        del _originals[key]
        if original is not _ABSENT:
            setattr(owner, name, original)
        return
    setattr(owner, name, value)
