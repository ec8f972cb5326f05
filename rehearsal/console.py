"""What a person sees while the rehearsal runs: one line for what is going on, one for each thing done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status


class Progress:
    """Prints finished steps and keeps a live line for the running one. Safe to use where there is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=False, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._title = ""

    @contextmanager
    def running(self, title: str) -> Iterator[None]:
        """A step; says how long it took, or that it failed."""
        started, self._title = time.monotonic(), title
        with self.console.status(title) as status:
            self._status = status
            try:
                yield
            except BaseException:
                self.console.print(f"[red]✗[/red] {title} [dim]{time.monotonic() - started:.1f} s[/dim]")
                raise
            finally:
                self._status = None
        self.console.print(f"[green]✓[/green] {title} [dim]{time.monotonic() - started:.1f} s[/dim]")

    def now(self, what: str) -> None:
        """What the running step is doing."""
        if self._status is not None:
            self._status.update(f"{self._title} [dim]{what}[/dim]")

    def say(self, text: str) -> None:
        """A line of its own."""
        self.console.print(text)
