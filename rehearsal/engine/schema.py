"""Output properties of Pulumi's AWS types, read from the SDK's own classes."""

from __future__ import annotations

import importlib
import inspect
import json
from functools import cache


@cache
def _classes() -> dict[str, tuple[str, str]]:
    import pulumi_aws

    source = inspect.getsource(pulumi_aws)
    listing = source.split('resource_modules="""', 1)[1].split('"""', 1)[0]
    return {token: (entry["fqn"], name) for entry in json.loads(listing) for token, name in entry["classes"].items()}


@cache
def outputs(token: str) -> tuple[str, ...]:
    """Names of every property that a resource of the type has once it exists, as Pulumi spells them."""
    if token not in _classes():
        return ()
    module, name = _classes()[token]
    cls = getattr(importlib.import_module(module), name)
    return tuple(
        getattr(value.fget, "_pulumi_name", attribute)
        for attribute, value in vars(cls).items()
        if isinstance(value, property) and value.fget is not None
    )


def known(token: str) -> bool:
    """Whether the SDK has such a type."""
    return token in _classes()
