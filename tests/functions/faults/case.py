"""What a function is tried with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol


class FunctionAccount(Protocol):
    """A function in an AWS of its own: the event that it is given, its handler, and what is there."""

    event: Any

    def handle(self, event: Any) -> Any:
        """Invoke the function."""

    def state(self) -> Mapping[str, Any]:
        """What is there, by kind: only what the function is there to change, lists of what must happen once."""


@dataclass(frozen=True, kw_only=True)
class Late:
    """An event that comes when something else has happened already: what, and what must be there in the end.

    `leaves` is given the state before and after the late event, and asserts.
    """

    happened: Callable[[Any], None]
    leaves: Callable[[Mapping[str, Any], Mapping[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class FunctionCase:
    """One thing that a function does.

    - `function`, `entry`: the module or folder below `functions/`, and the module with `handle`, of a folder that has
      several (`components.lambda_function.LambdaFunctionArgs`).
    - `account`: makes a fresh AWS with the function in it.
    - `refusals`: errors that the function raises on purpose.
    - `invocations`: how often AWS invokes it for one event: three times asynchronously, once where a person does.
    - `repeated`: entries of the state that may be there more than once, with the reason why no better can be had.
    - `late`: events that come late, by what has happened; where nothing can, `never_late` says why.
    - `means_else`: changes of the event (by the names of `malformed`) that say something else and nothing wrong.
    """

    function: str
    does: str
    account: Callable[[], AbstractContextManager[FunctionAccount]]
    refusals: tuple[type[Exception], ...]
    invocations: int = 3
    repeated: Mapping[str, str] = field(default_factory=dict)
    late: Mapping[str, Late] = field(default_factory=dict)
    never_late: str = ""
    means_else: Collection[str] = ()
    entry: str = "handler"

    @property
    def name(self) -> str:
        """The function's name in tables."""
        return self.function if self.entry == "handler" else f"{self.function}.{self.entry}"

    @property
    def title(self) -> str:
        """Function and what it does."""
        return f"{self.name}: {self.does}"
