"""All rules, one module each, found by themselves and in the order of their ids.

A new rule is a module here that defines `RULE`, and its cases in `tests/policies/pack/cases/` under the same name.
"""

from __future__ import annotations

import importlib
import pkgutil

from policies.pack.model import Rule


def discover() -> tuple[Rule, ...]:
    """The `RULE` of every module of this package. Raises `TypeError` naming a module that defines none."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(map(_rule, names), key=lambda rule: rule.id))


def _rule(name: str) -> Rule:
    rule = getattr(importlib.import_module(f"{__name__}.{name}"), "RULE", None)
    if not isinstance(rule, Rule):
        raise TypeError(f"policies/pack/rules/{name}.py defines no RULE: write one, or move the module out of rules/")
    return rule


RULES: tuple[Rule, ...] = discover()
