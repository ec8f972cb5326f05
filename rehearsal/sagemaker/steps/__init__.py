"""Step types that are run here: a module each, found by itself. Any other type is refused by name.

A new one is a module that holds a StepType; for a step that runs a job, the JobType beside it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from rehearsal.sagemaker.step_types import StepType


def _discovered() -> dict[str, StepType]:
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    step_types = [value for module in modules for value in vars(module).values() if isinstance(value, StepType)]
    return {step_type.name: step_type for step_type in sorted(step_types, key=lambda step_type: step_type.name)}


STEP_TYPES: Mapping[str, StepType] = _discovered()
