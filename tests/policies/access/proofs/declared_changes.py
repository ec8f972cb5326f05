"""The example platform's graph with one declared resource changed, in its properties."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from policies.access.graph import PolicyGraph

Edit = Callable[[dict[str, Any]], None]


def with_change(graph: PolicyGraph, token: str, name: str, edit: Edit) -> PolicyGraph:
    """The graph whose one resource of a type and name was edited. Raises LookupError where the edit changes nothing."""
    found = [one for one in graph.declared if one.type == token and one.name == name]
    if not found:
        raise LookupError(f"no {token} is called {name}")
    props = copy.deepcopy(dict(found[0].props))
    edit(props)
    if props == found[0].props:
        raise LookupError(f"{name} does not change")
    arn = str(props.get("arn") or found[0].arn)
    changed = replace(found[0], props=props, name=str(props.get("name") or name), arn=arn)
    return replace(graph, declared=tuple(changed if one is found[0] else one for one in graph.declared))


def without(graph: PolicyGraph, token: str, name: str) -> PolicyGraph:
    """The graph without the first resource of a type and name. Raises LookupError where there is none."""
    found = [one for one in graph.declared if one.type == token and one.name == name]
    if not found:
        raise LookupError(f"no {token} is called {name}")
    return replace(graph, declared=tuple(one for one in graph.declared if one is not found[0]))
