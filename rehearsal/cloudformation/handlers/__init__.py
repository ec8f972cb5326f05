"""Handlers of CloudFormation's resource types, one module for each service; found by themselves."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from rehearsal.cloudformation.resource_handler import ResourceHandler


def _found() -> dict[str, ResourceHandler]:
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return {handler.type_name: handler for module in modules for handler in module.HANDLERS}


HANDLERS: Mapping[str, ResourceHandler] = _found()
