"""What AWS does beside its API (delays, first executions, empty pages, refusals), each as a named function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])
_behaviors: dict[str, AwsBehavior] = {}


@dataclass(frozen=True, kw_only=True)
class AwsBehavior:
    """`name` and `module` are the function's, `sources` name documents with their page titles."""

    name: str
    module: str
    summary: str
    sources: tuple[str, ...]


def aws_behavior(*sources: str) -> Callable[[Function], Function]:
    """Mark a function of the in-memory AWS that does what AWS does and an emulator would not.

    The first line of its docstring says what AWS does. A test marked `@pytest.mark.aws_behavior("<function's name>")`
    shows that the platform's mistake is noticed. Raises ValueError for a name that is taken, or without a source.
    """

    def mark(function: Function) -> Function:
        name = function.__name__.lstrip("_")
        taken = _behaviors.get(name)
        if not sources or not function.__doc__ or (taken and taken.module != function.__module__):
            raise ValueError(f"aws behavior {name}: a source, a docstring and a name of its own are needed")
        summary = function.__doc__.strip().splitlines()[0]
        _behaviors[name] = AwsBehavior(name=name, module=function.__module__, summary=summary, sources=sources)
        return function

    return mark


def aws_behaviors() -> Mapping[str, AwsBehavior]:
    """Those of all modules that were imported, by name."""
    return MappingProxyType(_behaviors)
