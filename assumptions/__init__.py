"""Facts about AWS that no source settles: what leans on each, and what the platform does whichever way it falls.

`register()` gives all of them. `python -m assumptions write` writes `docs/assumptions.md`. A fact that a source settles
is no assumption: it stands in the code with its source beside it.

To add one, write `assumptions/entries/<fact>.py` with `ASSUMPTION = Assumption(…)`; it is found by itself. Whatever
rehearses AWS asks `holds(ASSUMPTION)` and does as AWS would in either case; the program itself never asks.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from assumptions.assumption import Assumption


@cache
def register() -> tuple[Assumption, ...]:
    """Every assumption, in the order of their names. Raises ValueError where two have one name."""
    package = import_module("assumptions.entries")
    modules = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = tuple(import_module(f"{package.__name__}.{name}").ASSUMPTION for name in modules)
    names = [assumption.name for assumption in found]
    if len({*names}) != len(names):
        raise ValueError(f"two assumptions have one name: {sorted(names)}")
    return found
