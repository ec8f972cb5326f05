"""What a person sees while the rehearsal runs: one line for the running step, one for each step that ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class ConsoleProgress:
    """Prints finished steps and keeps a live line for the running one. Safe to use where there is no terminal.

    Lines are never cut or wrapped to a width: a terminal wraps them itself, a pipe gets them whole.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=False, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._title = ""

    @contextmanager
    def running(self, title: str) -> Iterator[None]:
        """Show a step while it runs; print how long it took, or that it failed."""
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

    def update(self, activity: str) -> None:
        """Show what the running step is doing."""
        if self._status is not None:
            self._status.update(f"{self._title} [dim]{escape(activity)}[/dim]")

    def print_line(self, text: str, style: str | None = None) -> None:
        """Print text as it is: whole, without markup."""
        self.console.print(text, style=style, markup=False, soft_wrap=True)
