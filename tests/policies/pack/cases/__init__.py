"""The cases of every rule: a module with the rule's own name, found by itself, that defines `CASES`."""

from __future__ import annotations

import importlib
import pkgutil

from policies.pack import rules
from tests.policies.pack.rule_cases import Cases


def missing() -> list[str]:
    """The files of cases that should be there: one for each file of a rule."""
    found = {module.name for module in pkgutil.iter_modules(__path__)}
    named = sorted(module.name for module in pkgutil.iter_modules(rules.__path__))
    return [f"tests/policies/pack/cases/{name}.py" for name in named if name not in found]


def discover() -> dict[str, Cases]:
    """The cases of each module here, by the id of their rule."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").CASES for name in names]
    return {cases.rule.id: cases for cases in found}
