"""Clients that answer as AWS does when something is in the way: one answer or error after another, by operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError

from functions.cleaner.waiting import Waiting


def refused(code: str, message: str = "") -> ClientError:
    """An error as botocore raises it."""
    return ClientError({"Error": {"Code": code, "Message": message or code}}, "Operation")


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.naps.append(seconds)
        self.now += seconds

    def waiting(self, seconds: float = 870.0) -> Waiting:
        """What a run of the function has left."""
        return Waiting(seconds, clock=lambda: self.now, sleep=self.sleep)


class Client:
    """Operations by name: a function of the parameters; paginators give the one page of the function."""

    def __init__(self, **operations: Callable[..., Any]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._operations = operations

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = self._operations[name]

        def call(**given: Any) -> Any:
            self.calls.append((name, given))
            return operation(**given)

        return call

    def get_paginator(self, name: str) -> Any:
        """A paginator of one page."""
        call = getattr(self, name)

        class Pages:
            def paginate(self, **given: Any) -> Iterable[Any]:
                return [call(**given)]

        return Pages()

    def called(self, name: str) -> list[dict[str, Any]]:
        """Parameters of each call of an operation."""
        return [given for called, given in self.calls if called == name]
