"""What each Lambda function is tried with: a module for each function, with `CASES`."""

from __future__ import annotations

import importlib
import pkgutil

from tests.functions.faults.case import FunctionCase


def all_cases() -> list[FunctionCase]:
    """Every function's cases."""
    names = [found.name for found in pkgutil.iter_modules(__path__, f"{__name__}.")]
    return [case for name in names for case in importlib.import_module(name).CASES]
